#include "doors/delivery.h"

#include <string.h>

#include "capture/again.h"
#include "core/error.h"

/* Records that are handed over at once: up to PB_LIMIT_SPILL of memory each. */
#define BATCH 4

struct batch {
	size_t count;
	size_t archive[BATCH];
	struct pb_sealed sealed[BATCH]; /* empty where the transaction's own is handed over */
	struct pb_relay_item item[BATCH];
};

/* ---- sealing -------------------------------------------------------------------------------- */

/* The message once more, by a maker for that origin. */
static enum pb_status
seal_again(struct pb_transaction *t, struct pb_message_maker *maker,
    const struct pb_transit *transit, struct pb_sealed *ret_sealed, struct pb_error *err)
{
	enum pb_status status = pb_message_again(maker, t->kit.origin, &t->sealed, err);

	return status == PB_OK ? pb_message_capture(maker, transit, &t->times, ret_sealed, err)
			       : status;
}

/* For an archive, as the writer calls its log. */
static enum pb_status
seal_for(struct pb_transaction *t, const struct pb_transit *transit, size_t archive,
    const char *origin, struct pb_sealed *ret_sealed, struct pb_error *err)
{
	const struct pb_doorway_options *o = pb_doorway_given(t->doorway);
	struct pb_transit seen = *transit;
	struct pb_message_maker *other = NULL;
	enum pb_status status;

	seen.direction = pb_concern_direction(t->to.concern[archive]);
	if (strcmp(origin, t->kit.origin) == 0)
		return seal_again(t, t->kit.maker, &seen, ret_sealed, err);
	status = pb_message_maker_new(o->world, origin, o->spill_dir, NULL, &other, err);
	if (status == PB_OK)
		status = seal_again(t, other, &seen, ret_sealed, err);
	pb_message_maker_free(other);
	return status;
}

static enum pb_status
not_there(const struct pb_transaction *t, size_t archive, struct pb_error *err)
{
	return pb_fail(err, PB_ENOENT, N_("hand a message to the writer"),
	    N_("it does not have the archive now"), "%s",
	    pb_doorway_given(t->doorway)->policy->archive[archive].name);
}

static enum pb_status
add(struct pb_transaction *t, const struct pb_transit *transit, size_t archive, struct batch *b,
    struct pb_error *err)
{
	size_t at = pb_doorway_at_writer(t->doorway, t->kit.relay, archive);
	struct pb_sealed *sealed = &b->sealed[b->count];
	enum pb_status status = PB_OK;
	const char *origin;

	t->destination[archive].tried = true;
	if (at == SIZE_MAX)
		return not_there(t, archive, err);
	origin = pb_relay_archive_origin(t->kit.relay, at);
	*sealed = PB_SEALED_EMPTY;
	if (t->sealed_for == archive && strcmp(origin, t->kit.origin) == 0) {
		sealed = &t->sealed;
		t->sealed_for = SIZE_MAX;
	} else {
		status = seal_for(t, transit, archive, origin, sealed, err);
	}
	if (status != PB_OK)
		return status;
	b->archive[b->count] = archive;
	b->item[b->count] = (struct pb_relay_item){ .archive = at, .sealed = sealed };
	b->count++;
	return PB_OK;
}

/* ---- handing over --------------------------------------------------------------------------- */

static enum pb_status
commit(struct pb_transaction *t, struct batch *b, int64_t deadline_us, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (b->count > 0)
		status = pb_relay_commit(t->kit.relay, b->item, b->count,
		    pb_doorway_left_ms(t->doorway, deadline_us), err);
	for (size_t i = 0; i < b->count; i++) {
		t->destination[b->archive[i]].kept = b->item[i].status == PB_OK;
		pb_sealed_done(&b->sealed[i]);
	}
	b->count = 0;
	return status;
}

/* To all destinations that are as `suspect` says, and do not have it. */
static enum pb_status
hand_over(struct pb_transaction *t, const struct pb_transit *transit, bool suspect,
    int64_t deadline_us, struct pb_error *err)
{
	size_t archives = pb_doorway_given(t->doorway)->policy->archive_count;
	enum pb_status first = PB_OK, status;
	struct batch b = { .count = 0 };
	struct pb_error other;

	for (size_t i = 0; i < archives && first != PB_EUNAVAIL; i++) {
		const struct pb_destination *d = &t->destination[i];

		if (t->to.concern[i] == PB_CONCERN_NONE || d->kept || d->suspect != suspect)
			continue;
		status = add(t, transit, i, &b, first == PB_OK ? err : &other);
		if (status == PB_OK && b.count == BATCH)
			status = commit(t, &b, deadline_us, first == PB_OK ? err : &other);
		if (first == PB_OK)
			first = status;
	}
	status = commit(t, &b, deadline_us, first == PB_OK ? err : &other);
	return first == PB_OK ? status : first;
}

/* Does the writer have all archives that it is for?  Else none is handed it. */
static enum pb_status
check_archives(struct pb_transaction *t, struct pb_error *err)
{
	size_t archives = pb_doorway_given(t->doorway)->policy->archive_count;

	for (size_t i = 0; i < archives; i++)
		if (t->to.concern[i] != PB_CONCERN_NONE && !t->destination[i].kept &&
		    pb_doorway_at_writer(t->doorway, t->kit.relay, i) == SIZE_MAX) {
			t->destination[i].tried = true;
			return not_there(t, i, err);
		}
	return PB_OK;
}

/* Over a connection that stands. */
static enum pb_status
attempt(struct pb_transaction *t, const struct pb_transit *transit, int64_t deadline_us,
    bool may_pass, struct pb_error *err)
{
	enum pb_status status = may_pass ? PB_OK : check_archives(t, err), rest;
	struct pb_error other;

	if (status == PB_OK)
		status = hand_over(t, transit, true, deadline_us, err);
	if (status == PB_EUNAVAIL || (status != PB_OK && !may_pass))
		return status;
	rest = hand_over(t, transit, false, deadline_us, status == PB_OK ? err : &other);
	return status == PB_OK ? rest : status;
}

/* Nobody to hand it to. */
static enum pb_status
writer_away(struct pb_transaction *t, enum pb_status status)
{
	size_t archives = pb_doorway_given(t->doorway)->policy->archive_count;

	for (size_t i = 0; i < archives; i++)
		t->destination[i].tried = t->to.concern[i] != PB_CONCERN_NONE;
	return status;
}

enum pb_status
pb_delivery(struct pb_transaction *t, const struct pb_transit *transit, int64_t deadline_us,
    bool may_pass, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	for (int attempts = 0; attempts < 2; attempts++) {
		if (t->kit.relay == NULL)
			status = pb_doorway_connect(t->doorway, deadline_us, &t->kit.relay, err);
		if (t->kit.relay == NULL)
			return writer_away(t, status);
		status = attempt(t, transit, deadline_us, may_pass, err);
		if (status != PB_EUNAVAIL && status != PB_ENOENT)
			return status;
		/* It broke off, or what it told of archives is not so any more. */
		pb_relay_free(t->kit.relay);
		t->kit.relay = NULL;
		if (pb_doorway_left_ms(t->doorway, deadline_us) == 0)
			return status;
	}
	return status;
}
