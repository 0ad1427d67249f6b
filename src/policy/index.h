/* Texts in order, without regard to the case of ASCII letters, and what archive each stands for. */
#ifndef PB_POLICY_INDEX_H
#define PB_POLICY_INDEX_H

#include "policy/capture.h"

/* Equal texts stand in the order of their archives. */
void pb_policy_index_sort(struct pb_policy_row *rows, size_t count);
bool pb_policy_index_same(const struct pb_policy_row *a, const struct pb_policy_row *b);
/* The place of the first row with that text; count: there is none. */
size_t pb_policy_index_find(
    const struct pb_policy_row *rows, size_t count, const char *text, size_t len);

#endif
