/*
 * Alerts that outlive the herald, on its board: behind its own row one for each of
 * PB_LIMIT_ALERTS, named "alert".  A board is as old as the daemon's `runtime_dir`.
 */
#ifndef PB_HERALD_MEMORY_H
#define PB_HERALD_MEMORY_H

#include "alert/alerts.h"
#include "sys/board.h"

/* recording: records of alerts wait in memory, so that none counts as told by them. */
void pb_memory_keep(struct pb_board *board, const struct pb_alerts *alerts, bool recording);
/* What the herald before remembered, as far as it can be so. */
void pb_memory_recall(const struct pb_board *board, struct pb_alerts *alerts, int64_t monotonic_us);

#endif
