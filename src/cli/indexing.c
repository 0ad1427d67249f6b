#include "cli/indexing.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/progress.h"
#include "cli/say.h"
#include "core/limits.h"
#include "sys/child.h"
#include "sys/process.h"

static void
show(void *ctx, uint64_t records)
{
	pb_progress_show(ctx, records, 0);
}

/* progress: NULL where somebody else shows his own. */
static enum pb_status
make(const struct pb_archive *archive, bool own, bool anew, struct pb_progress *progress,
    struct pb_views **ret_views, struct pb_error *err)
{
	char program[PB_LIMIT_PATH];
	struct pb_views_options options = { .threads = pb_process_processors(),
		.own = own,
		.follow = own,
		.anew = anew,
		.progress = progress != NULL ? show : NULL,
		.progress_ctx = progress };

	if (pb_sys_beside("probant-mime", program, sizeof(program)))
		options.program = program;
	return pb_views_new(archive, &options, ret_views, err);
}

struct pb_views *
pb_indexing_begin(struct pb_archive *archive, struct pb_error *err)
{
	struct pb_views *views = NULL;

	if (make(archive, true, false, NULL, &views, err) == PB_OK)
		pb_views_attach(archive, views);
	return views;
}

static void
say_later(const struct pb_error *err)
{
	pb_say_error(err);
	(void)fputs(
	    _("what was kept is safe, and not all of it is indexed; `probant reindex` does the "
	      "rest\n"),
	    stderr);
}

/* What messages say of others, all of it; *ret_any: something was. */
static enum pb_status
observe(struct pb_views *views, struct pb_archive *archive, bool *ret_any, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	bool more = true;
	size_t count = 0;

	while (status == PB_OK && more) {
		status = pb_views_observe(views, archive, NULL, &more, &count, err);
		*ret_any = *ret_any || count > 0;
	}
	return status;
}

bool
pb_indexing_end(struct pb_archive *archive, struct pb_views *take_views, struct pb_error *err)
{
	bool any = false;
	enum pb_status status;

	if (take_views == NULL) {
		say_later(err);
		return false;
	}
	pb_views_attach(archive, NULL);
	(void)pb_views_offer_open(take_views, archive);
	status = pb_views_finish(take_views, err);
	if (status == PB_OK)
		status = observe(take_views, archive, &any, err);
	if (status != PB_OK)
		say_later(err);
	pb_views_free(take_views);
	return any;
}

/* What could not be viewed is told, and is no failure: a list says which. */
static enum pb_status
finish(struct pb_views *views, struct pb_progress *progress, struct pb_error *err)
{
	struct pb_error viewing = { 0 };
	enum pb_status status = pb_views_finish(views, &viewing);

	pb_progress_clear(progress);
	if (status == PB_EUNAVAIL) {
		pb_say_error(&viewing);
		return PB_OK;
	}
	if (status != PB_OK)
		*err = viewing;
	return status;
}

enum pb_status
pb_indexing_update(const struct pb_world *world, struct pb_archive *archive, bool anew,
    struct pb_views **ret_views, struct pb_error *err)
{
	struct pb_progress *progress = pb_progress_new(world, _("records looked into"));
	struct pb_views *views = NULL;
	enum pb_status status = make(archive, false, anew, progress, &views, err);
	bool any = false;

	if (status == PB_OK)
		status = pb_views_update(views, archive, err);
	if (status == PB_OK)
		status = finish(views, progress, err);
	if (status == PB_OK)
		status = observe(views, archive, &any, err);
	if (status == PB_OK && any)
		status = pb_views_update(views, archive, err);
	if (status == PB_OK && any)
		status = finish(views, progress, err);
	if (status == PB_OK)
		*ret_views = views;
	else
		pb_views_free(views);
	pb_progress_free(progress);
	return status;
}

/* ---- in words ------------------------------------------------------------------------------- */

static uint64_t
seen(const struct pb_views_standing *s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < PB_CATALOG_STATES; i++)
		sum += s->state[i];
	return sum;
}

bool
pb_indexing_complete(const struct pb_views_standing *s)
{
	return s->found == s->messages;
}

static enum pb_status
add(struct pb_buf *out, const char *text, uint64_t count)
{
	if (count == 0)
		return PB_OK;
	return pb_buf_printf(out, "  %8" PRIu64 "  %s\n", count, text);
}

enum pb_status
pb_indexing_standing(const struct pb_views_standing *s, struct pb_buf *out)
{
	/* By PB_CATALOG_DESTROYED, enum pb_view_state, PB_CATALOG_UNREADABLE. */
	const char *const why[PB_CATALOG_STATES] = {
		_("destroyed"),
		NULL,
		_("the program that reads messages ended on it"),
		_("it took too long to read"),
		_("too large to be looked into"),
		_("what was read in it could not be understood"),
		_("damaged in the vault: run `probant verify`"),
	};
	enum pb_status status = pb_buf_printf(out,
	    ngettext("%" PRIu64 " of %" PRIu64 " message indexed\n",
		"%" PRIu64 " of %" PRIu64 " messages indexed\n", (unsigned long)s->messages),
	    s->found, s->messages);

	for (size_t i = 0; status == PB_OK && i < PB_CATALOG_STATES; i++)
		if (why[i] != NULL)
			status = add(out, why[i], s->state[i]);
	if (status == PB_OK)
		status = add(out, _("not yet looked into"), s->messages - seen(s));
	return status;
}
