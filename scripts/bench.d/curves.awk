# SPDX-License-Identifier: GPL-2.0
#
# curves.awk - the data of latency.gp: of each way to read how many samples are
# above a time, thinned out to what a picture can show
#
# usage: awk -f curves.awk samples.csv
#
# The samples are sorted by operation, driver and time.

BEGIN {
	FS = ","
	title["dword,xen-pciback"] = "xen-pciback's ring"
	title["dword,pciback2"] = "pciback2's ring"
	title["page,pciback2"] = "the page handed over by pciback2"
}

($3 "," $2) in title {
	if ($3 "," $2 != id)
		finish()
	id = $3 "," $2
	ns[++count] = $4
}

# finish: a point where the share has fallen by a twentieth, or the time has
# grown by one
function finish(    i, share, last, last_ns) {
	if (!count)
		return
	if (blocks++)
		print "\n"
	print "\"" title[id] "\""
	last = 2
	for (i = 1; i <= count; i++) {
		share = (count - i) / count
		if (share > last * 0.95 && ns[i] < last_ns * 1.05)
			continue
		print ns[i] / 1000, (i < count ? share : 0.00001)
		last = share
		last_ns = ns[i]
	}
	count = 0
}

END { finish() }
