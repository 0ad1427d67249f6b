/* What is told by e-mail: a message of RFC 5322, in plain text. */
#ifndef PB_ALERT_MAIL_H
#define PB_ALERT_MAIL_H

#include "alert/alerts.h"
#include "policy/alerts.h"

struct pb_alert_mail {
	const struct pb_policy_alerts *policy; /* that has somebody to send it to */
	const struct pb_notice *notices;       /* one at least */
	size_t count;
	int64_t now_us;
	uint8_t id[16]; /* by chance: the message's own */
};

/*
 * Appends it, with CR LF.  Says of itself that nobody wrote it, and that nobody is to answer
 * (Auto-Submitted, RFC 3834 5).  PB_ENOMEM.
 */
enum pb_status pb_alert_mail_write(
    const struct pb_alert_mail *mail, struct pb_buf *out) PB_MUST_CHECK;

#endif
