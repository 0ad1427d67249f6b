#include "doors/capture_record.h"

#include "relay/statement.h"

enum pb_status
pb_saying_connect(struct pb_saying *saying, struct pb_error *err)
{
	return saying->relay != NULL
		   ? PB_OK
		   : pb_doorway_connect(saying->doorway, saying->deadline_us, &saying->relay, err);
}

enum pb_status
pb_saying_record(struct pb_saying *saying, size_t at, const struct pb_buf *facts,
    const struct pb_buf *envelope, struct pb_error *err)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	struct pb_relay_item item = { .archive = at, .sealed = &sealed };
	const struct pb_doorway_options *given = pb_doorway_given(saying->doorway);
	enum pb_status status =
	    pb_statement_seal(given->world, pb_relay_archive_origin(saying->relay, at),
		given->spill_dir, facts, envelope, &sealed, err);

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
