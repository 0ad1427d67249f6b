#include "archive/observe.h"

#include <stdlib.h>
#include <string.h>

#include "archive/observe_round.h"
#include "archive/observed.h"
#include "core/error.h"
#include "record/types.h"

static const char OBSERVING[] = N_("note what a message says of another");

/* Of one record: a report, and both ways in which a transaction can be. */
#define EACH 3

/* The record that is looked at. */
struct speaker {
	struct pb_leaf leaf;
	struct pb_marks marks;
	const struct pb_json *view;
};

/* ---- candidates ----------------------------------------------------------------------------- */

struct found {
	uint64_t seq;
	unsigned by;
};

#define FOUND_MAX (PB_MARK_SPOKEN * PB_LIMIT_OBSERVED)

static int
by_seq(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* The same record by several names becomes one. */
static size_t
unite(struct found *found, size_t count)
{
	size_t kept = 0;

	qsort(found, count, sizeof(*found), by_seq);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && found[kept - 1].seq == found[i].seq)
			found[kept - 1].by |= found[i].by;
		else
			found[kept++] = found[i];
	}
	return kept;
}

/* Which names of the record are looked for among what others are called. */
static bool
asks(enum pb_observation_kind kind, size_t slot)
{
	switch (kind) {
	case PB_OBSERVED_AGAIN:
		return slot == PB_MARK_TRANSACTION;
	case PB_OBSERVED_QUEUE_ID:
		return slot == PB_MARK_QUEUE_ID;
	default:
		return slot >= PB_MARK_SPOKEN;
	}
}

/*
 * A Message-ID can be used again by anybody who has seen it, so the first counts most; transactions
 * and queue ids come again in the course of time, so the last.
 */
static bool
prefers_last(enum pb_observation_kind kind)
{
	return kind == PB_OBSERVED_AGAIN || kind == PB_OBSERVED_QUEUE_ID;
}

static enum pb_status
find(struct pb_round *round, const struct speaker *speaker, enum pb_observation_kind kind,
    struct found found[FOUND_MAX], size_t *ret_count, bool *ret_more, struct pb_error *err)
{
	const struct pb_marks *marks = &speaker->marks;
	uint64_t seqs[PB_LIMIT_OBSERVED + 1]; /* one more than can be told: are there more? */
	size_t count = 0, here;
	enum pb_status status = PB_OK;

	for (size_t slot = 0; status == PB_OK && slot < PB_MARK_SLOTS; slot++) {
		if (!marks->set[slot] || !asks(kind, slot))
			continue;
		status = pb_catalog_called(round->catalog, marks->mark[slot], marks->seq,
		    prefers_last(kind), seqs, PB_LIMIT_OBSERVED + 1, &here, err);
		*ret_more = *ret_more || (status == PB_OK && here > PB_LIMIT_OBSERVED);
		for (size_t i = 0; status == PB_OK && i < here && i < PB_LIMIT_OBSERVED; i++)
			found[count++] = (struct found){ seqs[i], 1U << slot % PB_MARK_SPOKEN };
	}
	*ret_count = unite(found, count);
	return status;
}

/* Whoever sends the same for longer than senders try does it for another reason. */
static enum pb_status
is_too_old(struct pb_round *round, const struct speaker *speaker, uint64_t seq, bool *ret_is,
    struct pb_error *err)
{
	struct pb_leaf leaf;
	enum pb_status status = pb_said_leaf(round->said, seq, &leaf, err);

	if (status == PB_OK)
		*ret_is = speaker->leaf.time_s > leaf.time_s &&
			  speaker->leaf.time_s - leaf.time_s > PB_LIMIT_RETRY_S;
	return status;
}

/* Those that were not told before, as far as there is room for them; none counts as one to tell. */
static enum pb_status
choose(struct pb_round *round, const struct speaker *speaker, const struct found *found,
    size_t count, struct pb_observation *o, struct pb_error *err)
{
	size_t told = 0;
	enum pb_status status =
	    pb_catalog_observed_count(round->catalog, o->speaks, (uint8_t)o->kind, &told, err);
	size_t room = told < PB_LIMIT_OBSERVED ? PB_LIMIT_OBSERVED - told : 0;

	for (size_t i = 0; status == PB_OK && i < count; i++) {
		const struct pb_observed row = {
			.speaks = o->speaks, .of = found[i].seq, .kind = (uint8_t)o->kind
		};
		bool left = false;

		status = pb_catalog_is_observed(round->catalog, &row, &left, err);
		if (status == PB_OK && !left && o->kind == PB_OBSERVED_AGAIN)
			status = is_too_old(round, speaker, found[i].seq, &left, err);
		if (status != PB_OK || left)
			continue;
		o->more = o->more || o->count == room;
		if (o->count == room)
			continue;
		o->of[o->count].seq = found[i].seq;
		o->of[o->count++].by = found[i].by;
	}
	return status;
}

/* ---- one observation ------------------------------------------------------------------------ */

/* Stated already, or nothing to state: a report that names nobody who is here is stated once. */
static enum pb_status
is_needless(
    struct pb_round *round, const struct pb_observation *o, bool *ret_is, struct pb_error *err)
{
	const struct pb_observed nobody = {
		.speaks = o->speaks, .of = PB_OBSERVED_NOBODY, .kind = (uint8_t)o->kind
	};
	size_t told = 0;
	enum pb_status status = PB_OK;

	*ret_is = o->count == 0;
	if (o->count > 0 || prefers_last(o->kind))
		return PB_OK;
	status = pb_catalog_observed_count(round->catalog, o->speaks, (uint8_t)o->kind, &told, err);
	if (status == PB_OK && told == 0)
		status = pb_catalog_is_observed(round->catalog, &nobody, ret_is, err);
	return status;
}

static enum pb_status
seal(struct pb_round *round, const struct speaker *speaker, const struct pb_observation *o,
    struct pb_error *err)
{
	struct pb_sealer *sealer;
	enum pb_status status;

	pb_buf_clear(&round->facts);
	pb_buf_wipe(&round->envelope);
	status = pb_observation_facts(o, speaker->view, &round->facts);
	if (status == PB_OK)
		status = pb_observation_envelope(o, speaker->view, &round->envelope);
	if (status == PB_OK)
		status = pb_observed_rows(o, 0, &round->rows);
	if (status != PB_OK)
		return pb_fail_memory(err, OBSERVING);
	status = pb_archive_sealer(round->archive, &sealer, err);
	if (status == PB_OK)
		status = pb_sealer_state(sealer, PB_RECORD_OBSERVATION, &round->facts,
		    round->envelope.len > 0 ? &round->envelope : NULL, &round->sealed[round->count],
		    err);
	if (status == PB_OK)
		round->rows_of[round->count++] = round->rows.len;
	return status;
}

static enum pb_status
state(struct pb_round *round, const struct speaker *speaker, enum pb_observation_kind kind,
    struct pb_error *err)
{
	struct pb_observation o = { .kind = kind, .speaks = speaker->leaf.seq };
	struct found found[FOUND_MAX];
	size_t count = 0;
	bool needless = true;
	enum pb_status status = find(round, speaker, kind, found, &count, &o.more, err);

	if (status == PB_OK)
		status = choose(round, speaker, found, count, &o, err);
	if (status == PB_OK)
		status = is_needless(round, &o, &needless, err);
	return status == PB_OK && !needless ? seal(round, speaker, &o, err) : status;
}

/* What kind of report it is, its view says; 0: none. */
static enum pb_observation_kind
report_of(const struct pb_json *view)
{
	const char *kind = pb_json_string(pb_json_get(pb_json_get(view, "class"), "kind"));

	if (kind != NULL && strcmp(kind, "dsn") == 0)
		return PB_OBSERVED_DELIVERY;
	return kind != NULL && strcmp(kind, "mdn") == 0 ? PB_OBSERVED_DISPOSITION : 0;
}

/* PB_EACCESS: *ret_segment cannot be opened here. */
static enum pb_status
look_at(struct pb_round *round, uint64_t seq, struct pb_catalog_segment *ret_segment,
    struct pb_error *err)
{
	struct speaker speaker;
	const struct pb_json *row;
	enum pb_observation_kind report;
	enum pb_status status;

	status = pb_said_row(round->said, seq, &speaker.leaf, &row, ret_segment, err);
	if (status == PB_ENOENT) /* nothing more can be known of it */
		return pb_buf_append(&round->looked, &seq, sizeof(seq)) == PB_OK
			   ? PB_OK
			   : pb_fail_memory(err, OBSERVING);
	if (status == PB_ECORRUPT) /* it is left, and the others are not */
		return PB_OK;
	if (status == PB_OK)
		status = pb_catalog_marks(round->catalog, seq, &speaker.marks, err);
	if (status != PB_OK)
		return status;
	speaker.view = pb_json_get(row, "view");
	report = report_of(speaker.view);
	if (report != 0)
		status = state(round, &speaker, report, err);
	if (status == PB_OK && speaker.marks.set[PB_MARK_TRANSACTION])
		status = state(round, &speaker, PB_OBSERVED_AGAIN, err);
	if (status == PB_OK && speaker.marks.set[PB_MARK_QUEUE_ID])
		status = state(round, &speaker, PB_OBSERVED_QUEUE_ID, err);
	if (status == PB_OK && pb_buf_append(&round->looked, &seq, sizeof(seq)) != PB_OK)
		status = pb_fail_memory(err, OBSERVING);
	return status;
}

/* ---- which ---------------------------------------------------------------------------------- */

static enum pb_status
look_at_all(struct pb_round *round, bool *ret_more, struct pb_error *err)
{
	struct pb_catalog_segment segment = { .records = 0 };
	uint64_t seq = pb_said_reach(round->said);
	enum pb_status status = seq == UINT64_MAX ? PB_ENOENT : PB_OK;

	while (status == PB_OK && round->count + EACH <= PB_ROUND) {
		status = pb_catalog_due(round->catalog, seq, &seq, err);
		if (status != PB_OK)
			break;
		status = look_at(round, seq, &segment, err);
		seq++;
		if (status == PB_EACCESS && segment.records > 0) {
			seq = segment.first_seq + segment.records;
			status = PB_OK;
		}
	}
	*ret_more = status == PB_OK;
	return status == PB_ENOENT ? PB_OK : status;
}

/* ---- the whole ------------------------------------------------------------------------------ */

enum pb_status
pb_observe(struct pb_archive *archive, struct pb_catalog *catalog,
    const struct pb_said_closed *closed, bool *ret_more, size_t *ret_count, struct pb_error *err)
{
	struct pb_round *round = pb_round_new(archive, catalog);
	bool more = false;
	enum pb_status status = PB_OK;

	if (round == NULL)
		return pb_fail_memory(err, OBSERVING);
	status = pb_round_take_up(round, err);
	if (status == PB_OK)
		status = pb_said_new(archive, catalog, closed, &round->said, err);
	if (status == PB_OK)
		status = look_at_all(round, &more, err);
	if (status == PB_OK)
		status = pb_round_carry_out(round, err);
	if (status == PB_OK) {
		*ret_more = more;
		*ret_count = round->count;
	}
	pb_round_free(round);
	return status;
}
