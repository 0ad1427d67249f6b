#include "archive/authorities.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/paths.h"
#include "archive/tsa_rules.h"
#include "core/error.h"
#include "core/io.h"

/* ---- roots ---------------------------------------------------------------------------------- */

/* A file of tsa/, or its new contents' place in tmp/. */
static enum pb_status
make_path(struct pb_path *path, const char *dir, const char *room, const char *name,
    const char *suffix, struct pb_error *err)
{
	char file[PB_TSA_NAME_MAX + 32];

	(void)snprintf(file, sizeof(file), "%s%s", name, suffix);
	return pb_path_make(path, dir, room, file, err);
}

static enum pb_status
read_pem(const struct pb_files *files, const char *dir, struct pb_tsa *tsa, struct pb_error *err)
{
	struct pb_path path;
	enum pb_status status = make_path(&path, dir, PB_DIR_TSA, tsa->name, ".pem", err);

	if (status == PB_OK)
		status = pb_io_read_regular(files, path.text, PB_LIMIT_PEM, &tsa->pem, err);
	if (status == PB_EDATA || status == PB_ELIMIT || status == PB_ENOENT)
		status = pb_authorities_damaged(path.text, err);
	return status;
}

enum pb_status
pb_authorities_trust(const char *dir, struct pb_tsa *tsa, struct pb_error *err)
{
	struct pb_path path;
	enum pb_status status;

	if (tsa->roots != NULL)
		return PB_OK;
	status = make_path(&path, dir, PB_DIR_TSA, tsa->name, ".pem", err);
	if (status == PB_OK)
		status = pb_tsa_rules_roots(tsa, err);
	if (status == PB_EDATA || status == PB_ELIMIT)
		status = pb_authorities_damaged(path.text, err);
	return status;
}

enum pb_status
pb_authorities_write_roots(
    const struct pb_files *files, const char *dir, const struct pb_tsa *tsa, struct pb_error *err)
{
	struct pb_path path, temporary;
	enum pb_status status = make_path(&path, dir, PB_DIR_TSA, tsa->name, ".pem", err);

	if (status == PB_OK)
		status = make_path(&temporary, dir, PB_DIR_TMP, tsa->name, ".pem", err);
	if (status == PB_OK)
		status = pb_io_replace_file(
		    files, path.text, temporary.text, tsa->pem.data, tsa->pem.len, true, err);
	return status;
}

/* ---- the whole ------------------------------------------------------------------------------ */

enum pb_status
pb_authorities_look(const struct pb_files *files, const char *dir,
    struct pb_authorities **ret_authorities, struct pb_error *err)
{
	struct pb_authorities *authorities = calloc(1, sizeof(*authorities));
	enum pb_status status;
	size_t i;

	if (authorities == NULL)
		return pb_fail_memory(err, N_("read the timestamping authorities"));
	status = pb_authorities_configuration(files, dir, authorities, err);
	if (status == PB_ENOENT) { /* an archive of an earlier program */
		pb_authorities_policy(authorities);
		status = PB_OK;
	}
	for (i = 0; status == PB_OK && i < authorities->count; i++) {
		status = read_pem(files, dir, &authorities->tsa[i], err);
		if (status == PB_OK)
			pb_authorities_recall(files, dir, &authorities->tsa[i]);
	}
	if (status != PB_OK) {
		pb_authorities_free(authorities);
		return status;
	}
	*ret_authorities = authorities;
	return PB_OK;
}

enum pb_status
pb_authorities_read(const struct pb_files *files, const char *dir,
    struct pb_authorities **ret_authorities, struct pb_error *err)
{
	struct pb_authorities *authorities = NULL;
	enum pb_status status = pb_authorities_look(files, dir, &authorities, err);
	size_t i;

	for (i = 0; status == PB_OK && i < authorities->count; i++)
		status = pb_authorities_trust(dir, &authorities->tsa[i], err);
	if (status != PB_OK) {
		pb_authorities_free(authorities);
		return status;
	}
	*ret_authorities = authorities;
	return PB_OK;
}

void
pb_authorities_policy(struct pb_authorities *authorities)
{
	authorities->gap_after_s = 8 * 3600;
	authorities->heartbeat_s = 24 * 3600;
}

struct pb_tsa *
pb_authorities_find(struct pb_authorities *authorities, const char *name)
{
	size_t i;

	for (i = 0; i < authorities->count; i++)
		if (strcmp(authorities->tsa[i].name, name) == 0)
			return &authorities->tsa[i];
	return NULL;
}

void
pb_tsa_done(struct pb_tsa *tsa)
{
	pb_stamp_roots_free(tsa->roots);
	pb_buf_done(&tsa->pem);
	memset(tsa, 0, sizeof(*tsa));
}

void
pb_authorities_free(struct pb_authorities *authorities)
{
	size_t i;

	if (authorities == NULL)
		return;
	for (i = 0; i < authorities->count; i++)
		pb_tsa_done(&authorities->tsa[i]);
	free(authorities);
}

void
pb_authorities_state(const struct pb_authorities *authorities, struct pb_json_writer *w)
{
	uint8_t fingerprint[32];
	size_t i, k;

	pb_json_array_begin(w, "tsa_roots");
	for (i = 0; authorities != NULL && i < authorities->count; i++) {
		const struct pb_tsa *tsa = &authorities->tsa[i];

		for (k = 0; k < pb_stamp_roots_count(tsa->roots); k++) {
			pb_stamp_roots_fingerprint(tsa->roots, k, fingerprint);
			pb_json_object_begin(w, NULL);
			pb_json_hex(w, "sha256", fingerprint, sizeof(fingerprint));
			pb_json_bool(w, "local", tsa->local);
			pb_json_object_end(w);
		}
	}
	pb_json_array_end(w);
}
