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
 * *ret_shared: how many share; 0: there is nothing to share.  All of these are asked before one is
 * freed, and one after the other.  node: borrowed until it returns.  On a failure they are as
 * before.
 */
enum pb_status pb_sharing_begin(struct pb_node *node, struct pb_stamping *const *stamping,
    size_t count, size_t *ret_shared, struct pb_error *err) PB_MUST_CHECK;

/* For anchor/stamping.c: a stamping that shares is freed.  NULL is fine. */
void pb_sharing_drop(struct pb_sharing *sharing);

/* For anchor/round.c: as pb_ask, of an authority of the question's; the answer is borrowed. */
enum pb_status pb_sharing_ask(const struct pb_anchor_question *question, struct pb_tsa *tsa,
    struct pb_answer *ret_answer, struct pb_ask_failure *ret_failure,
    struct pb_error *err) PB_MUST_CHECK;

#endif
