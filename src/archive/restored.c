#include "archive/restored.h"

#include <inttypes.h>

#include "archive/commit.h"
#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"
#include "core/json.h"
#include "core/text.h"
#include "record/types.h"

#define LOCKED "restored"
#define SETTLED "restored.pending"
#define FILE_MAX 4096

static const char RESTORED[] = N_("use a restored archive");

static enum pb_status
write_file(const struct pb_files *files, const char *dir, const char *name,
    const struct pb_buf *text, struct pb_error *err)
{
	struct pb_path path, temporary;
	enum pb_status status = pb_path_make(&path, dir, name, NULL, err);

	if (status == PB_OK)
		status = pb_path_make(&temporary, dir, PB_DIR_TMP, name, err);
	return status == PB_OK ? pb_io_replace_file(files, path.text, temporary.text, text->data,
				     text->len, true, err)
			       : status;
}

static enum pb_status
remove_file(const struct pb_files *files, const char *dir, const char *name, struct pb_error *err)
{
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, dir, name, NULL, err);
	int answer;

	if (status != PB_OK)
		return status;
	answer = files->unlink(files->ctx, path.text);
	return answer < 0 ? pb_fail_sys(err, answer, RESTORED, "%s", path.text)
			  : pb_io_sync_dir(files, dir, err);
}

enum pb_status
pb_restored_lock(const struct pb_files *files, const char *dir, uint64_t size, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = pb_buf_printf(&text, "%" PRIu64 "\n", size) == PB_OK
				    ? write_file(files, dir, LOCKED, &text, err)
				    : pb_fail_memory(err, RESTORED);

	pb_buf_done(&text);
	return status;
}

enum pb_status
pb_restored_settle(const struct pb_files *files, const char *dir, uint64_t size, uint64_t ledger,
    struct pb_error *err)
{
	struct pb_buf json = PB_BUF_EMPTY;
	struct pb_json_writer w;
	enum pb_status status;

	pb_json_writer_init(&w, &json);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", "restore");
	pb_json_u64(&w, "size", size);
	if (ledger > 0)
		pb_json_u64(&w, "ledger", ledger);
	else
		pb_json_bool(&w, "unknown_destructions", true);
	pb_json_object_end(&w);
	status = pb_json_writer_status(&w) == PB_OK ? write_file(files, dir, SETTLED, &json, err)
						    : pb_fail_memory(err, RESTORED);
	pb_buf_done(&json);
	return status;
}

/* PB_ENOENT: it is not locked.  What cannot be read locks as well, and says 0. */
static enum pb_status
read_lock(const struct pb_files *files, const char *dir, uint64_t *ret_size, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, dir, LOCKED, NULL, err);

	*ret_size = 0;
	if (status == PB_OK)
		status = pb_io_read_regular(files, path.text, FILE_MAX, &text, err);
	if (status == PB_OK && text.len > 0)
		(void)pb_decimal_parse((const char *)text.data, text.len - 1, ret_size);
	pb_buf_done(&text);
	return status == PB_ELIMIT || status == PB_ECORRUPT ? PB_OK : status;
}

/* The settled state first, durable: a crash between the two leaves it locked. */
enum pb_status
pb_restored_accept(const struct pb_files *files, const char *dir, struct pb_error *err)
{
	uint64_t size;
	enum pb_status status = read_lock(files, dir, &size, err);

	if (status == PB_ENOENT)
		return pb_fail(err, PB_ENOENT, N_("accept a restored archive"),
		    N_("it is not locked"), "%s", dir);
	if (status == PB_OK)
		status = pb_restored_settle(files, dir, size, 0, err);
	return status == PB_OK ? remove_file(files, dir, LOCKED, err) : status;
}

enum pb_status
pb_restored_check(const struct pb_files *files, const char *dir, struct pb_error *err)
{
	uint64_t size;
	enum pb_status status = read_lock(files, dir, &size, err);

	if (status == PB_ENOENT)
		return PB_OK;
	if (status != PB_OK)
		return status;
	(void)pb_fail(err, PB_EACCESS, RESTORED,
	    N_("what was destroyed since its backup was made is not known here"), "%s", dir);
	return pb_fail_todo(err, PB_EACCESS,
	    N_("until then it can only be verified: restore it again with --ledger and a newer "
	       "state of it; if there is none, `probant restore --accept-unknown-destructions "
	       "DIR`"));
}

enum pb_status
pb_restored_record(struct pb_archive *a, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_json *parsed = NULL;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, a->dir, SETTLED, NULL, err);

	if (status == PB_OK)
		status = pb_io_read_regular(a->world->files, path.text, FILE_MAX, &facts, err);
	if (status == PB_ENOENT)
		return PB_OK;
	if (status == PB_OK)
		status = pb_json_parse(facts.data, facts.len, &parsed, err);
	if (status == PB_EDATA)
		status =
		    pb_fail(err, PB_ECORRUPT, RESTORED, N_("it is malformed"), "%s", path.text);
	if (status == PB_OK)
		status = pb_commit_own(a, PB_RECORD_MANAGEMENT, &facts, NULL, NULL, err);
	if (status == PB_OK)
		status = remove_file(a->world->files, a->dir, SETTLED, err);
	pb_json_free(parsed);
	pb_buf_done(&facts);
	return status;
}
