#include "archive/reading.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/keyring.h"
#include "archive/walk.h"
#include "core/error.h"
#include "vault/keyfile.h"

struct pb_reading {
	const struct pb_files *files;
	char *dir;
	struct pb_keyring *keyring; /* NULL: no key is at hand */
	struct pb_walk *walk;
	struct pb_opener *opener;
	char segment[PB_SEGMENT_NAME_LEN + 1]; /* whose key and key file are at hand */
	struct pb_secret *segment_key;
	struct pb_keyfile *keyfile;
	struct pb_frame frame; /* of the opened record */
	struct pb_secret *r;
	struct pb_opened *opened;
};

enum pb_status
pb_reading_new(const struct pb_files *files, const char *dir, const struct pb_reader_key *key,
    struct pb_reading **ret_reading, struct pb_error *err)
{
	struct pb_reading *reading = calloc(1, sizeof(*reading));
	enum pb_status status;

	if (reading == NULL || (reading->dir = strdup(dir)) == NULL) {
		free(reading);
		return pb_fail_memory(err, N_("read the archive"));
	}
	reading->files = files;
	status = pb_walk_new(files, dir, &reading->walk, err);
	if (status == PB_OK && key != NULL)
		status = pb_keyring_new(files, dir, key, &reading->keyring, err);
	if (status != PB_OK) {
		pb_reading_free(reading);
		return status;
	}
	*ret_reading = reading;
	return PB_OK;
}

static void
close_record(struct pb_reading *reading)
{
	pb_opened_free(reading->opened);
	reading->opened = NULL;
	pb_secret_free(reading->r);
	reading->r = NULL;
}

/* The key and the key file of the segment that the walk stands in. */
static enum pb_status
enter_segment(struct pb_reading *reading, struct pb_error *err)
{
	const struct pb_segment_header *header;
	const char *name = pb_walk_segment(reading->walk);
	enum pb_status status;

	if (strcmp(reading->segment, name) == 0)
		return PB_OK;
	reading->segment[0] = '\0';
	pb_secret_free(reading->segment_key);
	reading->segment_key = NULL;
	pb_keyfile_close(reading->keyfile);
	reading->keyfile = NULL;
	if (reading->keyring == NULL)
		return pb_fail(err, PB_EACCESS, N_("open a record"),
		    N_("it is sealed, and no reader's key is at hand"), "%s", name);
	header = pb_frames_header(pb_walk_frames(reading->walk));
	status = pb_keyring_open(reading->keyring, header, &reading->segment_key, err);
	if (status == PB_OK)
		status = pb_keyfile_open(
		    reading->files, reading->dir, name, false, &reading->keyfile, err);
	if (status == PB_OK && reading->opener == NULL)
		status = pb_opener_new(header->origin, &reading->opener, err);
	if (status == PB_OK)
		memcpy(reading->segment, name, sizeof(reading->segment));
	return status;
}

/* Whether the log says so is what a verification finds out. */
static enum pb_status
gone(const struct pb_reading *reading, struct pb_error *err)
{
	struct pb_leaf leaf;

	(void)pb_leaf_decode(reading->frame.leaf, &leaf);
	(void)pb_fail(err, PB_EDESTROYED, N_("open a record"),
	    N_("its secret is gone: destroyed, or lost"), "%" PRIu64, leaf.seq);
	return pb_fail_todo(err, PB_EDESTROYED,
	    N_("nobody can read it any more; `probant list` shows the record that says why; if "
	       "there is none, it is damage, and `probant verify` says so"));
}

static enum pb_status
find_secret(struct pb_reading *reading, uint64_t slot_number, struct pb_error *err)
{
	uint8_t slot[PB_SLOT_LEN];
	enum pb_status status;

	if (reading->frame.tag == PB_FRAME_OPEN) {
		status = pb_secret_new(sizeof(reading->frame.r), &reading->r, err);
		if (status == PB_OK)
			memcpy(pb_secret_bytes(reading->r), reading->frame.r,
			    sizeof(reading->frame.r));
		return status;
	}
	status = pb_keyfile_read(reading->keyfile, slot_number, slot, err);
	if (status == PB_OK && pb_slot_state(slot, slot_number) == PB_SLOT_EMPTY)
		return gone(reading, err);
	if (status == PB_OK)
		status = pb_slot_decode(reading->segment_key, slot_number, slot, &reading->r, err);
	return status;
}

static enum pb_status
differs(uint64_t seq, struct pb_error *err)
{
	(void)pb_fail(err, PB_ECORRUPT, N_("open a record"),
	    N_("it is not what the log committed to"), "%" PRIu64, seq);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("run `probant verify` to see what is hit, and look at the second copy"));
}

static enum pb_status
open_record(struct pb_reading *reading, const struct pb_leaf *leaf, uint8_t sha256[PB_DIGEST_LEN],
    struct pb_error *err)
{
	uint8_t commitment[PB_COMMITMENT_LEN], digest[PB_DIGEST_LEN];
	enum pb_status status;
	bool right;

	status = pb_frames_payload_sha256(&reading->frame, digest, err);
	if (status != PB_OK)
		return status;
	if (memcmp(digest, leaf->payload_sha256, sizeof(digest)) != 0)
		return differs(leaf->seq, err);
	status = pb_opener_open(
	    reading->opener, &reading->frame.payload, reading->r, &reading->opened, err);
	if (status == PB_OK)
		status = pb_opened_commitment(reading->opened, commitment, &right, sha256, err);
	if (status == PB_OK &&
	    (!right || memcmp(commitment, leaf->commitment, sizeof(commitment)) != 0))
		status = differs(leaf->seq, err);
	return status;
}

/* The frame of record seq, its leaf, and its secret, whose segment is entered. */
static enum pb_status
reach_record(
    struct pb_reading *reading, uint64_t seq, struct pb_leaf *ret_leaf, struct pb_error *err)
{
	enum pb_status status;
	uint64_t slot;

	close_record(reading);
	status = pb_walk_record(reading->walk, seq, &reading->frame, &slot, err);
	if (status == PB_OK && (pb_leaf_decode(reading->frame.leaf, ret_leaf) != PB_LEAF_SOUND ||
				   ret_leaf->seq != seq))
		status = differs(seq, err);
	if (status == PB_OK)
		status = enter_segment(reading, err);
	if (status == PB_OK)
		status = find_secret(reading, slot, err);
	return status;
}

enum pb_status
pb_reading_record(struct pb_reading *reading, uint64_t seq, struct pb_leaf *ret_leaf,
    struct pb_opened **ret_opened, uint8_t ret_sha256[PB_DIGEST_LEN], struct pb_error *err)
{
	struct pb_leaf leaf;
	enum pb_status status = reach_record(reading, seq, &leaf, err);

	if (status == PB_OK)
		status = open_record(reading, &leaf, ret_sha256, err);
	if (status == PB_EDESTROYED)
		*ret_leaf = leaf;
	if (status != PB_OK) {
		close_record(reading);
		return status;
	}
	*ret_leaf = leaf;
	*ret_opened = reading->opened;
	return PB_OK;
}

enum pb_status
pb_reading_stored(struct pb_reading *reading, uint64_t seq, struct pb_leaf *ret_leaf,
    const struct pb_frame **ret_frame, struct pb_error *err)
{
	struct pb_leaf leaf;
	enum pb_status status = reach_record(reading, seq, &leaf, err);

	if (status != PB_OK) {
		close_record(reading);
		return status;
	}
	*ret_leaf = leaf;
	*ret_frame = &reading->frame;
	return PB_OK;
}

struct pb_secret *
pb_reading_secret(const struct pb_reading *reading)
{
	return reading->r;
}

void
pb_reading_free(struct pb_reading *reading)
{
	if (reading == NULL)
		return;
	close_record(reading);
	pb_opener_free(reading->opener);
	pb_keyfile_close(reading->keyfile);
	pb_secret_free(reading->segment_key);
	pb_keyring_free(reading->keyring);
	pb_walk_free(reading->walk);
	free(reading->dir);
	free(reading);
}
