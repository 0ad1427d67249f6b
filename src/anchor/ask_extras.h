/* Judging an answer, and what is fetched beside a token: issuers that are missing, CRLs. */
#ifndef PB_ANCHOR_ASK_EXTRAS_H
#define PB_ANCHOR_ASK_EXTRAS_H

#include "anchor/ask.h"

/* What a question may still cost: time for all of it, and addresses that certificates name. */
struct pb_ask_budget {
	const struct pb_clock *clock;
	int64_t deadline_us; /* of the clock that never steps back */
	unsigned fetches;
};

/* What is left of the time; 0: nothing. */
uint32_t pb_ask_budget_ms(const struct pb_ask_budget *budget);

struct pb_ask_extras {
	const struct pb_http *http;
	const struct pb_tsa *tsa;
	struct pb_ask_budget *budget;
	const uint8_t *imprint;
	int64_t now_s;
	bool lists; /* fetch revocation lists too */
};

/*
 * answer->verdict, answer->chain and answer->revocation, from its token.  What can't
 * be fetched is left out, and so is what would not fit a limit or the budget; revocation data that
 * says that a certificate was revoked makes the verdict bad.
 */
enum pb_status pb_ask_extras_check(const struct pb_ask_extras *extras, struct pb_answer *answer,
    struct pb_error *err) PB_MUST_CHECK;

#endif
