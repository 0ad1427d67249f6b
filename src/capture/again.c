#include "capture/again.h"

#include "record/opened.h"
#include "record/types.h"

static enum pb_status
read_payload(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	return pb_sealed_read(ctx, offset, to, len, err);
}

/* The parts say where the cutter cut; it cuts there again. */
static enum pb_status
begin_part(void *ctx, uint8_t kind, struct pb_error *err)
{
	(void)ctx;
	(void)kind;
	(void)err;
	return PB_OK;
}

static enum pb_status
write_part(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	return pb_message_write(ctx, data, len, err);
}

enum pb_status
pb_message_again(struct pb_message_maker *maker, const char *origin, struct pb_sealed *sealed,
    struct pb_error *err)
{
	const struct pb_payload payload = { sealed, sealed->payload_len, read_payload };
	const struct pb_part_sink sink = { maker, begin_part, write_part };
	struct pb_opener *opener = NULL;
	struct pb_opened *opened = NULL;
	uint8_t parts = 0;
	enum pb_status status = pb_opener_new(origin, &opener, err);

	if (status == PB_OK)
		status = pb_opener_open(opener, &payload, sealed->r, &opened, err);
	if (status == PB_OK)
		status = pb_message_begin(maker, err);
	/* The message stands first (FORMAT 1). */
	while (status == PB_OK && parts < pb_opened_count(opened) &&
	       pb_part_kind_message(pb_opened_kind(opened, parts)))
		parts++;
	if (status == PB_OK && parts > 0)
		status = pb_opened_stream(opened, 0, (uint8_t)(parts - 1), &sink, err);
	pb_opened_free(opened);
	pb_opener_free(opener);
	return status;
}
