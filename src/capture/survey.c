#include "capture/survey.h"

#include <fcntl.h>
#include <string.h>

#include "capture/look.h"
#include "capture/receipts.h"
#include "core/error.h"
#include "core/io.h"

struct surveying {
	const struct pb_world *world;
	const struct pb_import_events *events;
	struct pb_finds finds;
	struct pb_survey survey;
	uint8_t begin[PB_LOOK_MAIL_LEN]; /* of a message that comes in pieces */
	size_t begin_len;
};

static void
count(struct surveying *s, uint64_t messages, uint64_t bytes)
{
	s->survey.messages += messages;
	s->survey.bytes += bytes;
	if (messages > 0 && s->events->progress != NULL)
		s->events->progress(s->events->ctx, s->survey.messages, s->survey.bytes);
}

static enum pb_status
refused(void *ctx, const struct pb_message_origin *origin, const struct pb_error *why,
    struct pb_error *err)
{
	struct surveying *s = ctx;
	const struct pb_import_item item = pb_import_item(origin);

	(void)err;
	if (s->events->refused != NULL)
		s->events->refused(s->events->ctx, &item, why);
	return PB_OK;
}

static void
tell_odd(const struct surveying *s, const struct pb_message_origin *origin)
{
	const struct pb_import_item item = pb_import_item(origin);

	if (s->events->odd != NULL && !pb_look_mail(s->begin, s->begin_len))
		s->events->odd(s->events->ctx, &item);
}

/* It only has to be there to read. */
static enum pb_status
found_file(
    void *ctx, const struct pb_message_origin *origin, enum pb_file_how how, struct pb_error *err)
{
	struct surveying *s = ctx;
	const struct pb_files *files = s->world->files;
	struct pb_error why = { 0 };
	struct pb_file_info info;
	int fd = -1;

	/* A pipe can be read once only: that is the import's. */
	if (pb_io_open_regular(files, origin->path, O_RDONLY, &fd, &info, &why) == PB_OK) {
		if (pb_io_pread(files, fd, origin->path, s->begin, sizeof(s->begin), 0,
			&s->begin_len, &why) == PB_OK)
			tell_odd(s, origin);
		pb_io_close(files, &fd);
		count(s, 1, info.size);
	} else if (how == PB_FILE_NAMED && why.status == PB_ECORRUPT) {
		count(s, 1, 0);
	} else {
		return refused(ctx, origin, &why, err);
	}
	return PB_OK;
}

static enum pb_status
begin_message(
    void *ctx, const struct pb_message_origin *origin, bool *ret_wanted, struct pb_error *err)
{
	struct surveying *s = ctx;

	(void)origin;
	(void)err;
	*ret_wanted = true;
	s->begin_len = 0;
	return PB_OK;
}

static enum pb_status
write_message(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	struct surveying *s = ctx;
	size_t room = sizeof(s->begin) - s->begin_len;
	size_t some = len < room ? len : room;

	(void)err;
	memcpy(s->begin + s->begin_len, data, some);
	s->begin_len += some;
	count(s, 0, len);
	return PB_OK;
}

static enum pb_status
end_message(void *ctx, const struct pb_message_origin *origin, struct pb_error *err)
{
	(void)err;
	tell_odd(ctx, origin);
	count(ctx, 1, 0);
	return PB_OK;
}

static void
cut_message(void *ctx)
{
	(void)ctx;
}

static void
skipped(void *ctx, const struct pb_message_origin *origin)
{
	struct surveying *s = ctx;
	const struct pb_import_item item = pb_import_item(origin);

	if (s->events->skipped != NULL)
		s->events->skipped(s->events->ctx, &item);
}

static void
met(void *ctx, enum pb_met what)
{
	struct surveying *s = ctx;

	s->survey.met[what]++;
}

enum pb_status
pb_survey(const struct pb_world *world, const struct pb_sources *sources,
    const struct pb_import_events *events, struct pb_survey *ret_survey, struct pb_error *err)
{
	struct surveying s = { .world = world, .events = events };
	enum pb_status status;

	s.finds = (struct pb_finds){ &s, found_file, begin_message, write_message, end_message,
		cut_message, refused, skipped, met };
	status = pb_sources_find(world->files, sources, &s.finds, err);
	if (status == PB_OK)
		*ret_survey = s.survey;
	return status;
}
