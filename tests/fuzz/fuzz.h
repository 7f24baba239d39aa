/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fuzz.h - what all harnesses share
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <malloc.h>
#include <stdint.h>

#include "kapi.h"

/**
 * struct fuzz_input - what libFuzzer made up
 * @data: the bytes
 * @size: how many
 * @at: how many of them are used up
 */
struct fuzz_input {
	const u8 *data;
	size_t size;
	size_t at;
};

u64 fuzz_take(struct fuzz_input *in, unsigned int len);
void fuzz_bytes(struct fuzz_input *in, void *to, size_t len);
char *fuzz_line(struct fuzz_input *in);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#endif /* FUZZ_H */
