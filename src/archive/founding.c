#include "archive/founding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/facts.h"
#include "archive/paths.h"
#include "archive/walk.h"
#include "core/error.h"
#include "core/io.h"
#include "core/json.h"
#include "log/origin.h"

static enum pb_status
broken(const char *why, const char *dir, struct pb_error *err)
{
	(void)pb_fail(err, PB_ECORRUPT, N_("read record 0 of the archive"), why, "%s", dir);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("remove nothing: bring the first segment of vault/ back from a copy or a backup; "
	       "only where `probant init` itself was interrupted is there nothing to lose"));
}

static bool
copy_text(const struct pb_json *value, char *to, size_t size)
{
	const char *text = pb_json_string(value);

	if (text == NULL || strlen(text) >= size)
		return false;
	memcpy(to, text, strlen(text) + 1);
	return true;
}

/* A word of ours, such as "reader": it is shown as it stands. */
static bool
copy_word(const struct pb_json *value, char *to, size_t size)
{
	return copy_text(value, to, size) && strspn(to, "abcdefghijklmnopqrstuvwxyz") == strlen(to);
}

/* The log's own key under the log's name; neither holds what a terminal would obey. */
static bool
parse_log(const struct pb_json *facts, struct pb_founded *founded)
{
	const char *vkey = pb_json_string(pb_json_get(facts, "verifier_key"));

	return copy_text(pb_json_get(facts, "origin"), founded->origin, sizeof(founded->origin)) &&
	       pb_origin_valid(founded->origin, strlen(founded->origin)) && vkey != NULL &&
	       pb_note_verifier_parse(vkey, strlen(vkey), &founded->verifier, NULL) == PB_OK &&
	       founded->verifier.type == PB_NOTE_ED25519 &&
	       strcmp(founded->verifier.name, founded->origin) == 0;
}

/* The key that signs bundles; archives of earlier programs have none. */
static bool
parse_export(const struct pb_json *facts, struct pb_founded *founded)
{
	const struct pb_json *stated = pb_json_get(facts, "export_key");
	const char *vkey = pb_json_string(stated);
	size_t len = strlen(founded->origin);

	founded->has_export_key = stated != NULL;
	if (stated == NULL)
		return true;
	return vkey != NULL &&
	       pb_note_verifier_parse(vkey, strlen(vkey), &founded->export_key, NULL) == PB_OK &&
	       founded->export_key.type == PB_NOTE_ED25519 &&
	       strncmp(founded->export_key.name, founded->origin, len) == 0 &&
	       strcmp(founded->export_key.name + len, PB_FOUNDED_EXPORT) == 0;
}

/* FORMAT 1.5, tsa_roots. */
static bool
parse_roots(const struct pb_json *facts, struct pb_founded *founded)
{
	const struct pb_json *roots = pb_json_get(facts, "tsa_roots");
	size_t i;

	founded->tsa_root_count = pb_json_count(roots);
	if (founded->tsa_root_count > PB_LIMIT_TSA_ROOTS)
		return false;
	for (i = 0; i < founded->tsa_root_count; i++) {
		const struct pb_json *item = pb_json_item(roots, i);
		struct pb_founded_root *root = &founded->tsa_root[i];

		if (!pb_json_as_hex(
			pb_json_get(item, "sha256"), root->sha256, sizeof(root->sha256)) ||
		    !pb_json_as_bool(pb_json_get(item, "local"), &root->local))
			return false;
	}
	return true;
}

static bool
parse(const struct pb_json *facts, struct pb_founded *founded)
{
	const struct pb_json *readers = pb_json_get(facts, "readers");
	size_t i;

	founded->reader_count = pb_json_count(readers);
	if (founded->reader_count == 0 || founded->reader_count > PB_LIMIT_READERS ||
	    !parse_log(facts, founded) || !parse_export(facts, founded) ||
	    !parse_roots(facts, founded) ||
	    !copy_word(
		pb_json_get(facts, "recovery"), founded->recovery, sizeof(founded->recovery)))
		return false;
	for (i = 0; i < founded->reader_count; i++) {
		const struct pb_json *item = pb_json_item(readers, i);
		struct pb_founded_reader *reader = &founded->reader[i];

		if (!copy_text(pb_json_get(item, "id"), reader->id, sizeof(reader->id)) ||
		    strspn(reader->id, "0123456789abcdef") != strlen(reader->id) ||
		    !copy_word(pb_json_get(item, "role"), reader->role, sizeof(reader->role)) ||
		    !pb_json_as_hex(pb_json_get(item, "sha256"), reader->fingerprint,
			sizeof(reader->fingerprint)))
			return false;
	}
	return true;
}

enum pb_status
pb_founded_read(const struct pb_files *files, const char *dir, struct pb_founded *ret_founded,
    struct pb_error *err)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_json *json = NULL;
	struct pb_walk *walk = NULL;
	struct pb_frame frame;
	enum pb_status status;
	uint64_t slot;

	if (founded == NULL) {
		status = pb_fail_memory(err, N_("read record 0 of the archive"));
		goto out;
	}
	status = pb_walk_new(files, dir, &walk, err);
	if (status == PB_OK)
		status = pb_walk_record(walk, 0, &frame, &slot, err);
	if (status == PB_ENOENT && walk != NULL) {
		status = broken(N_("the vault holds no record"), dir, err);
		goto out;
	}
	if (status == PB_OK)
		status = pb_facts_read(pb_walk_frames(walk), &frame, &json, err);
	if (status == PB_ECORRUPT || (status == PB_OK && !parse(json, founded)))
		status = broken(N_("it is damaged"), dir, err);
	if (status == PB_OK)
		*ret_founded = *founded;
out:
	pb_json_free(json);
	pb_walk_free(walk);
	free(founded);
	return status;
}

enum pb_status
pb_founded_certificate(const struct pb_files *files, const char *dir,
    const struct pb_founded_reader *stated, struct pb_reader **ret_reader, struct pb_error *err)
{
	char file[2 * PB_READER_ID_MAX + 8];
	struct pb_reader *reader = NULL;
	struct pb_buf pem = PB_BUF_EMPTY;
	struct pb_path path;
	uint8_t fingerprint[32];
	enum pb_status status;

	(void)snprintf(file, sizeof(file), "%s.pem", stated->id);
	status = pb_path_make(&path, dir, PB_DIR_READERS, file, err);
	if (status == PB_OK)
		status = pb_io_read_regular(files, path.text, PB_LIMIT_PEM, &pem, err);
	if (status == PB_OK)
		status = pb_reader_from_pem(pem.data, pem.len, &reader, err);
	if (status != PB_OK)
		goto out;
	pb_reader_fingerprint(reader, fingerprint);
	if (memcmp(fingerprint, stated->fingerprint, sizeof(fingerprint)) != 0) {
		status = pb_fail(err, PB_ECORRUPT, N_("read a reader's certificate"),
		    N_("it is not the one that the log states"), "%s", path.text);
		goto out;
	}
	*ret_reader = reader;
	reader = NULL;
out:
	pb_reader_free(reader);
	pb_buf_done(&pem);
	return status;
}
