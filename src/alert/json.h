/* Alerts as JSON: what a log states of one (FORMAT 1.5), and what is posted of several. */
#ifndef PB_ALERT_JSON_H
#define PB_ALERT_JSON_H

#include "alert/alerts.h"
#include "policy/alerts.h"

/* Appends the facts of one, whose state is BEGUN or ENDED.  PB_ENOMEM. */
enum pb_status pb_alert_facts(const struct pb_notice *notice, struct pb_buf *facts) PB_MUST_CHECK;

/* Appends what a webhook is sent (docs/RUNNING.md, Alerts).  PB_ENOMEM. */
enum pb_status pb_alert_post(enum pb_policy_language language, const struct pb_notice *notices,
    size_t count, int64_t now_us, struct pb_buf *out) PB_MUST_CHECK;

#endif
