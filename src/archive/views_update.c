/* What lacks views or index, found and handed over; and how far all of it is. */
#include <string.h>

#include "archive/catchup.h"
#include "archive/keyring.h"
#include "archive/views_give.h"
#include "core/error.h"
#include "vault/frames.h"

/* The segment's key: in memory since it is being written, or by the reader's.  PB_EACCESS. */
static enum pb_status
hand_over(struct pb_views *views, const struct pb_archive *a, struct pb_keyring *keyring,
    const char *stem, struct pb_error *err)
{
	struct pb_frames *frames = NULL;
	struct pb_secret *key = NULL;
	enum pb_status status;

	if (a->append != NULL && strcmp(pb_append_name(a->append), stem) == 0)
		return pb_views_give(views, stem, pb_append_key(a->append), err);
	if (keyring == NULL)
		return pb_fail(err, PB_EACCESS, N_("index messages"),
		    N_("they are sealed, and no reader's key is at hand"), "%s", stem);
	status = pb_frames_open(a->world->files, a->dir, stem, &frames, err);
	if (status == PB_OK)
		status = pb_keyring_open(keyring, pb_frames_header(frames), &key, err);
	if (status == PB_OK)
		status = pb_views_give(views, stem, key, err);
	pb_secret_free(key);
	pb_frames_close(frames);
	return status;
}

static bool
lacks(const struct pb_catalog_segment *s)
{
	return s->viewed < s->records || s->indexed < s->messages;
}

/* What another reader could open, this one leaves. */
static enum pb_status
hand_over_all(struct pb_views *views, const struct pb_archive *a, struct pb_keyring *keyring,
    struct pb_error *err)
{
	struct pb_catalog_segment segment = { .first_seq = 0 };
	enum pb_status status = PB_OK;
	bool first = true;

	for (; status == PB_OK; first = false) {
		status = pb_views_segment_next(views, first, segment.first_seq, &segment, err);
		if (status != PB_OK || !(lacks(&segment) || pb_views_anew(views)))
			continue;
		status = hand_over(views, a, keyring, segment.stem, err);
		if (status == PB_EACCESS)
			status = PB_OK;
	}
	return status == PB_ENOENT ? PB_OK : status;
}

enum pb_status
pb_views_update(struct pb_views *views, const struct pb_archive *archive, struct pb_error *err)
{
	struct pb_keyring *keyring = NULL;
	enum pb_status status = PB_OK;

	status = pb_views_catch_up(views, archive, err);
	if (status == PB_OK && archive->key != NULL)
		status = pb_keyring_new(
		    archive->world->files, archive->dir, archive->key, &keyring, err);
	if (status == PB_OK)
		status = hand_over_all(views, archive, keyring, err);
	pb_keyring_free(keyring);
	return status;
}

enum pb_status
pb_views_stand(
    struct pb_catalog *catalog, struct pb_views_standing *ret_standing, struct pb_error *err)
{
	struct pb_views_standing standing = { .records = 0 };
	struct pb_catalog_segment segment = { .first_seq = 0 };
	enum pb_status status = PB_OK;
	bool first = true;

	for (; status == PB_OK; first = false) {
		status = pb_catalog_segment_next(catalog, first, segment.first_seq, &segment, err);
		if (status != PB_OK)
			break;
		standing.records += segment.records;
		standing.messages += segment.messages;
		standing.found += segment.found;
		for (size_t i = 0; i < PB_CATALOG_STATES; i++)
			standing.state[i] += segment.state[i];
	}
	if (status != PB_ENOENT)
		return status;
	*ret_standing = standing;
	return PB_OK;
}
