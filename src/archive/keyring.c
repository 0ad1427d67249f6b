#include "archive/keyring.h"

#include <stdlib.h>
#include <string.h>

#include "archive/facts.h"
#include "core/error.h"
#include "core/json.h"
#include "core/limits.h"
#include "crypto/envelope.h"
#include "crypto/wrap.h"
#include "vault/frames.h"

/* past: NULL until it was looked for, and if this reader was handed nothing. */
struct pb_keyring {
	const struct pb_files *files;
	char *dir;
	const struct pb_reader_key *key;
	bool looked;
	struct pb_secret *past;
	struct pb_buf entries; /* ascending by first seq */
};

enum pb_status
pb_keyring_new(const struct pb_files *files, const char *dir, const struct pb_reader_key *key,
    struct pb_keyring **ret_keyring, struct pb_error *err)
{
	struct pb_keyring *keyring = calloc(1, sizeof(*keyring));

	if (keyring == NULL || (keyring->dir = strdup(dir)) == NULL) {
		free(keyring);
		return pb_fail_memory(err, N_("open a segment key"));
	}
	keyring->files = files;
	keyring->key = key;
	*ret_keyring = keyring;
	return PB_OK;
}

void
pb_keyring_free(struct pb_keyring *keyring)
{
	if (keyring == NULL)
		return;
	pb_secret_free(keyring->past);
	pb_buf_done(&keyring->entries);
	free(keyring->dir);
	free(keyring);
}

/* ---- what was handed over ------------------------------------------------------------------- */

static bool
names_reader(const struct pb_json *facts, const char *id)
{
	const struct pb_json *list = pb_json_get(pb_json_get(facts, "past"), "readers");

	for (size_t i = 0; i < pb_json_count(list); i++) {
		const char *named = pb_json_string(pb_json_item(list, i));

		if (named != NULL && strcmp(named, id) == 0)
			return true;
	}
	return false;
}

static bool
ascends(const struct pb_buf *entries)
{
	if (entries->len % PB_HANDED_LEN != 0)
		return false;
	for (size_t at = PB_HANDED_LEN; at < entries->len; at += PB_HANDED_LEN)
		if (memcmp(entries->data + at - PB_HANDED_LEN, entries->data + at, 8) >= 0)
			return false;
	return true;
}

/* Take what this segment's first record hands over; PB_EACCESS: nothing to this reader. */
static enum pb_status
take(struct pb_keyring *keyring, const char *name, struct pb_error *err)
{
	const char *id = pb_reader_id(pb_reader_key_reader(keyring->key));
	struct pb_buf cms = PB_BUF_EMPTY, entries = PB_BUF_EMPTY;
	struct pb_frames *frames = NULL;
	struct pb_json *facts = NULL;
	struct pb_frame frame;
	enum pb_status status;

	status = pb_frames_open(keyring->files, keyring->dir, name, &frames, err);
	if (status == PB_OK)
		status = pb_frames_read(frames, pb_frames_start(frames), &frame, err);
	if (status == PB_OK)
		status = pb_facts_read_objects(frames, &frame, &facts, &cms, &entries, err);
	if (status == PB_OK && (!names_reader(facts, id) || !ascends(&entries)))
		status = PB_EACCESS;
	if (status == PB_OK)
		status = pb_envelope_open(
		    cms.data, cms.len, keyring->key, PB_WRAP_KEY_LEN, &keyring->past, err);
	if (status == PB_OK) {
		keyring->entries = entries;
		entries = (struct pb_buf){ .data = NULL };
	}
	pb_json_free(facts);
	pb_frames_close(frames);
	pb_buf_done(&cms);
	pb_buf_done(&entries);
	return status;
}

/* The newest record that hands anything to this reader: it has all segments before it. */
static enum pb_status
look(struct pb_keyring *keyring, struct pb_error *err)
{
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	enum pb_status status;
	size_t count = 0;

	status = pb_frames_list(keyring->files, keyring->dir, &names, &count, NULL, NULL, err);
	while (status == PB_OK && keyring->past == NULL && count > 0) {
		status = take(keyring, names[--count], err);
		/* Of damage a verification tells; what is needed may stand elsewhere. */
		if (status == PB_EACCESS || status == PB_ECORRUPT || status == PB_EDATA ||
		    status == PB_ELIMIT || status == PB_EEND)
			status = PB_OK;
	}
	keyring->looked = status == PB_OK;
	free(names);
	return status;
}

/* The entry of the segment that begins with that record, or NULL. */
static const uint8_t *
find(const struct pb_buf *entries, uint64_t first_seq)
{
	size_t low = 0, high = entries->len / PB_HANDED_LEN;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const uint8_t *entry = entries->data + middle * PB_HANDED_LEN;
		uint64_t seq = pb_get_u64(entry);

		if (seq == first_seq)
			return entry;
		if (seq < first_seq)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

enum pb_status
pb_keyring_open(struct pb_keyring *keyring, const struct pb_segment_header *header,
    struct pb_secret **ret_key, struct pb_error *err)
{
	const uint8_t *entry;
	enum pb_status status, looked = PB_OK;

	status = pb_envelope_open(
	    header->cms.data, header->cms.len, keyring->key, PB_WRAP_KEY_LEN, ret_key, err);
	if (status != PB_EACCESS)
		return status;
	if (!keyring->looked)
		looked = look(keyring, NULL);
	if (looked != PB_OK)
		return looked == PB_ENOMEM ? pb_fail_memory(err, N_("open a segment key")) : looked;
	entry = keyring->past == NULL ? NULL : find(&keyring->entries, header->first_seq);
	return entry == NULL ? status : pb_unwrap(keyring->past, entry + 8, ret_key, err);
}

/* ---- handing over --------------------------------------------------------------------------- */

static enum pb_status
add_entry(struct pb_keyring *keyring, const char *name, struct pb_secret *past,
    struct pb_buf *entries, struct pb_error *err)
{
	const struct pb_segment_header *header;
	uint8_t entry[PB_HANDED_LEN];
	struct pb_frames *frames = NULL;
	struct pb_secret *key = NULL;
	enum pb_status status;

	status = pb_frames_open(keyring->files, keyring->dir, name, &frames, err);
	if (status != PB_OK)
		return status;
	header = pb_frames_header(frames);
	status = pb_keyring_open(keyring, header, &key, err);
	pb_put_u64(entry, header->first_seq);
	if (status == PB_OK)
		status = pb_wrap(past, key, entry + 8, err);
	if (status == PB_OK && pb_buf_append(entries, entry, sizeof(entry)) != PB_OK)
		status = pb_fail_memory(err, N_("hand over the earlier keys"));
	if (status == PB_EACCESS)
		status = pb_fail(err, status, N_("hand over the earlier keys"),
		    N_("this reader cannot open all segments himself"), "%s", name);
	pb_secret_free(key);
	pb_frames_close(frames);
	return status;
}

enum pb_status
pb_keyring_hand_over(struct pb_keyring *keyring, const struct pb_random *random,
    const struct pb_reader *reader, struct pb_handover *ret_handover, struct pb_error *err)
{
	struct pb_handover made = { .cms = PB_BUF_EMPTY, .entries = PB_BUF_EMPTY };
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	struct pb_secret *past = NULL;
	enum pb_status status;
	size_t count = 0;

	status = pb_frames_list(keyring->files, keyring->dir, &names, &count, NULL, NULL, err);
	if (status == PB_OK && count > PB_LIMIT_HANDED)
		status = pb_fail(err, PB_ELIMIT, N_("hand over the earlier keys"),
		    N_("there are more segments than one record can hold"), "%zu", count);
	if (status == PB_OK)
		status = pb_secret_random(random, PB_WRAP_KEY_LEN, &past, err);
	if (status == PB_OK)
		status = pb_envelope_seal(past, &reader, 1, &made.cms, err);
	for (size_t i = 0; status == PB_OK && i < count; i++)
		status = add_entry(keyring, names[i], past, &made.entries, err);
	if (status == PB_OK) {
		made.segments = count;
		memcpy(made.id, pb_reader_id(reader), strlen(pb_reader_id(reader)) + 1);
		*ret_handover = made;
	} else {
		pb_handover_done(&made);
	}
	pb_secret_free(past);
	free(names);
	return status;
}

void
pb_handover_done(struct pb_handover *handover)
{
	pb_buf_done(&handover->cms);
	pb_buf_done(&handover->entries);
}
