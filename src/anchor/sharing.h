/*
 * One question for many archives (FORMAT 2.2): their checkpoints become entries of a node's log,
 * and each authority that any of them has stamps that log once.  Between the steps of stamping
 * (anchor/stamping.h):
 *
 *   1. begin   each archive, as it would be alone
 *      share   all of them; those that wait for nobody, and one that is alone, stay as they are
 *   2. ask     each: the first asks, the others have the same answer
 *   3. keep    each
 */
#ifndef PB_ANCHOR_SHARING_H
#define PB_ANCHOR_SHARING_H

#include "anchor/node.h"
#include "anchor/stamping.h"

/*
 * *ret_sharing: NULL if there is nothing to share; else it outlives the stampings, and all are
 * asked before one is freed.  node: borrowed until it returns.  On a failure they are as before.
 */
enum pb_status pb_sharing_new(struct pb_node *node, struct pb_stamping *const *stamping,
    size_t count, struct pb_sharing **ret_sharing, struct pb_error *err) PB_MUST_CHECK;
void pb_sharing_free(struct pb_sharing *sharing); /* NULL is fine */

/* For anchor/round.c: as pb_ask, of an authority of the question's; the answer is borrowed. */
enum pb_status pb_sharing_ask(const struct pb_anchor_question *question, struct pb_tsa *tsa,
    struct pb_answer *ret_answer, struct pb_ask_failure *ret_failure,
    struct pb_error *err) PB_MUST_CHECK;

#endif
