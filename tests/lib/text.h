/* Texts one behind the other, in an array that they must fit in. */
#ifndef PB_TEST_TEXT_H
#define PB_TEST_TEXT_H

#include <stdio.h>
#include <string.h>

#include "core/error.h"

static inline void
test_append(char *text, size_t size, const char *more)
{
	size_t len = strlen(text);
	int added = snprintf(text + len, size - len, "%s", more);

	pb_assert(added >= 0 && (size_t)added < size - len);
}

#endif
