/* Judging an answer, and what is fetched beside a token: issuers that are missing, CRLs. */
#ifndef PB_ARCHIVE_ASK_EXTRAS_H
#define PB_ARCHIVE_ASK_EXTRAS_H

#include "archive/ask.h"

struct pb_ask_extras {
	const struct pb_http *http;
	const struct pb_tsa *tsa;
	const uint8_t *imprint;
	int64_t now_s;
	bool lists; /* fetch revocation lists too */
};

/*
 * answer->verdict, answer->chain and answer->revocation, from its token.  What can't
 * be fetched is left out, and so is what would not fit a limit; revocation data that says
 * that a certificate was revoked makes the verdict bad.
 */
enum pb_status pb_ask_extras_check(const struct pb_ask_extras *extras, struct pb_answer *answer,
    struct pb_error *err) PB_MUST_CHECK;

#endif
