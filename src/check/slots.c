#include "check/slots.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

struct pb_slots {
	struct pb_verification *v;     /* borrowed */
	struct pb_keyfile *keyfile;    /* NULL: the file is missing, and that was said */
	struct pb_secret *segment_key; /* NULL: no secrets can be had */
	uint64_t next;                 /* slot of the next record */
	char name[PB_SEGMENT_NAME_LEN + 1];
};

static void
find(struct pb_slots *slots, enum pb_verdict weight, uint64_t seq, uint64_t number,
    const char *code, const char *text)
{
	pb_verification_find(slots->v, PB_CHECK_SECRETS, weight, seq, code, text,
	    "keys/%s.key:%" PRIu64, slots->name, number * PB_SLOT_LEN);
}

static enum pb_status
open_keyfile(
    struct pb_slots *slots, const struct pb_files *files, const char *dir, struct pb_error *err)
{
	enum pb_status status =
	    pb_keyfile_open(files, dir, slots->name, false, &slots->keyfile, err);

	if (status != PB_ENOENT && status != PB_ECORRUPT)
		return status;
	find(slots, PB_INVALID, PB_NO_SEQ, 0, "key_file_missing",
	    N_("The file with the secrets of this segment is missing: its records cannot be "
	       "read by anybody."));
	return PB_OK;
}

static enum pb_status
open_segment_key(struct pb_slots *slots, const struct pb_segment_header *header,
    struct pb_keyring *keyring, struct pb_error *err)
{
	enum pb_status status = pb_keyring_open(keyring, header, &slots->segment_key, err);

	if (status == PB_EACCESS)
		find(slots, PB_INDETERMINATE, PB_NO_SEQ, 0, "reader_not_recipient",
		    N_("The key that was given does not open this segment, so its records were "
		       "not looked into."));
	else if (status == PB_ECORRUPT)
		find(slots, PB_INVALID, PB_NO_SEQ, 0, "segment_key",
		    N_("The envelope of this segment's key does not open for a reader whom it "
		       "names."));
	else
		return status;
	return PB_OK;
}

enum pb_status
pb_slots_open(const struct pb_files *files, const char *dir, const char *name,
    const struct pb_segment_header *header, struct pb_keyring *keyring, struct pb_verification *v,
    struct pb_slots **ret_slots, struct pb_error *err)
{
	struct pb_slots *slots = calloc(1, sizeof(*slots));
	enum pb_status status;

	if (slots == NULL)
		return pb_fail_memory(err, N_("check the secrets of a segment"));
	slots->v = v;
	slots->next = 1;
	(void)snprintf(slots->name, sizeof(slots->name), "%s", name);
	status = open_keyfile(slots, files, dir, err);
	if (status == PB_OK && keyring != NULL)
		status = open_segment_key(slots, header, keyring, err);
	if (status != PB_OK) {
		pb_slots_close(slots);
		return status;
	}
	*ret_slots = slots;
	return PB_OK;
}

/* *ret_there: the file reaches that far; if not, and it is there at all, that is said. */
static enum pb_status
read_slot(struct pb_slots *slots, uint64_t number, uint64_t seq, uint8_t slot[PB_SLOT_LEN],
    bool *ret_there, struct pb_error *err)
{
	enum pb_status status;

	*ret_there = false;
	pb_verification_looked(slots->v, PB_CHECK_SECRETS);
	if (slots->keyfile == NULL)
		return PB_OK;
	status = pb_keyfile_read(slots->keyfile, number, slot, err);
	if (status == PB_ECORRUPT) {
		find(slots, PB_INVALID, seq, number, "slot_missing",
		    N_("The file with the secrets of this segment ends before this one."));
		return PB_OK;
	}
	*ret_there = status == PB_OK;
	return status;
}

/* The secret of a sound slot. */
static enum pb_status
unwrap(struct pb_slots *slots, uint64_t number, uint64_t seq, const uint8_t slot[PB_SLOT_LEN],
    struct pb_secret **ret_secret, struct pb_error *err)
{
	enum pb_status status;

	if (slots->segment_key == NULL)
		return PB_OK;
	status = pb_slot_decode(slots->segment_key, number, slot, ret_secret, err);
	if (status != PB_ECORRUPT)
		return status;
	find(slots, PB_INVALID, seq, number, "slot_key",
	    number == 0
		? N_("The key of this segment's index does not open under the segment's key: "
		     "something else was put there.")
		: N_("This record's secret does not open under its segment's key: it was "
		     "exchanged."));
	return PB_OK;
}

enum pb_status
pb_slots_sealed(struct pb_slots *slots, uint64_t seq, struct pb_secret **ret_secret,
    enum pb_source_secret *ret_state, struct pb_error *err)
{
	enum pb_source_secret state = PB_SECRET_UNKNOWN;
	struct pb_secret *secret = NULL;
	uint8_t slot[PB_SLOT_LEN];
	uint64_t number = slots->next;
	enum pb_status status;
	bool there;

	status = read_slot(slots, number, seq, slot, &there, err);
	if (status == PB_OK && there) {
		state = PB_SECRET_KEPT;
		switch (pb_slot_state(slot, number)) {
		case PB_SLOT_EMPTY:
			state = PB_SECRET_GONE;
			break;
		case PB_SLOT_ROTTEN:
			find(slots, PB_INVALID, seq, number, "slot_rotten",
			    N_("The secret of this record was changed or damaged after it was "
			       "kept."));
			break;
		case PB_SLOT_SOUND:
			status = unwrap(slots, number, seq, slot, &secret, err);
			break;
		}
	}
	if (status != PB_OK)
		return status;
	slots->next++;
	*ret_secret = secret;
	*ret_state = state;
	return PB_OK;
}

enum pb_status
pb_slots_empty(struct pb_slots *slots, uint64_t seq, struct pb_error *err)
{
	uint64_t number = slots->next++;
	uint8_t slot[PB_SLOT_LEN];
	enum pb_status status;
	bool there;

	status = read_slot(slots, number, seq, slot, &there, err);
	if (status == PB_OK && there && pb_slot_state(slot, number) != PB_SLOT_EMPTY)
		find(slots, PB_INVALID, seq, number, "slot_not_empty",
		    N_("Something stands where no secret belongs."));
	return status;
}

/* A writer may replace it at this moment: only what stands there twice is damage. */
static enum pb_status
read_index_key(
    struct pb_slots *slots, uint8_t slot[PB_SLOT_LEN], bool *ret_there, struct pb_error *err)
{
	enum pb_status status = read_slot(slots, 0, PB_NO_SEQ, slot, ret_there, err);

	if (status == PB_OK && *ret_there && pb_slot_state(slot, 0) == PB_SLOT_ROTTEN)
		status = pb_keyfile_read(slots->keyfile, 0, slot, err);
	return status;
}

/* FORMAT 3.5: slot 0 is zeros, or the key of the segment's index.  That is derived: its rot, which
 * a power cut may leave, loses nothing; but nothing else may stand there. */
static enum pb_status
check_index_key(struct pb_slots *slots, struct pb_error *err)
{
	struct pb_secret *secret = NULL;
	uint8_t slot[PB_SLOT_LEN];
	enum pb_status status;
	bool there;

	status = read_index_key(slots, slot, &there, err);
	if (status != PB_OK || !there)
		return status;
	switch (pb_slot_state(slot, 0)) {
	case PB_SLOT_EMPTY:
		break;
	case PB_SLOT_ROTTEN:
		find(slots, PB_INDETERMINATE, PB_NO_SEQ, 0, "index_key_rotten",
		    N_("The key of this segment's index is damaged; `probant reindex` makes "
		       "another."));
		break;
	case PB_SLOT_SOUND:
		status = unwrap(slots, 0, PB_NO_SEQ, slot, &secret, err);
		break;
	}
	pb_secret_free(secret);
	return status;
}

enum pb_status
pb_slots_end(struct pb_slots *slots, bool newest, struct pb_error *err)
{
	uint64_t expected = slots->next * PB_SLOT_LEN;
	enum pb_status status = check_index_key(slots, err);

	if (status != PB_OK || slots->keyfile == NULL)
		return status;
	if (pb_keyfile_size(slots->keyfile) > expected && newest)
		find(slots, PB_INDETERMINATE, PB_NO_SEQ, slots->next, "slots_uncommitted",
		    N_("There are more secrets than records: a writer is at work, or was cut "
		       "short; opening the archive for writing puts it in order."));
	else if (pb_keyfile_size(slots->keyfile) > expected)
		find(slots, PB_INVALID, PB_NO_SEQ, slots->next, "slots_left_over",
		    N_("There are more secrets than records in this segment."));
	return PB_OK;
}

void
pb_slots_close(struct pb_slots *slots)
{
	if (slots == NULL)
		return;
	pb_keyfile_close(slots->keyfile);
	pb_secret_free(slots->segment_key);
	free(slots);
}
