#include "doors/failing.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"
#include "core/text.h"

#define WHAT N_("remember since when messages cannot be kept")

struct pb_failing {
	const struct pb_world *world;
	const struct pb_capture_policy *policy;
	const struct pb_policy_door *door;
	struct pb_buf path, temporary; /* with their NUL */
	pthread_mutex_t lock;
	size_t count;
	int64_t *since_us; /* by archive, then the map's server; monotonic; 0: it does not fail */
};

/* Where the monotonic clock begins is nobody's promise, and 0 has a meaning here. */
static int64_t
not_zero(int64_t us)
{
	return us != 0 ? us : 1;
}

/* No archive has the second name. */
static const char *
name_of(const struct pb_failing *f, size_t archive)
{
	return archive < f->policy->archive_count ? f->policy->archive[archive].name : "-";
}

static bool
counts(const struct pb_failing *f)
{
	return f->door->on_failure == PB_FAILURE_DEFER_THEN_DELIVER;
}

static int64_t
monotonic_us(const struct pb_failing *f)
{
	return f->world->clock->monotonic_us(f->world->clock->ctx);
}

static int64_t
local_us(const struct pb_failing *f)
{
	int64_t now_us = f->world->clock->now_us(f->world->clock->ctx);

	return now_us < 0 ? 0 : now_us;
}

/* ---- the file ------------------------------------------------------------------------------- */

/* A clock that was set back in between makes it begin now. */
static void
take_line(struct pb_failing *f, const char *line)
{
	const char *space = strchr(line, ' ');
	int64_t age_us;
	uint64_t us;

	if (space == NULL || !pb_decimal_parse(line, (size_t)(space - line), &us) || us > INT64_MAX)
		return;
	age_us = local_us(f) - (int64_t)us;
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(name_of(f, i), space + 1) == 0)
			f->since_us[i] = not_zero(monotonic_us(f) - (age_us < 0 ? 0 : age_us));
}

/* What is there no more, or can't be read, is counted anew. */
static enum pb_status
load(struct pb_failing *f)
{
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status =
	    pb_io_read_unlinked(f->world->files, pb_buf_text(&f->path), PB_LIMIT_GAPS, &text, NULL);
	char *at = (char *)text.data, *end;

	for (; status == PB_OK && text.len > 0; at = end + 1) {
		end = memchr(at, '\n', (size_t)((char *)text.data + text.len - at));
		if (end == NULL)
			break;
		*end = '\0';
		take_line(f, at);
	}
	pb_buf_done(&text);
	return status == PB_ENOMEM ? PB_ENOMEM : PB_OK;
}

static enum pb_status
write_lines(const struct pb_failing *f, struct pb_buf *text)
{
	int64_t behind_us = local_us(f) - monotonic_us(f);
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < f->count; i++)
		if (f->since_us[i] != 0 && f->since_us[i] + behind_us >= 0)
			status = pb_buf_printf(
			    text, "%" PRId64 " %s\n", f->since_us[i] + behind_us, name_of(f, i));
	return status;
}

static void
save(struct pb_failing *f)
{
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = write_lines(f, &text);

	if (status == PB_OK)
		status = pb_io_replace_file(f->world->files, pb_buf_text(&f->path),
		    pb_buf_text(&f->temporary), text.data, text.len, false, NULL);
	(void)status; /* the header says what follows */
	pb_buf_done(&text);
}

/* ---- life ----------------------------------------------------------------------------------- */

enum pb_status
pb_failing_new(const struct pb_world *world, const struct pb_capture_policy *policy,
    const struct pb_policy_door *door, struct pb_failing **ret_failing, struct pb_error *err)
{
	struct pb_failing *f = calloc(1, sizeof(*f));
	enum pb_status status = PB_ENOMEM;

	if (f != NULL) {
		f->world = world;
		f->policy = policy;
		f->door = door;
		(void)pthread_mutex_init(&f->lock, NULL);
		f->count = policy->archive_count + 1;
		f->since_us = calloc(f->count, sizeof(f->since_us[0]));
		if (f->since_us != NULL)
			status =
			    pb_buf_printf(&f->path, "%s/%s.failing", policy->state_dir, door->name);
	}
	if (status == PB_OK)
		status = pb_buf_printf(&f->temporary, "%s.new", pb_buf_text(&f->path));
	if (status == PB_OK && counts(f))
		status = load(f);
	if (status != PB_OK) {
		pb_failing_free(f);
		return pb_fail_memory(err, WHAT);
	}
	*ret_failing = f;
	return PB_OK;
}

int64_t
pb_failing_since(struct pb_failing *f, size_t archive)
{
	int64_t since_us;

	(void)pthread_mutex_lock(&f->lock);
	since_us = f->since_us[archive];
	(void)pthread_mutex_unlock(&f->lock);
	return since_us;
}

bool
pb_failing_set(struct pb_failing *f, size_t archive, bool fails)
{
	bool is_new;

	(void)pthread_mutex_lock(&f->lock);
	is_new = (f->since_us[archive] != 0) != fails;
	if (is_new) {
		f->since_us[archive] = fails ? not_zero(monotonic_us(f)) : 0;
		if (counts(f))
			save(f);
	}
	(void)pthread_mutex_unlock(&f->lock);
	return is_new;
}

void
pb_failing_free(struct pb_failing *failing)
{
	if (failing == NULL)
		return;
	(void)pthread_mutex_destroy(&failing->lock);
	pb_buf_done(&failing->path);
	pb_buf_done(&failing->temporary);
	free(failing->since_us);
	free(failing);
}
