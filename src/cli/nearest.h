/* What somebody who mistyped a word may have meant. */
#ifndef PB_CLI_NEAREST_H
#define PB_CLI_NEAREST_H

#include <stddef.h>

/* The best of the candidates that were shown so far. */
struct pb_nearest {
	const char *word;
	const char *found; /* NULL: none is near */
	unsigned distance; /* of it */
};

/*
 * A candidate: near is what begins with the word (three letters or more), or differs from it in a
 * letter of three at most, two that changed places counted as one.
 */
void pb_nearest_try(struct pb_nearest *nearest, const char *candidate);

#endif
