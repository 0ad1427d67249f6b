#include "archive/archive.h"

#include <stdlib.h>
#include <string.h>

#include "archive/catchup.h"
#include "archive/paths.h"
#include "archive/publish.h"
#include "core/error.h"
#include "core/io.h"

/* The archive's own records are small; the level hardly matters. */
#define LEVEL 3

enum pb_status
pb_archive_new(const struct pb_world *world, const char *dir, const struct pb_archive_parts *parts,
    struct pb_archive **ret_archive, struct pb_error *err)
{
	struct pb_archive *a = calloc(1, sizeof(*a));
	uint8_t public_key[PB_ED25519_PUBLIC_LEN];
	enum pb_status status;

	if (a == NULL || (a->dir = strdup(dir)) == NULL) {
		free(a);
		return pb_fail_memory(err, N_("open the archive"));
	}
	a->world = world;
	a->lock_fd = -1;
	pb_assert(strlen(parts->origin) <= PB_LIMIT_ORIGIN);
	memcpy(a->origin, parts->origin, strlen(parts->origin) + 1);
	pb_head_init(&a->head, a->origin);
	pb_ed25519_public(parts->log_key, public_key);
	a->published_us = world->clock->monotonic_us(world->clock->ctx);
	status = pb_note_verifier_make(a->origin, PB_NOTE_ED25519, public_key, &a->verifier, err);
	if (status != PB_OK) {
		pb_archive_drop(a);
		return status;
	}
	a->lock_fd = parts->lock_fd;
	a->log_key = parts->log_key;
	memcpy(a->reader, parts->reader, sizeof(a->reader));
	a->reader_count = parts->reader_count;
	*ret_archive = a;
	return PB_OK;
}

enum pb_status
pb_archive_sealer(struct pb_archive *a, struct pb_sealer **ret_sealer, struct pb_error *err)
{
	struct pb_path spill;
	enum pb_status status = PB_OK;

	if (a->own_sealer == NULL) {
		status = pb_path_make(&spill, a->dir, PB_DIR_TMP, NULL, err);
		if (status == PB_OK)
			status = pb_sealer_new(a->world->files, a->world->random, a->origin,
			    spill.text, LEVEL, &a->own_sealer, err);
	}
	if (status == PB_OK)
		*ret_sealer = a->own_sealer;
	return status;
}

void
pb_archive_rest(struct pb_archive *a)
{
	pb_sealer_free(a->own_sealer);
	a->own_sealer = NULL;
}

void
pb_archive_drop(struct pb_archive *a)
{
	size_t i;

	if (a == NULL)
		return;
	pb_tiling_done(&a->tiling);
	pb_append_close(a->append);
	pb_secret_free(a->kept_key);
	pb_sealer_free(a->own_sealer);
	pb_ed25519_free(a->log_key);
	for (i = 0; i < a->reader_count; i++)
		pb_reader_free(a->reader[i]);
	free(a->readers);
	pb_io_close(a->world->files, &a->lock_fd);
	free(a->dir);
	free(a);
}

enum pb_status
pb_archive_close(struct pb_archive *a, struct pb_error *err)
{
	enum pb_status status;

	if (a == NULL)
		return PB_OK;
	status = pb_publish(a, err);
	if (!a->stopped)
		pb_catchup_behind(a);
	pb_archive_drop(a);
	return status;
}

const char *
pb_archive_origin(const struct pb_archive *a)
{
	return a->origin;
}

uint64_t
pb_archive_size(const struct pb_archive *a)
{
	return a->head.tree.size;
}
