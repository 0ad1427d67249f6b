/* What `show` learns of a record before it prints: facts, timestamps, and what its message says. */
#include <string.h>

#include "cli/observed.h"
#include "cli/show.h"
#include "core/error.h"
#include "core/limits.h"
#include "find/observations.h"
#include "record/types.h"
#include "sys/child.h"
#include "view/viewer.h"

/* A part that is no JSON tells nothing here: --parts and --part show it. */
static enum pb_status
read_json(const struct pb_show *show, uint8_t kind, struct pb_json **ret_json, struct pb_error *err)
{
	uint8_t index = pb_opened_find(show->opened, kind);
	struct pb_buf part = PB_BUF_EMPTY;
	enum pb_status status;

	if (index == pb_opened_count(show->opened))
		return PB_OK;
	status = pb_opened_part(show->opened, index, PB_LIMIT_JSON, &part, err);
	if (status == PB_OK)
		status = pb_json_parse(part.data, part.len, ret_json, err);
	pb_buf_wipe(&part);
	pb_buf_done(&part);
	return status == PB_EDATA || status == PB_ELIMIT ? PB_OK : status;
}

static enum pb_status
find_bounds(const struct pb_show *show, struct pb_look *look, struct pb_error *err)
{
	enum pb_status status = pb_bounds_find(
	    show->world->files, show->access->dir, show->leaf.seq, &look->bounds, err);

	look->bounded = status == PB_OK;
	if (status == PB_OK || status == PB_ENOMEM)
		return status;
	pb_say_error(err);
	return PB_OK;
}

/* ---- its message ---------------------------------------------------------------------------- */

static enum pb_status
open_viewer(const struct pb_show *show, struct pb_viewer **ret_viewer, struct pb_error *err)
{
	char program[PB_LIMIT_PATH];

	if (!pb_sys_beside("probant-mime", program, sizeof(program)))
		return pb_fail(err, PB_EUNAVAIL, N_("look into a message"),
		    N_("the program probant-mime is not beside this one"), "%s", "");
	return pb_viewer_new(show->world, program, ret_viewer, err);
}

/* The message whole, and a child to read it.  PB_ELIMIT: it is longer than one is given. */
static enum pb_status
prepare(const struct pb_show *show, struct pb_viewer **ret_viewer, struct pb_buf *message,
    struct pb_error *err)
{
	enum pb_status status =
	    pb_opened_message(show->opened, PB_LIMIT_VIEW_MESSAGE, message, err);

	return status == PB_OK ? open_viewer(show, ret_viewer, err) : status;
}

static void
forget(struct pb_viewer *viewer, struct pb_buf *message)
{
	pb_viewer_free(viewer);
	pb_buf_wipe(message);
	pb_buf_done(message);
}

static enum pb_status
read_message(const struct pb_show *show, struct pb_look *look, struct pb_error *err)
{
	enum pb_view_state state = PB_VIEW_TOO_LARGE;
	struct pb_buf message = PB_BUF_EMPTY;
	struct pb_viewer *viewer = NULL;
	enum pb_status status = prepare(show, &viewer, &message, err);

	if (status == PB_OK)
		status = pb_viewer_read(viewer, message.data, message.len, &look->written,
		    &look->text, &look->html_left, &state, err);
	if (status == PB_OK && state == PB_VIEW_MADE) {
		status = pb_json_parse(look->written.data, look->written.len, &look->view, err);
		if (status == PB_OK && pb_buf_text(&look->text) == NULL)
			status = pb_fail_memory(err, N_("look into a message"));
	} else if (status == PB_OK || status == PB_ELIMIT) {
		look->state = pb_view_state_name(state);
	} else if (status == PB_EUNAVAIL) {
		look->state = "unavailable";
	}
	forget(viewer, &message);
	return look->state != NULL ? PB_OK : status;
}

/* ---- what observations say of it ------------------------------------------------------------ */

struct observing {
	uint64_t seq;
	struct pb_look *look;
	struct pb_json_writer w;
};

static void
state_observation(struct pb_json_writer *w, uint64_t record, const struct pb_observation *o)
{
	pb_json_object_begin(w, NULL);
	pb_json_u64(w, "record", record);
	pb_json_text(w, "event", pb_observation_kind_name(o->kind));
	pb_json_u64(w, "speaks", o->speaks);
	pb_json_array_begin(w, "of");
	for (size_t i = 0; i < o->count; i++)
		pb_json_u64(w, NULL, o->of[i].seq);
	pb_json_array_end(w);
	pb_json_object_end(w);
}

static enum pb_status
add_observation(void *arg, uint64_t record, const struct pb_json *facts, struct pb_error *err)
{
	struct observing *observing = arg;
	struct pb_buf *lines = &observing->look->observed;
	struct pb_observation o;

	if (!pb_observation_read(facts, &o))
		return PB_OK;
	state_observation(&observing->w, record, &o);
	if (pb_observed_from(facts, observing->seq, lines) != PB_OK ||
	    pb_buf_append(lines, "\n", 1) != PB_OK)
		return pb_fail_memory(err, N_("show a record"));
	return PB_OK;
}

static enum pb_status
find_observations(const struct pb_show *show, struct pb_look *look, struct pb_error *err)
{
	struct observing observing = { .seq = show->leaf.seq, .look = look };
	enum pb_status status;

	pb_json_writer_init(&observing.w, &look->observed_json);
	pb_json_array_begin(&observing.w, NULL);
	status = pb_observations_each(
	    show->access->archive, show->leaf.seq, add_observation, &observing, err);
	pb_json_array_end(&observing.w);
	if (status == PB_OK && pb_json_writer_status(&observing.w) != PB_OK)
		status = pb_fail_memory(err, N_("show a record"));
	return status;
}

enum pb_status
pb_show_look(const struct pb_show *show, struct pb_look *look, struct pb_error *err)
{
	enum pb_status status = read_json(show, PB_PART_FACTS, &look->facts, err);

	if (status == PB_OK && !show->message)
		status = read_json(show, PB_PART_ENVELOPE, &look->envelope, err);
	if (status == PB_OK)
		status = find_bounds(show, look, err);
	if (status == PB_OK && show->message)
		status = read_message(show, look, err);
	if (status == PB_OK && show->message)
		status = find_observations(show, look, err);
	return status;
}

void
pb_look_done(struct pb_look *look)
{
	pb_json_free(look->facts);
	pb_json_free(look->envelope);
	pb_json_free(look->view);
	pb_buf_wipe(&look->written);
	pb_buf_done(&look->written);
	pb_buf_wipe(&look->text);
	pb_buf_done(&look->text);
	pb_buf_done(&look->observed);
	pb_buf_done(&look->observed_json);
}

/* ---- one attachment ------------------------------------------------------------------------- */

enum pb_status
pb_show_attachment(
    const struct pb_show *show, uint64_t number, struct pb_buf *octets, struct pb_error *err)
{
	enum pb_view_state state = PB_VIEW_MADE;
	struct pb_buf message = PB_BUF_EMPTY;
	struct pb_viewer *viewer = NULL;
	enum pb_status status = prepare(show, &viewer, &message, err);

	if (status == PB_OK)
		status = pb_viewer_attachment(
		    viewer, message.data, message.len, number, octets, &state, err);
	if (status == PB_OK && state != PB_VIEW_MADE) {
		(void)pb_fail(err, PB_EUNAVAIL, N_("take out an attachment"),
		    N_("the message could not be looked into"), "%s", pb_view_state_name(state));
		status = pb_fail_todo(
		    err, PB_EUNAVAIL, N_("--raw gives the message, with the attachment encoded"));
	}
	forget(viewer, &message);
	return status;
}
