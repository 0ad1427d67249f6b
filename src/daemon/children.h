/* The processes of a setting: the writer and the doors, kept running, or brought to their end. */
#ifndef PB_DAEMON_CHILDREN_H
#define PB_DAEMON_CHILDREN_H

#include "daemon/order.h"
#include "daemon/setting.h"

struct pb_children;

/* None runs yet.  Borrows setting. */
enum pb_status pb_children_new(const struct pb_setting *setting, struct pb_children **ret_children,
    struct pb_error *err) PB_MUST_CHECK;

/* Note which have ended. */
void pb_children_collect(struct pb_children *children, int64_t now_us);

/* Start, tell and kill what is due; *ret_next_us is made earlier if something is before. */
void pb_children_turn(
    struct pb_children *children, enum pb_phase phase, int64_t now_us, int64_t *ret_next_us);

/* To be waited for until the writer is ready; -1: it is, or does not run. */
int pb_children_line(const struct pb_children *children);

/* All of them run, and the writer said that it is ready. */
bool pb_children_ready(struct pb_children *children);
bool pb_children_gone(const struct pb_children *children);

/* Whoever runs is killed.  NULL is fine. */
void pb_children_free(struct pb_children *children);

#endif
