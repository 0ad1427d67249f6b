/*
 * One checkpoint before all authorities of an archive: who stamped it, who did not and why.  It
 * needs no lock, and changes nothing but what is remembered of each (tsa/<name>.state).
 */
#ifndef PB_ANCHOR_ROUND_H
#define PB_ANCHOR_ROUND_H

#include "anchor/ask.h"
#include "anchor/record.h"
#include "anchor/stamped.h"
#include "archive/place.h"

struct pb_sharing;

struct pb_anchor_question {
	const struct pb_world *world;
	const char *dir;
	const struct pb_http *http; /* NULL: the local one alone is asked */
	bool now;                   /* even who is not to be asked again so soon */
	int64_t now_us;
	struct pb_authorities *authorities;
	struct pb_buf checkpoint; /* owned; as it stands in the vault */
	struct pb_place at;       /* where it stands, and its size */
	struct pb_stamped before; /* how far the log was stamped then */
	bool away;                /* the lock was let go of since */
	/* Unless PB_OK: why nobody but the archive's own can be asked, though it is time to. */
	struct pb_error barred;
	/* NULL, or by whom others than the archive's own are asked, for many at once. */
	struct pb_sharing *sharing;          /* held; dropped with the stamping */
	const struct pb_anchor_entry *entry; /* then where the checkpoint is in his log */
};

/* Owned; pb_anchor_answers_done. */
struct pb_anchor_answers {
	struct pb_answer answer[PB_LIMIT_TSAS]; /* borrow of the question's authorities */
	size_t answer_count;
	struct pb_anchor_failure failure[PB_LIMIT_TSAS]; /* borrow too, and of `reason` */
	char reason[PB_LIMIT_TSAS][32];
	size_t failure_count;
	unsigned failed;      /* those of them that could be asked */
	struct pb_error last; /* of the last failure */
	const char *last_tsa;
};

/* Would asking wait for the network? */
bool pb_anchor_goes_out(const struct pb_anchor_question *question);

/*
 * Into answers that are zeros, of each that it was time to ask.  PB_OK whatever they answered;
 * another status is about us, and those it kept from answering failed by it.
 */
enum pb_status pb_anchor_ask(const struct pb_anchor_question *question,
    struct pb_anchor_answers *answers, struct pb_error *err) PB_MUST_CHECK;

void pb_anchor_answers_done(struct pb_anchor_answers *answers);

#endif
