#include "keys/change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/commit.h"
#include "archive/keyring.h"
#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"
#include "keys/file.h"

static const char CHANGING[] = N_("change who can open the archive");

/* The lists as they are to be; what they hold beyond the archive's own is in `add`. */
struct change {
	struct pb_readers *readers;
	struct pb_reader *reader[PB_LIMIT_READERS]; /* borrowed, in the order of readers */
	struct pb_reader *add;                      /* owned until it is the archive's */
	struct pb_reader *removed;                  /* the archive's until the change is made */
	struct pb_handover handover;
	bool past;
};

static enum pb_status
begin(const struct pb_archive *a, struct change *change, struct pb_error *err)
{
	/* A segment that was begun and holds no commit yet is sealed for the readers of before. */
	if (a->append != NULL && pb_append_slots(a->append) == 0) {
		(void)pb_fail(
		    err, PB_ESTOPPED, CHANGING, N_("an earlier commit failed"), "%s", a->dir);
		return pb_fail_todo(err, PB_ESTOPPED, N_("run the command again"));
	}
	change->readers = malloc(sizeof(*change->readers));
	if (change->readers == NULL)
		return pb_fail_memory(err, CHANGING);
	*change->readers = *a->readers;
	memcpy(change->reader, a->reader, sizeof(change->reader));
	return PB_OK;
}

static void
done(struct change *change)
{
	pb_reader_free(change->add);
	pb_handover_done(&change->handover);
	free(change->readers);
}

static enum pb_status
put(struct change *change, const char *role, struct pb_error *err)
{
	struct pb_readers *readers = change->readers;
	struct pb_founded_reader *stated;

	if (readers->count == PB_LIMIT_READERS)
		return pb_fail(err, PB_ELIMIT, CHANGING, N_("there are too many readers"), "%s",
		    pb_reader_id(change->add));
	stated = &readers->reader[readers->count];
	memset(stated, 0, sizeof(*stated));
	(void)snprintf(stated->id, sizeof(stated->id), "%s", pb_reader_id(change->add));
	(void)snprintf(stated->role, sizeof(stated->role), "%s", role);
	pb_reader_fingerprint(change->add, stated->fingerprint);
	change->reader[readers->count++] = change->add;
	return PB_OK;
}

static void
take_out(struct change *change, size_t index)
{
	struct pb_readers *readers = change->readers;
	size_t behind = readers->count - index - 1;

	change->removed = change->reader[index];
	memmove(&readers->reader[index], &readers->reader[index + 1],
	    behind * sizeof(readers->reader[0]));
	memmove(
	    &change->reader[index], &change->reader[index + 1], behind * sizeof(change->reader[0]));
	readers->count--;
}

/* ---- the past ------------------------------------------------------------------------------- */

static enum pb_status
hand_over(
    struct pb_archive *a, struct change *change, const struct pb_reader *to, struct pb_error *err)
{
	struct pb_keyring *keyring = NULL;
	enum pb_status status;

	if (a->key == NULL) {
		(void)pb_fail(err, PB_EACCESS, N_("hand over the earlier keys"),
		    N_("no reader's key is at hand that opens them"), "%s", a->dir);
		return pb_fail_todo(err, PB_EACCESS,
		    N_("give the passphrase, or --reader-key with a key that opens all of it"));
	}
	status = pb_keyring_new(a->world->files, a->dir, a->key, &keyring, err);
	if (status == PB_OK)
		status =
		    pb_keyring_hand_over(keyring, a->world->random, to, &change->handover, err);
	change->past = status == PB_OK;
	pb_keyring_free(keyring);
	return status;
}

/* ---- made ----------------------------------------------------------------------------------- */

/*
 * The commit.  Before it the archive is as it was; a crash in it leaves either that or the
 * change whole, since the record, the new envelope and what is handed over stand in one commit.
 * A failure leaves a segment behind that was begun for others: this writer stops.
 */
static enum pb_status
commit(struct pb_archive *a, struct change *change, struct pb_error *err)
{
	struct pb_readers *before = a->readers;
	struct pb_reader *reader[PB_LIMIT_READERS];
	size_t count = a->reader_count;
	enum pb_status status;

	memcpy(reader, a->reader, sizeof(reader));
	change->readers->restated = true;
	a->readers = change->readers;
	a->reader_count = change->readers->count;
	memcpy(a->reader, change->reader, sizeof(a->reader));
	a->handover = change->past ? &change->handover : NULL;
	a->renew = true;
	status = pb_commit(a, NULL, 0, NULL, err);
	a->handover = NULL;
	if (status == PB_OK) {
		change->readers = before;
		change->add = NULL;
		pb_reader_free(change->removed);
		return PB_OK;
	}
	a->readers = before;
	a->reader_count = count;
	memcpy(a->reader, reader, sizeof(a->reader));
	return status;
}

/* Did what failed perhaps reach the medium?  Nothing more is written by this writer either way. */
static bool
unsure(struct pb_archive *a)
{
	bool was = a->stopped;

	a->stopped = true;
	return was;
}

/* ---- add ------------------------------------------------------------------------------------ */

/* An id is what a certificate says of itself: somebody else's may say the same. */
static bool
is_same(const struct pb_founded_reader *stated, const struct pb_reader *reader)
{
	uint8_t fingerprint[PB_DIGEST_LEN];

	pb_reader_fingerprint(reader, fingerprint);
	return memcmp(stated->fingerprint, fingerprint, sizeof(fingerprint)) == 0;
}

static enum pb_status
check_new(const struct pb_archive *a, const struct pb_reader *reader, bool past, bool *ret_known,
    struct pb_error *err)
{
	const char *id = pb_reader_id(reader);
	size_t index = pb_readers_find(a->readers, id);

	*ret_known = index < a->readers->count;
	if (!*ret_known)
		return PB_OK;
	if (!is_same(&a->readers->reader[index], reader))
		return pb_fail(err, PB_EEXIST, N_("add a reader"),
		    N_("a reader has this id, under another certificate"), "%s", id);
	return past ? PB_OK
		    : pb_fail(err, PB_EEXIST, N_("add a reader"),
			  N_("the holder of this key is a reader already"), "%s", id);
}

enum pb_status
pb_reader_add(struct pb_archive *a, const void *pem, size_t len, const char *role, bool past,
    char ret_id[PB_READER_ID_SIZE], struct pb_error *err)
{
	struct change change = { .readers = NULL };
	enum pb_status status = begin(a, &change, err);
	struct pb_reader *reader = NULL;
	bool known = false, made = false;

	if (status == PB_OK)
		status = pb_reader_from_pem(pem, len, &reader, err);
	change.add = reader;
	if (status == PB_OK)
		status = check_new(a, reader, past, &known, err);
	if (status == PB_OK && past)
		status = hand_over(a, &change, reader, err);
	if (status == PB_OK && !known)
		status = put(&change, role, err);
	if (status == PB_OK && !known)
		status = pb_reader_file_certificate(a, reader, &made, err);
	if (status == PB_OK) {
		(void)snprintf(ret_id, PB_READER_ID_SIZE, "%s", pb_reader_id(reader));
		if (known) {
			pb_reader_free(change.add);
			change.add = NULL;
		}
		status = commit(a, &change, err);
		if (status != PB_OK && !unsure(a) && made)
			pb_reader_file_remove(a, ret_id, ".pem");
	}
	done(&change);
	return status;
}

enum pb_status
pb_reader_add_new(struct pb_archive *a, const char *path, const char *role, bool past,
    char ret_id[PB_READER_ID_SIZE], char ret_code[PB_CODE_SIZE], struct pb_error *err)
{
	const struct pb_files *files = a->world->files;
	int64_t now_us = a->world->clock->now_us(a->world->clock->ctx);
	struct pb_buf key = PB_BUF_EMPTY, certificate = PB_BUF_EMPTY;
	char name[32], code[PB_CODE_SIZE];
	enum pb_status status = pb_code_make(a->world->random, code, err);

	(void)snprintf(name, sizeof(name), "probant %s", role);
	if (status == PB_OK)
		status = pb_reader_generate(
		    name, now_us / 1000000, code, strlen(code), &key, &certificate, err);
	if (status == PB_OK && pb_buf_append(&key, certificate.data, certificate.len) != PB_OK)
		status = pb_fail_memory(err, N_("write a reader's key"));
	if (status == PB_OK)
		status = pb_io_create_file(files, path, key.data, key.len, err);
	if (status == PB_OK) {
		bool stopped = a->stopped;

		status =
		    pb_reader_add(a, certificate.data, certificate.len, role, past, ret_id, err);
		if (status == PB_OK)
			memcpy(ret_code, code, sizeof(code));
		else if (stopped || (status != PB_ESTOPPED && status != PB_EIO))
			(void)files->unlink(files->ctx, path);
	}
	pb_buf_wipe(&key);
	pb_buf_done(&key);
	pb_buf_done(&certificate);
	pb_wipe(code, sizeof(code));
	return status;
}

/* ---- remove --------------------------------------------------------------------------------- */

static enum pb_status
find(const struct pb_readers *readers, const char *id, size_t *ret_index, struct pb_error *err)
{
	*ret_index = pb_readers_find(readers, id);
	if (*ret_index == readers->count) {
		(void)pb_fail(
		    err, PB_ENOENT, N_("remove a reader"), N_("no reader has this id"), "%s", id);
		return pb_fail_todo(err, PB_ENOENT, N_("`probant key list` shows the ids"));
	}
	if (readers->count == 1)
		return pb_fail(err, PB_EINVAL, N_("remove a reader"),
		    N_("he is the last one: nobody could open what comes next"), "%s", id);
	return PB_OK;
}

enum pb_status
pb_reader_remove(struct pb_archive *a, const char *id, struct pb_error *err)
{
	struct change change = { .readers = NULL };
	enum pb_status status = begin(a, &change, err);
	char gone[PB_READER_ID_SIZE];
	size_t index;

	if (status == PB_OK && pb_readers_find(a->readers, id) == a->readers->count &&
	    pb_reader_file_is_kept(a, id)) {
		/* An earlier call was cut short behind its commit: what is left of it. */
		done(&change);
		status = pb_reader_file_may_go(a, a->readers, id, err);
		return status == PB_OK ? pb_reader_file_destroy(a, id, err) : status;
	}
	if (status == PB_OK)
		status = find(a->readers, id, &index, err);
	if (status == PB_OK) {
		(void)snprintf(gone, sizeof(gone), "%s", a->readers->reader[index].id);
		take_out(&change, index);
		if (pb_reader_file_is_kept(a, gone))
			status = pb_reader_file_may_go(a, change.readers, gone, err);
	}
	if (status == PB_OK) {
		status = commit(a, &change, err);
		if (status != PB_OK)
			(void)unsure(a);
	}
	if (status == PB_OK && pb_reader_file_is_kept(a, gone))
		status = pb_reader_file_destroy(a, gone, err);
	done(&change);
	return status;
}

/* ---- rotate --------------------------------------------------------------------------------- */

/* The reader whose key is kept here; count if there is none. */
static size_t
find_kept(const struct pb_archive *a)
{
	size_t i;

	for (i = 0; i < a->readers->count; i++)
		if (pb_reader_file_is_kept(a, a->readers->reader[i].id))
			break;
	return i;
}

/* The new pair into readers/, before the log tells of it: else nobody could open what comes. */
static enum pb_status
make_kept(struct pb_archive *a, const char *passphrase, size_t passphrase_len,
    struct change *change, struct pb_error *err)
{
	int64_t now_us = a->world->clock->now_us(a->world->clock->ctx);
	struct pb_buf key = PB_BUF_EMPTY, certificate = PB_BUF_EMPTY;
	enum pb_status status;
	bool made;

	status = pb_reader_generate("probant reader", now_us / 1000000, passphrase, passphrase_len,
	    &key, &certificate, err);
	if (status == PB_OK)
		status = pb_reader_from_pem(certificate.data, certificate.len, &change->add, err);
	if (status == PB_OK)
		status = hand_over(a, change, change->add, err);
	if (status == PB_OK)
		status = pb_reader_file_certificate(a, change->add, &made, err);
	if (status == PB_OK)
		status = pb_reader_file_key(a, pb_reader_id(change->add), &key, err);
	pb_buf_wipe(&key);
	pb_buf_done(&key);
	pb_buf_done(&certificate);
	return status;
}

enum pb_status
pb_reader_rotate(struct pb_archive *a, const char *passphrase, size_t passphrase_len,
    char ret_id[PB_READER_ID_SIZE], struct pb_error *err)
{
	char old[PB_READER_ID_SIZE] = "", id[PB_READER_ID_SIZE];
	struct change change = { .readers = NULL };
	enum pb_status status = begin(a, &change, err);
	size_t kept = find_kept(a);

	if (status == PB_OK)
		status = make_kept(a, passphrase, passphrase_len, &change, err);
	if (status != PB_OK) {
		if (change.add != NULL) {
			pb_reader_file_remove(a, pb_reader_id(change.add), ".key");
			pb_reader_file_remove(a, pb_reader_id(change.add), ".pem");
		}
		goto out;
	}
	(void)snprintf(id, sizeof(id), "%s", pb_reader_id(change.add));
	if (kept < a->readers->count) {
		(void)snprintf(old, sizeof(old), "%s", a->readers->reader[kept].id);
		take_out(&change, kept);
	}
	status = put(&change, "reader", err);
	if (status == PB_OK)
		status = commit(a, &change, err);
	if (status != PB_OK && !unsure(a)) {
		pb_reader_file_remove(a, id, ".key");
		pb_reader_file_remove(a, id, ".pem");
	}
	if (status == PB_OK && old[0] != '\0')
		status = pb_reader_file_destroy(a, old, err);
	if (status == PB_OK)
		memcpy(ret_id, id, sizeof(id));
out:
	done(&change);
	return status;
}
