# SPDX-License-Identifier: GPL-2.0
#
# coverage.awk - what of the driver the tests have reached, from gcov's listings
# of its files (gcov -b -c): a line "PART LINES OF BRANCHES OF" for each part. In
# the file DETAIL there is a line for each file, and one for each line and branch
# that was not reached.
#
# usage: awk -v detail=DETAIL -f coverage.awk coverage.reasons LISTING...

BEGIN { below = "/drivers/xen/pciback2/" }

# The reasons
FNR == NR {
	split($0, column, "\t")
	if (column[1] == "branch")
		asserts[column[2]] = 1
	else if (column[1] == "file")
		left_out[column[2]] = 1
	next
}

FNR == 1 { file = "" }

/^ *-: *0:Source:/ {
	file = $0
	sub(/^ *-: *0:Source:/, "", file)
	if (!index(file, below)) {
		file = ""
		next
	}
	sub(".*" below, "", file)
	if (file in left_out) {
		file = ""
		next
	}
	part = index(file, "/") ? substr(file, 1, index(file, "/") - 1) : "top"
	parts[part] = files[file] = 1
}

file == "" { next }

/^ *(#####|=====|[0-9]+\*?): *[0-9]+:/ {
	count = $1 + 0
	source = $0
	sub(/^[^:]*: */, "", source)
	number = source + 0
	sub(/^[^:]*:[\t ]*/, "", source)
	counts = 1
	for (word in asserts)
		if (index(source, word))
			counts = 0
	nr_lines[part]++
	of_file[file]++
	if (count) {
		lines[part]++
		in_file[file]++
	} else {
		print file ":" number ": never: " source >detail
	}
}

/^branch / && counts {
	nr_branches[part]++
	if ($3 == "taken" && $4 + 0)
		branches[part]++
	else if (count)
		print file ":" number ": branch " $2 ": " source >detail
}

END {
	for (file in files)
		print file ": " in_file[file] + 0 " of " of_file[file] + 0 " lines" >detail
	for (part in parts)
		print part, lines[part] + 0, nr_lines[part] + 0, \
			branches[part] + 0, nr_branches[part] + 0
}
