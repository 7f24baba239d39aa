# SPDX-License-Identifier: GPL-2.0
#
# kcsan.awk - a kernel log without those of KCSAN's reports that do not concern a
# module, and how many they were: Linux 6.1 has races of its own, which are not
# ours to mend. A report goes from its headline to a line of "=", and another
# processor may write into it. Its two stacks begin with who accessed the memory:
# the module itself, or a function of the kernel that it called. What that called
# in turn, or who was interrupted, says nothing: a task that sleeps races with its
# timer, whoever let it sleep.
#
# usage: awk -v module=NAME -f kcsan.awk LOG

/^BUG: KCSAN: / {
	# One that was not finished may have concerned it
	if (inside)
		printf "%s", report
	inside = 1
	report = ""
	concerns = 0
	frames = 0
}

inside && /^=+$/ {
	inside = 0
	if (concerns)
		print report $0
	else
		others++
	next
}

inside {
	report = report $0 "\n"
	# The first line of each of the two stacks
	if (/^(read|write|race) /)
		frames = 0
	frame = /^ [^ ]+[+]0x/
	frames += frame
	if (index($0, "[" module "]") && (/^BUG/ || (frame && frames <= 2)))
		concerns = 1
	next
}

{ print }

END {
	if (inside)
		printf "%s", report
	print "reports of others: " others + 0
}
