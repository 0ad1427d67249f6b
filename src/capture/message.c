#include "capture/message.h"

#include <stdlib.h>
#include <string.h>

#include "capture/maildir.h"
#include "core/error.h"
#include "core/io.h"
#include "core/json.h"
#include "record/cutter.h"
#include "record/types.h"

#define CHUNK (256 * 1024)
/* zstd's level: most of a mail's bytes are base64 of what is compressed already. */
#define LEVEL 1

struct pb_message_maker {
	const struct pb_world *world;
	struct pb_sealer *sealer;
	struct pb_cutter *cutter;
	struct pb_buf facts;
	struct pb_buf envelope;
	uint8_t chunk[CHUNK];
};

enum pb_status
pb_message_maker_new(const struct pb_world *world, const char *origin, const char *spill_dir,
    struct pb_message_maker **ret_maker, struct pb_error *err)
{
	struct pb_message_maker *maker = calloc(1, sizeof(*maker));
	enum pb_status status;

	if (maker == NULL)
		return pb_fail_memory(err, N_("take messages in"));
	maker->world = world;
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

struct times {
	int64_t first_us;
	int64_t last_us;
};

static int64_t
now_us(const struct pb_world *world)
{
	int64_t now = world->clock->now_us(world->clock->ctx);

	return now < 0 ? 0 : now;
}

static enum pb_status
read_bytes(struct pb_message_maker *maker, int fd, const char *path, struct times *times,
    struct pb_error *err)
{
	enum pb_status status;
	size_t len;

	for (;;) {
		status = pb_io_read(maker->world->files, fd, path, maker->chunk, CHUNK, &len, err);
		if (status != PB_OK)
			return status;
		if (times->first_us == 0)
			times->first_us = now_us(maker->world);
		if (len == 0)
			break;
		status = pb_cutter_write(maker->cutter, maker->chunk, len, err);
		if (status != PB_OK)
			return status;
	}
	times->last_us = now_us(maker->world);
	return pb_cutter_finish(maker->cutter, err);
}

static enum pb_status
state_facts(struct pb_message_maker *maker, const struct pb_message_origin *origin,
    const struct times *times, struct pb_error *err)
{
	struct pb_json_writer w;

	pb_buf_clear(&maker->facts);
	pb_json_writer_init(&w, &maker->facts);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "source", "import");
	pb_json_text(&w, "fidelity", "imported");
	if (origin->direction != NULL)
		pb_json_text(&w, "direction", origin->direction);
	pb_json_u64(&w, "size", pb_sealer_message_len(maker->sealer));
	pb_json_u64(&w, "first_us", (uint64_t)times->first_us);
	pb_json_u64(&w, "last_us", (uint64_t)times->last_us);
	if (origin->flags != NULL)
		pb_maildir_state_flags(origin->flags, &w);
	if (origin->maildir != NULL)
		pb_json_text(&w, "maildir", origin->maildir);
	pb_json_text(&w, "software", "probant " PROBANT_VERSION);
	pb_json_object_end(&w);
	if (pb_json_writer_status(&w) != PB_OK)
		return pb_fail_memory(err, N_("state the facts of a message"));
	return PB_OK;
}

static enum pb_status
state_envelope(struct pb_message_maker *maker, const char *path, struct pb_error *err)
{
	struct pb_json_writer w;

	pb_buf_clear(&maker->envelope);
	pb_json_writer_init(&w, &maker->envelope);
	pb_json_object_begin(&w, NULL);
	if (path != NULL)
		pb_json_octets(&w, "file", path, strlen(path));
	pb_json_object_end(&w);
	if (pb_json_writer_status(&w) != PB_OK)
		return pb_fail_memory(err, N_("state the envelope of a message"));
	return PB_OK;
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
pb_message_make(struct pb_message_maker *maker, int fd, const struct pb_message_origin *origin,
    struct pb_sealed *ret_sealed, struct pb_error *err)
{
	const char *path = origin->path != NULL ? origin->path : "-";
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	uint8_t digest[PB_DIGEST_LEN];
	struct times times = { 0 };
	enum pb_status status = PB_OK;

	if (maker->cutter == NULL)
		status = renew_cutter(maker, err);
	if (status == PB_OK)
		status = pb_sealer_start(maker->sealer, err);
	if (status == PB_OK)
		status = read_bytes(maker, fd, path, &times, err);
	if (status != PB_OK) {
		pb_cutter_free(maker->cutter);
		maker->cutter = NULL;
		return status;
	}
	status = pb_sealer_digest(maker->sealer, digest, err);
	if (status == PB_OK)
		status = state_facts(maker, origin, &times, err);
	if (status == PB_OK)
		status = state_envelope(maker, origin->path, err);
	if (status == PB_OK)
		status = pb_sealer_part(
		    maker->sealer, PB_PART_FACTS, maker->facts.data, maker->facts.len, err);
	if (status == PB_OK)
		status = pb_sealer_part(maker->sealer, PB_PART_ENVELOPE, maker->envelope.data,
		    maker->envelope.len, err);
	if (status == PB_OK)
		status = pb_sealer_finish(maker->sealer, PB_RECORD_IMPORTED, &sealed, err);
	if (status == PB_OK) {
		memcpy(sealed.message_sha256, digest, sizeof(digest));
		*ret_sealed = sealed;
	}
	return status;
}

void
pb_message_maker_free(struct pb_message_maker *maker)
{
	if (maker == NULL)
		return;
	pb_cutter_free(maker->cutter);
	pb_sealer_free(maker->sealer);
	pb_buf_done(&maker->facts);
	pb_buf_wipe(&maker->envelope);
	pb_buf_done(&maker->envelope);
	pb_wipe(maker->chunk, sizeof(maker->chunk));
	free(maker);
}
