/*
 * What is told outwards: e-mail, a webhook, and the dead man's address, which hears as long as all
 * is well.  Policy names, times and numbers; never a word of a message.
 */
#ifndef PB_HERALD_TELLER_H
#define PB_HERALD_TELLER_H

#include "alert/alerts.h"
#include "core/world.h"
#include "net/smtp.h"
#include "policy/alerts.h"
#include "sys/board.h"

/* Borrows all of it. */
struct pb_teller_options {
	const struct pb_world *world;
	const struct pb_http *http;
	enum pb_status (*mail)(const struct pb_smtp_letter *letter, struct pb_error *err);
	const struct pb_policy_alerts *policy;
	const char *token;      /* the webhook's, or NULL */
	struct pb_board *board; /* row 0: PB_BOARD_FAILURES and what stands behind it; or NULL */
	void (*log)(const char *line);
};

struct pb_teller;
enum pb_status pb_teller_new(const struct pb_teller_options *options, struct pb_teller **ret_teller,
    struct pb_error *err) PB_MUST_CHECK;
void pb_teller_free(struct pb_teller *teller); /* NULL is fine */

/* Tell each way what is due, at most once; what fails is tried again later. */
void pb_teller_turn(struct pb_teller *teller, struct pb_alerts *alerts);

#endif
