/* The same for Prometheus: its text exposition format, version 0.0.4. */
#ifndef PB_HEALTH_METRICS_H
#define PB_HEALTH_METRICS_H

#include "core/buf.h"
#include "health/boards.h"

#define PB_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* All that is told, each metric of docs/RUNNING.md with its labels.  PB_ENOMEM. */
enum pb_status pb_metrics(const struct pb_boards *boards, struct pb_buf *text) PB_MUST_CHECK;

#endif
