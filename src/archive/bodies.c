#include "archive/bodies.h"

#include <string.h>

#include "archive/commit.h"
#include "archive/paths.h"
#include "archive/views_forget.h"
#include "core/error.h"
#include "core/io.h"
#include "core/json.h"
#include "record/types.h"

#define FILE_NAME "index"
#define FILE_MAX 64

static const char ON[] = "bodies on\n";
static const char OFF[] = "bodies off\n";
static const char CHOOSING[] = N_("choose whether words of bodies are indexed");

static bool
is(const struct pb_buf *text, const char *line)
{
	return text->len == strlen(line) && memcmp(text->data, line, text->len) == 0;
}

enum pb_status
pb_bodies_load(
    const struct pb_files *files, const char *dir, bool *ret_indexed, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, dir, PB_DIR_PRIVATE, FILE_NAME, err);

	if (status == PB_OK)
		status = pb_io_read_regular(files, path.text, FILE_MAX, &text, err);
	if (status == PB_OK && !is(&text, ON) && !is(&text, OFF))
		status = pb_fail(err, PB_EDATA, N_("read whether words of bodies are indexed"),
		    N_("it is neither \"bodies on\" nor \"bodies off\""), "%s", path.text);
	if (status == PB_OK)
		*ret_indexed = is(&text, ON);
	pb_buf_done(&text);
	if (status != PB_ENOENT)
		return status;
	*ret_indexed = true;
	return PB_OK;
}

static enum pb_status
write_setting(const struct pb_archive *a, bool indexed, struct pb_error *err)
{
	const char *line = indexed ? ON : OFF;
	struct pb_path path, temporary;
	enum pb_status status = pb_path_make(&path, a->dir, PB_DIR_PRIVATE, FILE_NAME, err);

	if (status == PB_OK)
		status = pb_path_make(&temporary, a->dir, PB_DIR_TMP, "private-index", err);
	if (status == PB_OK)
		status = pb_io_replace_file(
		    a->world->files, path.text, temporary.text, line, strlen(line), true, err);
	return status;
}

/* FORMAT 1.5, index. */
static enum pb_status
state_setting(struct pb_archive *a, bool indexed, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_json_writer w;
	enum pb_status status = PB_OK;

	pb_json_writer_init(&w, &facts);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", "index");
	pb_json_bool(&w, "bodies", indexed);
	pb_json_object_end(&w);
	if (pb_json_writer_status(&w) != PB_OK)
		status = pb_fail_memory(err, CHOOSING);
	if (status == PB_OK)
		status = pb_commit_own(a, PB_RECORD_MANAGEMENT, &facts, NULL, NULL, err);
	pb_buf_done(&facts);
	return status;
}

/*
 * The calls, and what a crash after each leaves:
 *   the indexes destroyed   an archive without index, which makes it as it did before
 *   off: the setting        it is in force, and no record says so; done again, one does
 *   the record              done, if off
 *   on: the setting         before it, the log states more than is indexed
 * So no index is ever there that was made under the other setting.
 */
enum pb_status
pb_bodies_choose(struct pb_archive *archive, bool indexed, struct pb_error *err)
{
	enum pb_status status = pb_views_drop(archive, err);

	if (status == PB_OK && !indexed)
		status = write_setting(archive, indexed, err);
	if (status == PB_OK)
		status = state_setting(archive, indexed, err);
	if (status == PB_OK && indexed)
		status = write_setting(archive, indexed, err);
	return status;
}
