# SPDX-License-Identifier: GPL-2.0
#
# figures.awk - of each operation and driver: how many, median, p99 and maximum,
# what one of them cost dom0, and how many were lost
#
# usage: awk -f figures.awk runs.csv samples.csv >figures.csv
#
# The samples are sorted by operation, driver and time, all rounds together.
# A quantile is the smallest sample that so many of them do not
# exceed. Of dom0's time and of the events of a run those are subtracted that an
# empty command costs, and dom0's time while the guest sleeps.

BEGIN {
	FS = OFS = ","
	print "operation", "driver", "count", "median_ns", "p99_ns", "max_ns",
		"events_per_op", "dom0_ns_per_op", "lost"
}

# rank COUNT PERCENT: of the sample that is the quantile, from 1
function rank(count, percent) {
	return int((count * percent + 99) / 100)
}

# cost ROW: dom0's time and the events of a run, by itself
function cost(row,    key, rate) {
	key = run_round[row] "," run_driver[row]
	rate = 0
	if (silent_elapsed[key] > 0)
		rate = silent_cpu[key] / silent_elapsed[key]
	cpu = run_cpu[row] - nothing("cpu", key) - rate * (run_elapsed[row] - nothing("elapsed", key))
	events = run_events[row] - nothing("events", key)
}

function nothing(what, key) {
	return empty["count", key] ? empty[what, key] / empty["count", key] : 0
}

# sum_up: when all runs are known
function sum_up(    row, key, id) {
	for (key in silent_cpu) {
		silent_cpu[key] -= nothing("cpu", key)
		silent_elapsed[key] -= nothing("elapsed", key)
	}
	for (row = 1; row <= runs; row++) {
		cost(row)
		id = run_operation[row] "," run_driver[row]
		ops_of[id] += run_count[row]
		cpu_of[id] += cpu
		events_of[id] += events
	}
	summed = 1
}

FNR == 1 { file++ }

file == 1 && FNR > 1 {
	key = $1 "," $2
	if ($3 == "nothing") {
		empty["count", key]++
		empty["cpu", key] += $5
		empty["events", key] += $6
		empty["elapsed", key] += $7
	} else if ($3 ~ /^endless/) {
		# dom0 has made values of them
	} else if ($3 == "silence") {
		silent_cpu[key] += $5
		silent_elapsed[key] += $7
	} else {
		runs++
		run_round[runs] = $1
		run_driver[runs] = $2
		run_operation[runs] = $3
		run_count[runs] = $4
		run_cpu[runs] = $5
		run_events[runs] = $6
		run_elapsed[runs] = $7
	}
	next
}

function finish() {
	if (!count)
		return
	print id, count, ns[rank(count, 50)], ns[rank(count, 99)], ns[count],
		sprintf("%.3f", events_of[id] / ops_of[id]),
		sprintf("%.0f", cpu_of[id] / ops_of[id]), lost
	count = lost = 0
}

file == 2 && FNR > 1 {
	if (!summed)
		sum_up()
	if ($3 "," $2 != id)
		finish()
	id = $3 "," $2
	if (!ops_of[id]) {
		print "figures.awk: samples of " id " that no run took" >"/dev/stderr"
		failed = 1
		exit 1
	}
	ns[++count] = $4
	lost += $5
}

END {
	if (!failed)
		finish()
	exit failed
}
