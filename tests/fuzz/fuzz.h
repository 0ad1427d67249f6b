/*
 * A fuzz target, as libFuzzer calls it and the driver of the corpora (corpus.c).
 *
 * What must hold of any input is asserted with pb_assert, which stays in every
 * build.  A target answers 0 and keeps nothing from one input to the next.
 */
#ifndef PB_TEST_FUZZ_H
#define PB_TEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#endif
