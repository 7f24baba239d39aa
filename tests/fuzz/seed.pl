#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# seed.pl - turn a device and what is done to it, as text, into an input of
# conf_fuzz.c or op_fuzz.c
#
# usage: tests/fuzz/seed.pl conf|op FILE... >INPUT
#
# A line of the FILEs is one of
#
#	flags WORD...		see %flags
#	bars N...		log2 of the sizes of the six BARs and the ROM
#	OFF: BYTE...		configuration space, as lspci -xxxx shows it
#	WORD [N...]		what is done to it, see %steps and %requests
#
# with numbers in hexadecimal, but for those of bars. @05+2 is offset 2 of the
# first capability with the ID 5, or of the header without one. # begins a
# comment.

use strict;
use warnings;

my %flags = (
	extended => 0x1, bridge => 0x2, vf => 0x4, ecam => 0x8,
	permissive => 0x10, control => 0x20, pvh => 0x40, nomwi => 0x80,
	resets => 0x100, nomsi => 0x200, intx => 0x400, poll => 0x800,
);
# The numbers of enum step, in conf_fuzz.c
my %steps = (
	read => 0, write => 1, poke => 2, quirk => 3, unquirk => 4, show => 5,
	backend => 6, unbackend => 7, reset => 8, switch => 9, lose => 10,
	break => 11, rebuild => 12, choose => 13,
);
# XEN_PCI_OP_*
my %requests = (
	read => 0, write => 1, msi => 2, 'msi-off' => 3, msix => 4,
	'msix-off' => 5,
);
my %size = (1 => 0, 2 => 1, 4 => 2);
my $ordinary = 15;	# of the selectors in op_fuzz.c

my ($kind, @files) = @ARGV;
die "usage: seed.pl conf|op FILE...\n" unless @files && $kind =~ /^(conf|op)$/;

my ($flags, @bars, %hw) = (0);
my $steps = '';
my $file;

# number WORD: also one that is relative to a capability
sub number
{
	my ($word) = @_;
	my %been;

	return hex($word) unless $word =~ /^@([0-9a-f]+)\+([0-9a-f]+)$/;
	for (my $pos = $hw{0x34} // 0; $pos && !$been{$pos}++;
	     $pos = $hw{$pos + 1} // 0) {
		return $pos + hex($2) if ($hw{$pos} // 0) == hex($1);
	}
	return hex($2);
}

# step WORD N...: 8 bytes of conf_fuzz.c's
sub step
{
	my ($word, @n) = @_;
	my ($off, $arg, $val) = (0, 0, 0);

	if ($word =~ /^(read|write|poke|quirk)$/) {
		$arg = $size{$n[1]} // die "$file: no size '$n[1]'\n";
		($off, $val) = ($n[0], $n[2] // 0);
	} elsif ($word eq 'show') {
		$off = $n[0];
	} elsif ($word eq 'backend') {
		$val = $n[0];
	} else {
		$arg = $n[0] // 0;
	}
	return pack('CCvV', $steps{$word}, $arg, $off, $val);
}

# request WORD N...: one of op_fuzz.c's
sub request
{
	my ($word, @n) = @_;
	my ($off, $size, $val, $entries) = (0, 0, 0, '');

	if ($word =~ /^(read|write)$/) {
		$size = $size{$n[1]} // die "$file: no size '$n[1]'\n";
		($off, $val) = ($n[0], $n[2] // 0);
	} elsif ($word eq 'msix') {
		$val = @n;
		$entries = join('', map { pack('vv', 0, $_) } @n);
	}
	return pack('CCvVC', $requests{$word} << 1 | $size << 4, $ordinary,
		    $off, $val, length($entries) > 15 ? 0 : length($entries)) .
	       (length($entries) > 15 ? '' : $entries);
}

sub take
{
	my ($line) = @_;

	$line =~ s/#.*//;
	my ($word, @rest) = split(' ', $line);
	return unless defined $word;

	if ($word eq 'flags') {
		$flags |= $flags{$_} || die("$file: no flag '$_'\n") for @rest;
	} elsif ($word eq 'bars') {
		@bars = @rest;
	} elsif ($word =~ /^([0-9a-f]+):$/) {
		my $off = hex($1);
		$hw{$off++} = hex($_) for @rest;
	} elsif (!exists(($kind eq 'conf' ? \%steps : \%requests)->{$word})) {
		die "$file: no step '$word'\n" unless exists $steps{$word} ||
						      exists $requests{$word};
	} elsif ($kind eq 'conf') {
		$steps .= step($word, map { number($_) } @rest);
	} else {
		$steps .= request($word, map { number($_) } @rest);
	}
}

for $file (@files) {
	open(my $in, '<', $file) or die "$file: $!\n";
	take($_) while <$in>;
}

# As world_load() reads it
$flags |= $flags{extended} if grep { $_ >= 0x100 } keys %hw;
binmode(STDOUT);
print pack('VC7', $flags, map { $bars[$_] // 0 } 0 .. 6);
print pack('C*', map { $hw{$_} // 0 } 0 .. 0xff);
if ($flags & $flags{extended}) {
	for (my $off = 0x100; $off < 0x1000; $off += 4) {
		my @bytes = map { $hw{$off + $_} // 0 } 0 .. 3;
		print pack('vC4', $off, @bytes) if grep { $_ } @bytes;
	}
	print pack('v', 0);
}
print $steps;
