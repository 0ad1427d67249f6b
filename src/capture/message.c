#include "capture/message.h"

#include <stdlib.h>
#include <string.h>

#include "capture/direction.h"
#include "capture/look.h"
#include "core/error.h"
#include "core/io.h"
#include "core/json.h"
#include "core/limits.h"
#include "record/cutter.h"
#include "record/types.h"

#define CHUNK (256 * 1024)
/* zstd's level: most of a mail's bytes are base64 of what is compressed already. */
#define LEVEL 1

struct pb_message_maker {
	const struct pb_world *world;
	struct pb_sealer *sealer;
	struct pb_cutter *cutter;
	struct pb_direction direction;
	struct pb_buf facts;
	struct pb_buf envelope;
	uint8_t begin[PB_LOOK_MAIL_LEN]; /* of the message */
	size_t begin_len;
	uint8_t chunk[CHUNK];
};

enum pb_status
pb_message_maker_new(const struct pb_world *world, const char *origin, const char *spill_dir,
    const struct pb_mailboxes *mailboxes, struct pb_message_maker **ret_maker, struct pb_error *err)
{
	struct pb_message_maker *maker = calloc(1, sizeof(*maker));
	enum pb_status status;

	if (maker == NULL)
		return pb_fail_memory(err, N_("take messages in"));
	maker->world = world;
	pb_direction_init(&maker->direction, mailboxes);
	status = pb_sealer_new(
	    world->files, world->random, origin, spill_dir, LEVEL, &maker->sealer, err);
	if (status == PB_OK)
		status = pb_cutter_new(pb_sealer_sink(maker->sealer), &maker->cutter, err);
	if (status != PB_OK) {
		pb_message_maker_free(maker);
		return status;
	}
	*ret_maker = maker;
	return PB_OK;
}

void
pb_message_keep(struct pb_message_maker *maker, struct pb_keep *keep)
{
	pb_sealer_keep(maker->sealer, keep);
}

int64_t
pb_message_now(const struct pb_world *world)
{
	int64_t now = world->clock->now_us(world->clock->ctx);

	return now < 0 ? 0 : now;
}

/* A cutter that stopped in the middle of a message is made anew. */
static enum pb_status
renew_cutter(struct pb_message_maker *maker, struct pb_error *err)
{
	pb_cutter_free(maker->cutter);
	maker->cutter = NULL;
	return pb_cutter_new(pb_sealer_sink(maker->sealer), &maker->cutter, err);
}

enum pb_status
pb_message_begin(struct pb_message_maker *maker, struct pb_error *err)
{
	enum pb_status status = renew_cutter(maker, err);

	maker->begin_len = 0;
	pb_direction_start(&maker->direction);
	return status == PB_OK ? pb_sealer_start(maker->sealer, err) : status;
}

enum pb_status
pb_message_write(struct pb_message_maker *maker, const void *data, size_t len, struct pb_error *err)
{
	enum pb_status status = pb_direction_feed(&maker->direction, data, len, err);
	size_t room = sizeof(maker->begin) - maker->begin_len;
	size_t some = len < room ? len : room;

	memcpy(maker->begin + maker->begin_len, data, some);
	maker->begin_len += some;
	return status == PB_OK ? pb_cutter_write(maker->cutter, data, len, err) : status;
}

/* What is known of a message beside its bytes: where it was found, or its transaction. */
struct known {
	const struct pb_message_origin *origin; /* of an import; or NULL, and then: */
	const struct pb_transit *transit;
	const struct pb_message_times *times;
};

static void
state_import(struct pb_message_maker *maker, const struct pb_message_origin *origin,
    struct pb_json_writer *w)
{
	const char *claimed =
	    origin->direction == NULL ? pb_direction_told(&maker->direction) : NULL;

	pb_json_text(w, "source", "import");
	pb_json_text(w, "fidelity", "imported");
	if (origin->direction != NULL)
		pb_json_text(w, "direction", origin->direction);
	if (claimed != NULL) {
		pb_json_text(w, "direction", claimed);
		pb_json_text(w, "direction_by", "addresses");
	}
}

static enum pb_status
state_facts(struct pb_message_maker *maker, const struct known *known, struct pb_error *err)
{
	struct pb_json_writer w;

	pb_buf_clear(&maker->facts);
	pb_json_writer_init(&w, &maker->facts);
	pb_json_object_begin(&w, NULL);
	if (known->origin != NULL)
		state_import(maker, known->origin, &w);
	else
		pb_transit_state_facts(known->transit, &w);
	pb_json_u64(&w, "size", pb_sealer_message_len(maker->sealer));
	pb_json_u64(&w, "first_us", (uint64_t)known->times->first_us);
	pb_json_u64(&w, "last_us", (uint64_t)known->times->last_us);
	if (known->origin != NULL)
		pb_origin_state_facts(known->origin, &w);
	pb_json_text(&w, "software", "probant " PROBANT_VERSION);
	pb_json_object_end(&w);
	if (pb_json_writer_status(&w) != PB_OK)
		return pb_fail_memory(err, N_("state the facts of a message"));
	return PB_OK;
}

static enum pb_status
state_envelope(struct pb_message_maker *maker, const struct known *known, struct pb_error *err)
{
	static const char what[] = N_("state the envelope of a message");
	struct pb_json_writer w;

	pb_buf_clear(&maker->envelope);
	pb_json_writer_init(&w, &maker->envelope);
	pb_json_object_begin(&w, NULL);
	if (known->origin != NULL)
		pb_origin_state_envelope(known->origin, &w);
	else
		pb_transit_state_envelope(known->transit, &w);
	pb_json_object_end(&w);
	if (pb_json_writer_status(&w) != PB_OK)
		return pb_fail_memory(err, what);
	if (maker->envelope.len > PB_LIMIT_JSON)
		return pb_fail(
		    err, PB_ELIMIT, what, N_("it is too long"), "%zu octets", maker->envelope.len);
	return PB_OK;
}

/* All parts behind the message's own. */
static enum pb_status
complete(struct pb_message_maker *maker, const struct known *known, struct pb_error *err)
{
	uint8_t digest[PB_DIGEST_LEN];
	enum pb_status status = pb_cutter_finish(maker->cutter, err);

	pb_direction_end(&maker->direction);
	if (status == PB_OK)
		status = pb_sealer_digest(maker->sealer, digest, err);
	if (status == PB_OK)
		status = state_facts(maker, known, err);
	if (status == PB_OK)
		status = state_envelope(maker, known, err);
	if (status == PB_OK)
		status = pb_sealer_part(
		    maker->sealer, PB_PART_FACTS, maker->facts.data, maker->facts.len, err);
	if (status == PB_OK)
		status = pb_sealer_part(maker->sealer, PB_PART_ENVELOPE, maker->envelope.data,
		    maker->envelope.len, err);
	return status;
}

enum pb_status
pb_message_finish(struct pb_message_maker *maker, const struct pb_message_origin *origin,
    const struct pb_message_times *times, struct pb_sealed *ret_sealed, struct pb_error *err)
{
	const struct known known = { .origin = origin, .times = times };
	enum pb_status status = complete(maker, &known, err);

	return status == PB_OK
		   ? pb_sealer_finish(maker->sealer, PB_RECORD_IMPORTED, ret_sealed, err)
		   : status;
}

enum pb_status
pb_message_capture(struct pb_message_maker *maker, const struct pb_transit *transit,
    const struct pb_message_times *times, struct pb_sealed *ret_sealed, struct pb_error *err)
{
	const struct known known = { .transit = transit, .times = times };
	enum pb_status status = complete(maker, &known, err);

	return status == PB_OK ? pb_sealer_finish(maker->sealer, PB_RECORD_MESSAGE, ret_sealed, err)
			       : status;
}

enum pb_status
pb_message_hold(struct pb_message_maker *maker, const struct pb_message_origin *origin,
    const struct pb_message_times *times, struct pb_error *err)
{
	const struct known known = { .origin = origin, .times = times };
	enum pb_status status = complete(maker, &known, err);

	return status == PB_OK ? pb_sealer_hold(maker->sealer, PB_RECORD_IMPORTED, err) : status;
}

bool
pb_message_odd(const struct pb_message_maker *maker)
{
	return !pb_look_mail(maker->begin, maker->begin_len);
}

bool
pb_message_full(const struct pb_message_maker *maker)
{
	return pb_sealer_full(maker->sealer);
}

enum pb_status
pb_message_settle(struct pb_message_maker *maker, struct pb_sealed ret_sealed[PB_SEALER_HELD],
    size_t *ret_count, struct pb_error *err)
{
	return pb_sealer_settle(maker->sealer, ret_sealed, ret_count, err);
}

enum pb_status
pb_message_read(struct pb_message_maker *maker, int fd, const struct pb_message_origin *origin,
    struct pb_error *err)
{
	const struct pb_files *files = maker->world->files;
	const char *path = origin->path != NULL ? origin->path : "-";
	struct pb_message_times times;
	enum pb_status status;
	size_t len;

	status = pb_io_read(files, fd, path, maker->chunk, CHUNK, &len, err);
	times.first_us = pb_message_now(maker->world);
	if (status == PB_OK)
		status = pb_message_begin(maker, err);
	while (status == PB_OK && len > 0) {
		status = pb_message_write(maker, maker->chunk, len, err);
		if (status == PB_OK)
			status = pb_io_read(files, fd, path, maker->chunk, CHUNK, &len, err);
	}
	if (status != PB_OK)
		return status;
	times.last_us = pb_message_now(maker->world);
	return pb_message_hold(maker, origin, &times, err);
}

void
pb_message_maker_free(struct pb_message_maker *maker)
{
	if (maker == NULL)
		return;
	pb_cutter_free(maker->cutter);
	pb_sealer_free(maker->sealer);
	pb_direction_done(&maker->direction);
	pb_buf_done(&maker->facts);
	pb_buf_wipe(&maker->envelope);
	pb_buf_done(&maker->envelope);
	pb_wipe(maker->begin, sizeof(maker->begin));
	pb_wipe(maker->chunk, sizeof(maker->chunk));
	free(maker);
}
