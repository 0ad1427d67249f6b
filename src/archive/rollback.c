#include "archive/rollback.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/catchup.h"
#include "archive/commit.h"
#include "archive/founding.h"
#include "archive/lock.h"
#include "archive/paths.h"
#include "archive/walk.h"
#include "core/error.h"
#include "core/io.h"
#include "core/json.h"
#include "log/chain.h"
#include "record/types.h"

static const char CHECKING[] = N_("hold the vault against the catalog");

/* ---- the catalog's checkpoint ---------------------------------------------------------------- */

/* False: it says nothing that can be relied on.  PB_ENOMEM is about us. */
static enum pb_status
read_note(const struct pb_buf *text, const struct pb_note_verifier *verifier,
    struct pb_checkpoint *ret_checkpoint, bool *ret_sound, struct pb_error *err)
{
	struct pb_note *note = malloc(sizeof(*note));
	enum pb_note_verdict verdict = PB_NOTE_UNSETTLED;
	enum pb_status status;

	*ret_sound = false;
	if (note == NULL)
		return pb_fail_memory(err, CHECKING);
	status = pb_note_parse(text->data, text->len, note, err);
	if (status == PB_OK)
		status = pb_checkpoint_parse(note, ret_checkpoint, err);
	if (status == PB_OK) {
		verdict = pb_note_verify(note, verifier, NULL);
		if (verdict == PB_NOTE_UNSETTLED)
			status = pb_fail_memory(err, CHECKING);
	}
	*ret_sound = status == PB_OK && strcmp(ret_checkpoint->origin, verifier->name) == 0 &&
		     verdict == PB_NOTE_GOOD;
	free(note);
	return status == PB_ENOMEM ? status : PB_OK;
}

/* ret_catalog stays NULL where there is none that can be read. */
static enum pb_status
read_catalog(const struct pb_files *files, const char *dir, const struct pb_note_verifier *verifier,
    struct pb_catalog **ret_catalog, struct pb_buf *text, struct pb_checkpoint *ret_checkpoint,
    bool *ret_sound, struct pb_error *err)
{
	enum pb_status status =
	    pb_catchup_open(files, dir, verifier->name, false, ret_catalog, err);

	*ret_sound = false;
	if (status == PB_OK)
		status = pb_catalog_note(*ret_catalog, text, err);
	if (status == PB_OK)
		status = read_note(text, verifier, ret_checkpoint, ret_sound, err);
	return status == PB_ENOMEM ? status : PB_OK;
}

/* ---- beside the vault ------------------------------------------------------------------------ */

struct vault {
	const struct pb_files *files;
	const char *dir;
	const struct pb_note_verifier *verifier;
	const struct pb_head *head;
};

/* The leaf where the catalog says that it stands: one read at any size of the archive. */
static bool
ends_there(
    const struct vault *vault, struct pb_catalog *catalog, const struct pb_checkpoint *checkpoint)
{
	struct pb_catalog_segment segment;
	struct pb_catalog_place place;
	struct pb_frames *frames = NULL;
	uint8_t head[PB_DIGEST_LEN];
	struct pb_frame frame;
	bool there;

	there = pb_catalog_place(catalog, checkpoint->size - 1, &place, NULL) == PB_OK &&
		pb_catalog_segment_of(catalog, checkpoint->size - 1, &segment, NULL) == PB_OK &&
		pb_frames_open(vault->files, vault->dir, segment.stem, &frames, NULL) == PB_OK &&
		pb_frames_read(frames, place.offset, &frame, NULL) == PB_OK &&
		frame.tag != PB_FRAME_CHECKPOINT;
	if (there) {
		pb_chain_next(frame.leaf, head);
		there = memcmp(head, checkpoint->head, sizeof(head)) == 0;
	}
	pb_frames_close(frames);
	return there;
}

/* The same without the catalog's help, which may be damaged elsewhere. */
static enum pb_status
ends_so(const struct vault *vault, const struct pb_checkpoint *checkpoint, bool *ret_same,
    struct pb_error *err)
{
	struct pb_walk *walk = NULL;
	uint8_t head[PB_DIGEST_LEN];
	struct pb_frame frame;
	uint64_t slot;
	enum pb_status status = pb_walk_new(vault->files, vault->dir, &walk, err);

	if (status == PB_OK)
		status = pb_walk_record(walk, checkpoint->size - 1, &frame, &slot, err);
	if (status == PB_OK) {
		pb_chain_next(frame.leaf, head);
		*ret_same = memcmp(head, checkpoint->head, sizeof(head)) == 0;
	}
	pb_walk_free(walk);
	return status;
}

static enum pb_status
compare(const struct vault *vault, struct pb_catalog *catalog,
    const struct pb_checkpoint *checkpoint, bool *ret_same, struct pb_error *err)
{
	struct pb_checkpoint ours;

	*ret_same = true;
	pb_head_checkpoint(vault->head, vault->verifier->name, &ours);
	if (checkpoint->size > ours.size)
		*ret_same = false;
	else if (checkpoint->size == ours.size)
		*ret_same = memcmp(checkpoint->root, ours.root, sizeof(ours.root)) == 0 &&
			    memcmp(checkpoint->head, ours.head, sizeof(ours.head)) == 0;
	else if (checkpoint->size > 0 && !ends_there(vault, catalog, checkpoint))
		return ends_so(vault, checkpoint, ret_same, err);
	return PB_OK;
}

/* *ret_checkpoint is set where *ret_same is false. */
static enum pb_status
look(const struct vault *vault, struct pb_checkpoint *ret_checkpoint, bool *ret_same,
    struct pb_error *err)
{
	struct pb_catalog *catalog = NULL;
	struct pb_buf text = PB_BUF_EMPTY;
	bool sound;
	enum pb_status status = read_catalog(vault->files, vault->dir, vault->verifier, &catalog,
	    &text, ret_checkpoint, &sound, err);

	*ret_same = true;
	if (status == PB_OK && sound)
		status = compare(vault, catalog, ret_checkpoint, ret_same, err);
	pb_catalog_close(catalog);
	pb_buf_done(&text);
	return status;
}

enum pb_status
pb_rollback_look(const struct pb_files *files, const char *dir,
    const struct pb_note_verifier *verifier, const struct pb_head *head, bool *ret_back,
    struct pb_error *err)
{
	const struct vault vault = {
		.files = files, .dir = dir, .verifier = verifier, .head = head
	};
	struct pb_checkpoint checkpoint;
	bool same;
	enum pb_status status = look(&vault, &checkpoint, &same, err);

	if (status == PB_OK)
		*ret_back = !same;
	return status;
}

enum pb_status
pb_rollback_beside(const struct pb_files *files, const char *dir,
    const struct pb_note_verifier *verifier, const struct pb_buf *note, bool *ret_same,
    struct pb_error *err)
{
	const struct vault vault = { .files = files, .dir = dir, .verifier = verifier };
	struct pb_checkpoint checkpoint;
	bool sound;
	enum pb_status status = read_note(note, verifier, &checkpoint, &sound, err);

	*ret_same = false;
	if (status == PB_OK && sound && checkpoint.size > 0)
		status = ends_so(&vault, &checkpoint, ret_same, err);
	return status == PB_ENOENT ? PB_OK : status;
}

static enum pb_status
rolled_back(
    const struct pb_archive *a, const struct pb_checkpoint *checkpoint, struct pb_error *err)
{
	bool shorter = checkpoint->size > a->head.tree.size;

	(void)pb_fail(err, PB_ECORRUPT, CHECKING,
	    shorter
		? N_("the log's own signature in the catalog covers more records than the vault "
		     "holds: the vault is an older copy, or files are lost")
		: N_("the log's own signature in the catalog is over another history than the "
		     "vault's: an older copy was put in its place, and written to"),
	    "%s: %" PRIu64 ", %" PRIu64, a->dir, checkpoint->size, a->head.tree.size);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("nothing is written to it: bring the newest vault back; if there is none, `probant "
	       "reindex --accept-rollback` states in the log what is missing, and goes on"));
}

enum pb_status
pb_rollback_check(const struct pb_archive *a, struct pb_error *err)
{
	const struct vault vault = {
		.files = a->world->files, .dir = a->dir, .verifier = &a->verifier, .head = &a->head
	};
	struct pb_checkpoint checkpoint;
	bool same;
	enum pb_status status = look(&vault, &checkpoint, &same, err);

	return status == PB_OK && !same ? rolled_back(a, &checkpoint, err) : status;
}

/* ---- accepted by the operator ---------------------------------------------------------------- */

/*
 *   1. `rollback` is written, durably    the catalog still stops every writer
 *   2. the catalog is removed            who opens next records it, then removes `rollback`
 */
static enum pb_status
lay_down(
    const struct pb_files *files, const char *dir, const struct pb_buf *text, struct pb_error *err)
{
	struct pb_path path, temporary, catalog;
	enum pb_status status = pb_path_make(&path, dir, PB_FILE_ROLLBACK, NULL, err);

	if (status == PB_OK)
		status = pb_path_make(&temporary, dir, PB_DIR_TMP, PB_FILE_ROLLBACK, err);
	if (status == PB_OK)
		status = pb_path_make(&catalog, dir, PB_FILE_CATALOG, NULL, err);
	if (status == PB_OK)
		status = pb_io_replace_file(
		    files, path.text, temporary.text, text->data, text->len, true, err);
	if (status == PB_OK)
		status = pb_catalog_remove(files, catalog.text, err);
	if (status == PB_OK)
		status = pb_io_sync_dir(files, dir, err);
	return status;
}

enum pb_status
pb_rollback_accept(const struct pb_world *world, const char *dir, struct pb_error *err)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_catalog *catalog = NULL;
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_checkpoint checkpoint;
	bool sound = false;
	int lock_fd = -1;
	enum pb_status status = founded == NULL ? pb_fail_memory(err, CHECKING)
						: pb_path_private(world->files, dir, err);

	if (status == PB_OK)
		status = pb_archive_lock(world->files, dir, &lock_fd, err);
	if (status == PB_OK)
		status = pb_founded_read(world->files, dir, founded, err);
	if (status == PB_OK)
		status = read_catalog(world->files, dir, &founded->verifier, &catalog, &text,
		    &checkpoint, &sound, err);
	pb_catalog_close(catalog);
	if (status == PB_OK && !sound)
		status = pb_fail(err, PB_EINVAL, N_("accept a roll-back"),
		    N_("no catalog shows one: there is nothing to accept"), "%s", dir);
	if (status == PB_OK)
		status = lay_down(world->files, dir, &text, err);
	pb_io_close(world->files, &lock_fd);
	pb_buf_done(&text);
	free(founded);
	return status;
}

static enum pb_status
write_record(struct pb_archive *a, const struct pb_checkpoint *checkpoint, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_json_writer w;
	enum pb_status status;

	pb_json_writer_init(&w, &facts);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", "rollback_accepted");
	pb_json_u64(&w, "size", checkpoint->size);
	pb_json_hex(&w, "root", checkpoint->root, sizeof(checkpoint->root));
	pb_json_hex(&w, "head", checkpoint->head, sizeof(checkpoint->head));
	pb_json_u64(&w, "found", a->head.tree.size);
	pb_json_object_end(&w);
	status = pb_json_writer_status(&w) == PB_OK ? PB_OK : pb_fail_memory(err, CHECKING);
	if (status == PB_OK)
		status = pb_commit_own(a, PB_RECORD_MANAGEMENT, &facts, NULL, NULL, err);
	pb_buf_done(&facts);
	return status;
}

static enum pb_status
remove_note(const struct pb_archive *a, const char *path, struct pb_error *err)
{
	const struct pb_files *files = a->world->files;
	int answer = files->unlink(files->ctx, path);

	if (answer < 0)
		return pb_fail_sys(err, answer, CHECKING, "%s", path);
	return pb_io_sync_dir(files, a->dir, err);
}

enum pb_status
pb_rollback_record(struct pb_archive *a, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_checkpoint checkpoint;
	struct pb_path path;
	bool sound = false;
	enum pb_status status = pb_path_make(&path, a->dir, PB_FILE_ROLLBACK, NULL, err);

	if (status == PB_OK)
		status = pb_io_read_regular(a->world->files, path.text, PB_LIMIT_NOTE, &text, err);
	if (status == PB_OK)
		status = read_note(&text, &a->verifier, &checkpoint, &sound, err);
	if (status == PB_OK && sound)
		status = write_record(a, &checkpoint, err);
	if (status == PB_OK)
		status = remove_note(a, path.text, err);
	pb_buf_done(&text);
	return status == PB_ENOENT ? PB_OK : status;
}
