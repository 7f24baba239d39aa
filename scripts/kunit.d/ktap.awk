# SPDX-License-Identifier: GPL-2.0
#
# ktap.awk - reads a kernel log with the KTAP of test modules and prints one
# line for each test case. What is not there, not in order or not finished
# is a failure: a log can never pass by being short.
#
# With -v suites=N that many suites must report, as many as the module has. The
# lines begin with -v part=NAME, or kunit.

function result(verdict, name, text)
{
	gsub(/[ \t]+/, " ", text)
	sub(/^ /, "", text)
	sub(/ $/, "", text)
	print verdict " " (part == "" ? "kunit" : part) "/" name (text != "" ? ": " text : "")
	if (verdict == "not ok")
		failed++
}

# The first failed expectation is told in one line: where, the lines that
# KUnit indents below it, and the test's own message, which is not indented
# and comes first or after an empty line
function diagnose(line)
{
	if (diagnosis == "" &&
	    match(line, /(EXPECTATION|ASSERTION) FAILED at /)) {
		sub(/^.* FAILED at /, "", line)
		# The build's copy of the tree is of no interest, the file is
		sub(/^[^ ]*\/tests\/kunit\//, "tests/kunit/", line)
		sub(/^[^ ]*\/drivers\/xen\//, "drivers/xen/", line)
		diagnosis = line ":"
		continues = message = 1
	} else if (continues && line == "") {
		message = 1
	} else if (continues && (line ~ /^ +[^ #]/ || message && line !~ /^ /)) {
		continues = line ~ /^ /
		message = 0
		sub(/^ +/, "", line)
		diagnosis = diagnosis (diagnosis ~ /:$/ ? " " : "; ") line
	} else {
		continues = 0
		if (diagnosis == "" && line ~ /^ +# .*(failed to initialize|timed out|internal error)/) {
			sub(/^ +# [^:]*: /, "", line)
			diagnosis = line
		}
	}
}

function begin_suite(name)
{
	if (suite != "")
		end_suite("")
	suite = name
	plan = -1
	cases = 0
	last = ""
	bad = 0
	diagnosis = ""
	seen++
}

# end_suite VERDICT: "" when the log goes on without one
function end_suite(verdict)
{
	if (plan < 0)
		result("not ok", suite, "printed no plan")
	else if (plan != cases)
		result("not ok", suite, "planned " plan " cases, " cases " reported" (last != "" ? ", the last: " last : ""))
	else if (plan == 0)
		result("not ok", suite, "has no cases")
	else if (verdict == "")
		result("not ok", suite, "never ended")
	else if (verdict == "not ok" && !bad)
		result("not ok", suite, "failed, though no case of it did")
	else if (verdict == "ok" && bad)
		result("not ok", suite, "says ok, though a case of it failed")
	suite = ""
}

function end_case(verdict, number, name, skip)
{
	cases++
	last = name
	total++
	if (number != cases)
		result("not ok", suite "." name, "is number " number ", expected " cases)
	else if (verdict == "not ok")
		result("not ok", suite "." name, diagnosis != "" ? diagnosis : "failed without a word")
	else if (skip == 0)
		result("ok", suite "." name, "")
	else if (reason == "")
		result("not ok", suite "." name, "skipped without a reason, or has no parameters")
	else
		result("skip", suite "." name, reason)
	if (verdict == "not ok")
		bad = 1
	diagnosis = ""
	continues = 0
}

{
	sub(/\r+$/, "")
	sub(/^\[ *[0-9]+\.[0-9]+\] /, "")
}

# A suite and a parameterised case both say "# Subtest"; the depth tells
/^    # Subtest: / {
	begin_suite(substr($0, 16))
	next
}

suite != "" && /^    1\.\.[0-9]+$/ {
	plan = substr($0, 8) + 0
	next
}

suite != "" && /^    (not )?ok [0-9]+ / {
	verdict = $1 == "not" ? "not ok" : "ok"
	line = $0
	sub(/^    (not )?ok /, "", line)
	number = line + 0
	sub(/^[0-9]+ (- )?/, "", line)
	reason = ""
	skip = index(line, " # SKIP")
	if (skip) {
		reason = substr(line, skip + 8)
		line = substr(line, 1, skip - 1)
	}
	end_case(verdict, number, line, skip)
	next
}

# The end of a suite. One that could not even begin ends without having begun.
/^(not )?ok [0-9]+ / {
	verdict = $1 == "not" ? "not ok" : "ok"
	name = $0
	sub(/^(not )?ok [0-9]+ (- )?/, "", name)
	sub(/ # SKIP.*/, "", name)
	if (suite == name) {
		end_suite(verdict)
	} else {
		if (suite != "")
			end_suite("")
		result("not ok", name, "ended without having begun: its suite_init failed")
		seen++
	}
	next
}

suite != "" { diagnose($0) }

END {
	if (suite != "")
		end_suite("")
	if (suites != "" && seen + 0 != suites)
		result("not ok", "suites", "the module has " suites ", the log shows " seen + 0)
	if (total == 0)
		result("not ok", "cases", "no test case ran")
	exit failed > 0
}
