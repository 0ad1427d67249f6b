/* An alert as a person reads it, in the language of the policy. */
#ifndef PB_ALERT_SAY_H
#define PB_ALERT_SAY_H

#include "alert/alerts.h"
#include "policy/alerts.h"

/* Appends "Alerte : la porte milter ne donne plus signe de vie".  PB_ENOMEM. */
enum pb_status pb_alert_say(enum pb_policy_language language, const struct pb_notice *notice,
    struct pb_buf *text) PB_MUST_CHECK;
/* Appends since when, and until when: "depuis 2026-05-06T17:42:00Z". */
enum pb_status pb_alert_say_times(enum pb_policy_language language, const struct pb_alert *alert,
    struct pb_buf *text) PB_MUST_CHECK;

/* What stands behind all that is told. */
const char *pb_alert_footer(enum pb_policy_language language);

#endif
