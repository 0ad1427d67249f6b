#include <stdio.h>
#include <string.h>

#include "archive/bodies.h"
#include "archive/catchup.h"
#include "archive/paths.h"
#include "archive/rollback.h"
#include "cli/access.h"
#include "cli/examine.h"
#include "cli/indexing.h"
#include "cli/print.h"
#include "find/views_check.h"
#include "view/viewer.h"

static void
print_json(const struct pb_views_standing *s)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_u64(&w, "records", s->records);
	pb_json_u64(&w, "messages", s->messages);
	pb_json_u64(&w, "indexed", s->found);
	pb_json_u64(&w, "destroyed", s->state[PB_CATALOG_DESTROYED]);
	pb_json_u64(&w, "died", s->state[PB_VIEW_DIED]);
	pb_json_u64(&w, "timeout", s->state[PB_VIEW_TIMEOUT]);
	pb_json_u64(&w, "too_large", s->state[PB_VIEW_TOO_LARGE]);
	pb_json_u64(&w, "bad_reply", s->state[PB_VIEW_BAD_REPLY]);
	pb_json_u64(&w, "unreadable", s->state[PB_CATALOG_UNREADABLE]);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}

static void
print(const struct pb_views_standing *standing, bool json)
{
	struct pb_buf text = PB_BUF_EMPTY;

	if (json)
		print_json(standing);
	else if (pb_indexing_standing(standing, &text) == PB_OK)
		(void)fwrite(text.data, 1, text.len, stdout);
	pb_buf_done(&text);
}

/* What is there cannot be told from what was put there: a catalog that is made anew begins empty.
 */
static enum pb_status
remove_catalog(const struct pb_world *world, const struct pb_archive *archive, struct pb_error *err)
{
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, archive->dir, PB_FILE_CATALOG, NULL, err);

	return status == PB_OK ? pb_catalog_remove(world->files, path.text, err) : status;
}

/* Begun anew, or where only what was missing was done, looked at whole: *ret_sound. */
static enum pb_status
make(const struct pb_world *world, struct pb_archive *archive, bool all, bool *ret_sound,
    struct pb_views_standing *ret_standing, struct pb_error *err)
{
	struct pb_views *views = NULL;
	enum pb_status status = all ? remove_catalog(world, archive, err) : PB_OK;

	*ret_sound = true;
	if (status == PB_OK)
		status = pb_indexing_update(world, archive, all, &views, err);
	if (status == PB_OK && !all)
		status = pb_views_check(archive, pb_views_catalog(views), ret_sound, err);
	if (status == PB_OK)
		status = pb_views_stand(pb_views_catalog(views), ret_standing, err);
	pb_views_free(views);
	if (status != PB_ECORRUPT || all)
		return status;
	*ret_sound = false;
	return PB_OK;
}

static enum pb_status
reindex(const struct pb_world *world, struct pb_archive *archive, bool all, bool json,
    struct pb_error *err)
{
	struct pb_views_standing standing;
	bool sound;
	enum pb_status status = make(world, archive, all, &sound, &standing, err);

	if (status == PB_OK && !sound) {
		(void)fputs(_("the catalog or an index was damaged: made anew\n"), stderr);
		status = make(world, archive, true, &sound, &standing, err);
	}
	if (status == PB_OK)
		print(&standing, json);
	return status;
}

/* "on", "off", or NULL; false: an error was printed. */
static bool
bodies_fit(const char *bodies)
{
	if (bodies == NULL || strcmp(bodies, "on") == 0 || strcmp(bodies, "off") == 0)
		return true;
	pb_say_usage(_("--bodies is on or off"), bodies);
	return false;
}

static enum pb_status
open_and_reindex(
    const struct pb_world *world, const struct pb_options *options, struct pb_error *err)
{
	const char *dir = pb_access_archive(options);
	struct pb_reader_key *key = NULL;
	struct pb_archive *archive = NULL;
	struct pb_error closing = { 0 };
	const char *bodies = options->value[PB_OPTION_BODIES];
	enum pb_status status = pb_examine_place(world, dir, err), closed;

	if (status == PB_OK)
		status = pb_access_key(world, options, dir, &key, err);
	if (status == PB_OK && options->value[PB_OPTION_ACCEPT_ROLLBACK] != NULL)
		status = pb_rollback_accept(world, dir, err);
	if (status == PB_OK)
		status = pb_access_writer(world, dir, key, &archive, err);
	if (status == PB_OK && bodies != NULL)
		status = pb_bodies_choose(archive, strcmp(bodies, "on") == 0, err);
	if (status == PB_OK)
		status =
		    reindex(world, archive, options->value[PB_OPTION_ALL] != NULL || bodies != NULL,
			options->value[PB_OPTION_JSON] != NULL, err);
	closed = pb_access_finish(archive, &closing);
	pb_reader_key_free(key);
	if (status == PB_OK && closed != PB_OK)
		*err = closing;
	return status != PB_OK ? status : closed;
}

enum pb_exit
pb_cli_reindex(const struct pb_world *world, const struct pb_options *options)
{
	struct pb_error err = { 0 };
	enum pb_status status;

	if (!bodies_fit(options->value[PB_OPTION_BODIES]) || pb_access_archive(options) == NULL)
		return PB_EXIT_USAGE;
	status = open_and_reindex(world, options, &err);
	if (status != PB_OK)
		pb_say_error(&err);
	return status == PB_OK ? PB_EXIT_OK : pb_say_exit(status);
}
