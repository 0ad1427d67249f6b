/* Within ask.c: one question while it is open, and the exchange with an authority. */
#ifndef PB_ANCHOR_ASKING_H
#define PB_ANCHOR_ASKING_H

#include "anchor/ask_extras.h"

struct pb_asking {
	const struct pb_world *world;
	const char *dir;
	const struct pb_http *http;
	struct pb_tsa *tsa;
	const uint8_t *imprint;
	struct pb_ask_budget budget;
	struct pb_answer answer;
	struct pb_ask_failure *failure;
};

/* The authority's failure and not ours: PB_EUNAVAIL, said in q->failure. */
enum pb_status pb_asking_failed(
    struct pb_asking *q, const char *reason, const char *why, const char *detail);

/*
 * q->answer.request to the authority, what came into q->answer.reply, whatever it is.
 * PB_EUNAVAIL: nothing, and q->failure says why.
 */
enum pb_status pb_asking_exchange(struct pb_asking *q, struct pb_error *err) PB_MUST_CHECK;

#endif
