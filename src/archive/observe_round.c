#include "archive/observe_round.h"

#include <stdlib.h>

#include "archive/commit.h"
#include "archive/observed.h"

struct pb_round *
pb_round_new(struct pb_archive *archive, struct pb_catalog *catalog)
{
	struct pb_round *round = calloc(1, sizeof(*round));

	if (round != NULL) {
		round->archive = archive;
		round->catalog = catalog;
	}
	return round;
}

void
pb_round_free(struct pb_round *round)
{
	if (round == NULL)
		return;
	for (size_t i = 0; i < round->count; i++)
		pb_sealed_done(&round->sealed[i]);
	pb_said_free(round->said);
	pb_buf_done(&round->looked);
	pb_buf_done(&round->rows);
	pb_buf_done(&round->facts);
	pb_buf_wipe(&round->envelope);
	pb_buf_done(&round->envelope);
	free(round);
}

static enum pb_status
all_viewed(const struct pb_round *round, bool *ret_all, struct pb_error *err)
{
	struct pb_catalog_segment segment = { .first_seq = 0 };
	enum pb_status status = PB_OK;
	uint64_t viewed = 0;

	for (bool first = true; status == PB_OK; first = false) {
		status = pb_catalog_segment_next(
		    round->catalog, first, segment.first_seq, &segment, err);
		if (status == PB_OK)
			viewed += segment.viewed;
	}
	*ret_all = viewed == round->archive->head.tree.size;
	return status == PB_ENOENT ? PB_OK : status;
}

/*
 * Of what a writer before began, nobody knows whether it was committed, until every record was
 * looked at: then its observation would have been met, and be among what was observed.
 */
enum pb_status
pb_round_take_up(struct pb_round *round, struct pb_error *err)
{
	bool unknown = false, all = false;
	enum pb_status status = pb_catalog_due_unknown(round->catalog, &unknown, err);

	if (status == PB_OK && unknown)
		status = all_viewed(round, &all, err);
	if (status != PB_OK || !all)
		return status;
	status = pb_catalog_begin(round->catalog, err);
	if (status == PB_OK)
		status = pb_catalog_due_again(round->catalog, err);
	if (status == PB_OK)
		return pb_catalog_commit(round->catalog, err);
	pb_catalog_undo(round->catalog);
	return status;
}

/* How far it is with what was looked at. */
enum standing { DUE, BEGUN, DONE };

static enum pb_status
put_due(struct pb_round *round, enum standing standing, struct pb_error *err)
{
	const uint64_t *seq = (const uint64_t *)(void *)round->looked.data;
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < round->looked.len / sizeof(*seq); i++)
		status = standing == DONE
			     ? pb_catalog_due_done(round->catalog, seq[i], err)
			     : pb_catalog_due_begun(round->catalog, seq[i], standing == BEGUN, err);
	return status == PB_OK && standing == DONE
		   ? pb_observed_put(round->catalog, &round->rows, err)
		   : status;
}

static enum pb_status
note(struct pb_round *round, enum standing standing, struct pb_error *err)
{
	enum pb_status status = pb_catalog_begin(round->catalog, err);

	if (status != PB_OK)
		return status;
	status = put_due(round, standing, err);
	if (status == PB_OK)
		return pb_catalog_commit(round->catalog, err);
	pb_catalog_undo(round->catalog);
	return status;
}

static enum pb_status
commit(struct pb_round *round, struct pb_error *err)
{
	struct pb_observed *row = (struct pb_observed *)(void *)round->rows.data;
	struct pb_sealed *order[PB_ROUND];
	struct pb_receipt receipt[PB_ROUND];
	enum pb_status status;
	size_t at = 0;

	for (size_t i = 0; i < round->count; i++)
		order[i] = &round->sealed[i];
	status = pb_commit(round->archive, order, round->count, receipt, err);
	for (size_t i = 0; status == PB_OK && i < round->count; i++)
		for (; at < round->rows_of[i] / sizeof(*row); at++)
			row[at].record = receipt[i].seq;
	return status;
}

/*
 * Call by call, and what a crash leaves:
 *
 *   1. what is to be stated is noted as begun, durably   begun; take_up finds no observation
 *   2. the observations are committed                    begun; take_up finds them
 *   3. they are noted, and what was due is done          nothing: what is lost of that is 2
 *
 * So none is stated twice, and none is left out.
 */
enum pb_status
pb_round_carry_out(struct pb_round *round, struct pb_error *err)
{
	enum pb_status status;

	if (round->count == 0)
		return round->looked.len > 0 ? note(round, DONE, err) : PB_OK;
	status = note(round, BEGUN, err);
	if (status == PB_OK)
		status = pb_catalog_settle(round->catalog, err);
	if (status == PB_OK)
		status = commit(round, err);
	if (status == PB_OK)
		return note(round, DONE, err);
	if (!round->archive->stopped) /* if this fails, too, take_up does it later */
		(void)note(round, DUE, NULL);
	return status;
}
