# SPDX-License-Identifier: GPL-2.0
#
# table.awk - what figures.awk and dom0 found out, the two drivers beside each
# other, with the ratio of pciback2 to xen-pciback
#
# usage: awk -f table.awk figures.csv values.csv
#
# Fails when there is an operation without a figure of one driver.

BEGIN {
	FS = ","
	a = "xen-pciback"
	b = "pciback2"
	split("dword command byte lone sysfs lspci", wanted, " ")
	name["dword"] = "dword read"
	name["command"] = "COMMAND read"
	name["byte"] = "byte write"
	name["lone"] = "lone dword read"
	name["sysfs"] = "sysfs, 64 bytes"
	name["lspci"] = "lspci -vvv"
	name["page"] = "page, dword"
	name["crowd"] = "dword in a crowd"
	name["beside"] = "dword, beside"
	name["beside_lone"] = "lone, beside"
}

FNR == 1 { file++; next }
file == 1 { figure[$1, $2] = $0 }
file == 2 { add($3, $2, $4, $5) }

function add(what, driver, value, unit) {
	if (!(what in unit_of))
		order[++rows] = what
	unit_of[what] = unit
	values[what, driver, ++values_of[what, driver]] = value
}

function us(ns) { return ns < 10000 ? sprintf("%.2f", ns / 1000) : sprintf("%.0f", ns / 1000) }
function ratio(ours, theirs) { return theirs > 0 ? sprintf("%.4f", ours / theirs) : "-" }

function line(what, driver,    f) {
	split(figure[what, driver], f, ",")
	printf "%-17s %-12s %7d %10s %10s %10s %8s %8s %5d\n", name[what], driver,
		f[3], us(f[4]), us(f[5]), us(f[6]), f[7], us(f[8]), f[9]
}

# ratios WHAT OTHER: of the median, p99, maximum and dom0's time of our WHAT to
# the peer's OTHER
function ratios(what, other,    ours, theirs) {
	split(figure[what, b], ours, ",")
	split(figure[other, a], theirs, ",")
	printf "%-17s %-12s %7s %10s %10s %10s %8s %8s\n", "", "ratio", "",
		ratio(ours[4], theirs[4]), ratio(ours[5], theirs[5]),
		ratio(ours[6], theirs[6]), ratio(ours[7], theirs[7]),
		ratio(ours[8], theirs[8])
}

function operation(what) {
	if (!((what, a) in figure) || !((what, b) in figure)) {
		print "table.awk: no " what " of both drivers" >"/dev/stderr"
		failed = 1
		return
	}
	line(what, a)
	line(what, b)
	ratios(what, what)
}

# median WHAT DRIVER: of a few values, the middle one, or the lower of two
function median(what, driver,    n, i, j, v, t) {
	n = values_of[what, driver]
	if (!n)
		return "-"
	for (i = 1; i <= n; i++)
		v[i] = values[what, driver, i]
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) {
			t = v[j]
			v[j] = v[j - 1]
			v[j - 1] = t
		}
	return v[int((n + 1) / 2)]
}

END {
	printf "%-17s %-12s %7s %10s %10s %10s %8s %8s %5s\n", "operation", "driver",
		"count", "median us", "p99 us", "max us", "events", "dom0 us", "lost"
	for (i = 1; i in wanted; i++)
		operation(wanted[i])
	split("crowd beside beside_lone", once, " ")
	for (i = 1; i in once; i++)
		if ((once[i], a) in figure)
			operation(once[i])
	if (("page", b) in figure) {
		line("page", b)
		ratios("page", "dword")
	}
	printf "\n%-38s %12s %12s %8s %s\n", "once in a round, medians", a, b, "ratio", "unit"
	for (i = 1; i <= rows; i++)
		printf "%-38s %12s %12s %8s %s\n", order[i], median(order[i], a),
			median(order[i], b), ratio(median(order[i], b),
						   median(order[i], a)),
			unit_of[order[i]]
	exit failed
}
