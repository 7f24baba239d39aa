// SPDX-License-Identifier: GPL-2.0
/*
 * guest - what scripts/bench measures in a guest's user space
 *
 * usage: guest there FILE SECONDS
 *        guest file FILE COUNT SAMPLES
 *        guest run COMMAND COUNT SAMPLES
 *
 * there waits until there is such a FILE. The others take COUNT samples, of a
 * read of FILE's first 64 bytes and of a run of COMMAND without its output;
 * SAMPLES then has nanoseconds, as u64.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HEADER_SIZE	64

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static int there(const char *file, unsigned long seconds)
{
	uint64_t end = now() + seconds * 1000000000ull;

	while (access(file, F_OK)) {
		if (now() >= end)
			return 1;
		usleep(1000);
	}
	return 0;
}

static int read_file(const char *file)
{
	char header[HEADER_SIZE];
	static int fd = -1;

	if (fd < 0)
		fd = open(file, O_RDONLY);
	return pread(fd, header, sizeof(header), 0) != sizeof(header);
}

static int run_command(const char *command)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (freopen("/dev/null", "w", stdout))
			execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	return pid < 0 || waitpid(pid, &status, 0) != pid || status;
}

static int take(int (*op)(const char *), const char *what, unsigned long count,
		const char *samples)
{
	FILE *out = fopen(samples, "w");
	uint64_t begin, ns;

	if (!out)
		return 1;
	while (count--) {
		begin = now();
		if (op(what))
			return 1;
		ns = now() - begin;
		if (fwrite(&ns, sizeof(ns), 1, out) != 1)
			return 1;
	}
	return fclose(out);
}

int main(int argc, char **argv)
{
	int rc = 2;

	if (argc == 4 && !strcmp(argv[1], "there"))
		rc = there(argv[2], strtoul(argv[3], NULL, 10));
	else if (argc == 5 && !strcmp(argv[1], "file"))
		rc = take(read_file, argv[2], strtoul(argv[3], NULL, 10), argv[4]);
	else if (argc == 5 && !strcmp(argv[1], "run"))
		rc = take(run_command, argv[2], strtoul(argv[3], NULL, 10), argv[4]);
	if (rc)
		fprintf(stderr, "guest %s: %s\n", argc > 1 ? argv[1] : "",
			rc == 2 ? "wrong usage" : "failed");
	return rc;
}
