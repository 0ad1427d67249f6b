#include "doors/capture_record.h"

#include "record/seal.h"
#include "record/types.h"

#define LEVEL 1

enum pb_status
pb_saying_connect(struct pb_saying *saying, struct pb_error *err)
{
	return saying->relay != NULL
		   ? PB_OK
		   : pb_doorway_connect(saying->doorway, saying->deadline_us, &saying->relay, err);
}

static enum pb_status
seal(const struct pb_doorway_options *o, const char *origin, const struct pb_buf *facts,
    const struct pb_buf *envelope, struct pb_sealed *ret_sealed, struct pb_error *err)
{
	struct pb_sealer *sealer = NULL;
	enum pb_status status = pb_sealer_new(
	    o->world->files, o->world->random, origin, o->spill_dir, LEVEL, &sealer, err);

	if (status == PB_OK)
		status = pb_sealer_start(sealer, err);
	if (status == PB_OK)
		status = pb_sealer_part(sealer, PB_PART_FACTS, facts->data, facts->len, err);
	if (status == PB_OK && envelope != NULL)
		status =
		    pb_sealer_part(sealer, PB_PART_ENVELOPE, envelope->data, envelope->len, err);
	if (status == PB_OK)
		status = pb_sealer_finish(sealer, PB_RECORD_CAPTURE, ret_sealed, err);
	pb_sealer_free(sealer);
	return status;
}

enum pb_status
pb_saying_record(struct pb_saying *saying, size_t at, const struct pb_buf *facts,
    const struct pb_buf *envelope, struct pb_error *err)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	struct pb_relay_item item = { .archive = at, .sealed = &sealed };
	enum pb_status status = seal(pb_doorway_given(saying->doorway),
	    pb_relay_archive_origin(saying->relay, at), facts, envelope, &sealed, err);

	if (status == PB_OK)
		status = pb_relay_commit(saying->relay, &item, 1,
		    pb_doorway_left_ms(saying->doorway, saying->deadline_us), err);
	pb_sealed_done(&sealed);
	return status;
}

void
pb_saying_done(struct pb_saying *saying)
{
	pb_relay_free(saying->relay);
	saying->relay = NULL;
}
