# SPDX-License-Identifier: GPL-2.0
#
# latency.gp - how many of the reads take longer than a time, for each of the
# ways to read
#
# usage: gnuplot -e 'data = "FILE"; machine = "TEXT"' latency.gp >latency.svg
#
# FILE has a block for each, with two empty lines between them: its name, then
# microseconds and share.

set terminal svg size 860,600 font "sans,13" background rgb "white"
set title "Time that a guest's 4-byte read takes\n".machine noenhanced
set xlabel "microseconds"
set ylabel "share of the reads that takes longer"
set logscale xy
set yrange [0.00009:1]
set format y "%g"
set grid xtics ytics
set key at screen 0.98,0.11
set bmargin 8
set label "half" at graph 1.01, first 0.5
set label "1 %" at graph 1.01, first 0.01
set rmargin 8
stats data using 1 nooutput
plot for [i = 0:STATS_blocks - 1] data index i using 1:2 with steps lw 2 \
	title columnheader(1) noenhanced
