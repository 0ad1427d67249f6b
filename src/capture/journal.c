#include "capture/journal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "capture/journal_file.h"
#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"

#define KEY_LEN PB_IMPORTS_KEY_LEN
#define ENTRY_LEN PB_IMPORTS_ENTRY_LEN
#define MARK_LEN 8 /* of a message's key: what is held in memory */
#define BATCH 1024 /* entries read or written at a time */

static const char NOTING[] = N_("note what is imported");

/* ---- what the log bears out ----------------------------------------------------------------- */

struct bearing {
	const struct pb_journal *journal;
	uint8_t *entry; /* those that were not settled */
	size_t count;
	bool *borne;
	size_t at;         /* they were handed in in this order, so they stand in the log in it */
	uint64_t seq;      /* of the record at hand */
	uint64_t last_seq; /* of the last one that was borne out */
	bool fits;
};

static bool
bear_out(void *arg, const uint8_t *commitment)
{
	struct bearing *b = arg;
	bool first = b->seq + 1 == b->journal->size;
	size_t i;

	if (first && b->journal->settled > 0)
		b->fits = memcmp(commitment, b->journal->last, KEY_LEN) == 0;
	for (i = b->at; !first && i < b->count; i++)
		if (memcmp(commitment, b->entry + i * ENTRY_LEN, KEY_LEN) == 0) {
			b->borne[i] = true;
			b->at = i + 1;
			b->last_seq = b->seq;
			break;
		}
	b->seq++;
	return b->fits && b->at < b->count;
}

/* Entries that the log does not have were never committed: those that it has close up. */
static enum pb_status
keep_borne(struct pb_journal *j, const struct bearing *b, struct pb_error *err)
{
	size_t kept = 0, i;
	enum pb_status status;

	for (i = 0; i < b->count; i++)
		if (b->borne[i])
			memmove(b->entry + kept++ * ENTRY_LEN, b->entry + i * ENTRY_LEN, ENTRY_LEN);
	status = pb_io_pwrite(j->files, j->fd, j->path, b->entry, kept * ENTRY_LEN,
	    pb_journal_place_of(j->settled), err);
	if (status == PB_OK)
		status = pb_journal_cut_to(j, j->settled + kept, err);
	/* Or a power cut could leave what was never committed where the head says it was. */
	if (status == PB_OK && b->count > 0)
		status = pb_io_sync(j->files, j->fd, j->path, err);
	if (status == PB_OK && kept > 0) {
		j->settled += kept;
		j->size = b->last_seq + 1;
		j->moved = true;
	}
	return status == PB_OK ? pb_journal_settle(j, err) : status;
}

/*
 * Hold the journal against the log: is it of this log, and which of its last entries were
 * committed before the process that wrote them ended?
 */
static enum pb_status
hold_against(struct pb_journal *j, const struct pb_journal_log *log, struct pb_error *err)
{
	uint64_t open = j->count - j->settled;
	struct bearing b = { .journal = j, .seq = j->size - 1, .fits = true };
	enum pb_status status = PB_OK;

	if (j->size > log->size || open > PB_LIMIT_IMPORTS)
		return pb_journal_disbelieve(j, log->size, err);
	b.count = (size_t)open;
	b.entry = malloc(b.count * ENTRY_LEN + 1);
	b.borne = calloc(b.count + 1, sizeof(b.borne[0]));
	if (b.entry == NULL || b.borne == NULL)
		status = pb_fail_memory(err, NOTING);
	if (status == PB_OK)
		status = pb_io_pread_exact(j->files, j->fd, j->path, b.entry, b.count * ENTRY_LEN,
		    pb_journal_place_of(j->settled), err);
	if (status == PB_OK)
		status = log->walk(log->ctx, j->size - 1, bear_out, &b, err);
	if (status == PB_OK)
		status = b.fits ? keep_borne(j, &b, err) : pb_journal_disbelieve(j, log->size, err);
	free(b.entry);
	free(b.borne);
	return status;
}

/* ---- into memory ---------------------------------------------------------------------------- */

/* The older half goes where there are too many: entries move down, all of them true on the way. */
static enum pb_status
forget_older(struct pb_journal *j, struct pb_error *err)
{
	uint64_t kept = PB_LIMIT_IMPORTS / 2, first = j->count - kept, i;
	uint8_t batch[BATCH * ENTRY_LEN];
	enum pb_status status = PB_OK;
	size_t n;

	for (i = 0; status == PB_OK && i < kept; i += n) {
		n = kept - i < BATCH ? (size_t)(kept - i) : BATCH;
		status = pb_io_pread_exact(j->files, j->fd, j->path, batch, n * ENTRY_LEN,
		    pb_journal_place_of(first + i), err);
		if (status == PB_OK)
			status = pb_io_pwrite(j->files, j->fd, j->path, batch, n * ENTRY_LEN,
			    pb_journal_place_of(i), err);
	}
	if (status != PB_OK)
		return status;
	j->settled = kept;
	status = pb_journal_write_head(j, err);
	return status == PB_OK ? pb_journal_cut_to(j, kept, err) : status;
}

/* What stands for both: each is as good as random, and nobody without the key can choose it. */
static void
pair_of(const uint8_t source[KEY_LEN], const uint8_t message[KEY_LEN], uint8_t out[KEY_LEN])
{
	size_t i;

	for (i = 0; i < KEY_LEN; i++)
		out[i] = source[i] ^ message[i];
}

static enum pb_status
load_entry(struct pb_journal *j, const uint8_t entry[ENTRY_LEN], struct pb_error *err)
{
	enum pb_status status = pb_seen_add(&j->messages, entry + 2 * KEY_LEN, err);
	uint8_t pair[KEY_LEN];

	if (status != PB_OK || !j->resume)
		return status;
	pair_of(entry + KEY_LEN, entry + 2 * KEY_LEN, pair);
	return pb_seen_add(&j->pairs, pair, err);
}

/* With the first message, unless it will be asked: what has none to import pays nothing. */
static enum pb_status
load(struct pb_journal *j, struct pb_error *err)
{
	uint8_t batch[BATCH * ENTRY_LEN];
	enum pb_status status = PB_OK;
	uint64_t i;
	size_t n, k;

	if (j->loaded)
		return PB_OK;
	if (j->count > PB_LIMIT_IMPORTS)
		status = forget_older(j, err);
	if (status == PB_OK)
		status = pb_seen_reserve(&j->messages, (size_t)j->count, err);
	for (i = 0; status == PB_OK && i < j->count; i += n) {
		n = j->count - i < BATCH ? (size_t)(j->count - i) : BATCH;
		status = pb_io_pread_exact(
		    j->files, j->fd, j->path, batch, n * ENTRY_LEN, pb_journal_place_of(i), err);
		for (k = 0; status == PB_OK && k < n; k++)
			pb_seen_expect(&j->messages, batch + k * ENTRY_LEN + 2 * KEY_LEN);
		for (k = 0; status == PB_OK && k < n; k++)
			status = load_entry(j, batch + k * ENTRY_LEN, err);
	}
	j->loaded = status == PB_OK;
	return status;
}

static enum pb_status
open_file(struct pb_journal *j, const struct pb_journal_log *log, struct pb_error *err)
{
	bool sound = false;
	size_t len = 0;
	enum pb_status status;

	status = pb_io_open(j->files, j->path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600, &j->fd, err);
	if (status == PB_OK)
		status = pb_journal_read_head(j, &sound, &len, err);
	if (status == PB_OK && sound)
		status = hold_against(j, log, err);
	else if (status == PB_OK)
		status = len > 0 ? pb_journal_disbelieve(j, log->size, err)
				 : pb_journal_begin_anew(j, log->size, err);
	return status == PB_OK && j->resume ? load(j, err) : status;
}

enum pb_status
pb_journal_open(const struct pb_world *world, const char *dir, const struct pb_journal_log *log,
    bool resume, struct pb_journal **ret_journal, struct pb_error *err)
{
	struct pb_journal *j = calloc(1, sizeof(*j));
	enum pb_status status;

	if (j == NULL)
		return pb_fail_memory(err, NOTING);
	j->files = world->files;
	j->fd = -1;
	j->resume = resume;
	pb_seen_init(&j->messages, MARK_LEN);
	pb_seen_init(&j->pairs, KEY_LEN);
	status = (j->path = pb_path_join(dir, PB_IMPORTS_FILE)) == NULL
		     ? pb_fail_memory(err, NOTING)
		     : PB_OK;
	if (status == PB_OK)
		status = pb_journal_key_init(&j->key, world, dir, err);
	if (status == PB_OK)
		status = open_file(j, log, err);
	if (status != PB_OK) {
		pb_journal_close(j);
		return status;
	}
	*ret_journal = j;
	return PB_OK;
}

/* ---- asking and noting ---------------------------------------------------------------------- */

enum pb_status
pb_journal_source(struct pb_journal *journal, const struct pb_message_origin *origin,
    uint8_t out[KEY_LEN], struct pb_error *err)
{
	return pb_journal_key_source(&journal->key, origin, out, err);
}

bool
pb_journal_disbelieved(const struct pb_journal *journal)
{
	return journal->disbelieved;
}

enum pb_status
pb_journal_has(struct pb_journal *journal, const uint8_t source[KEY_LEN],
    const struct pb_sealed *sealed, bool *ret_has, struct pb_error *err)
{
	uint8_t message[KEY_LEN], pair[KEY_LEN];
	enum pb_status status = pb_journal_key_message(&journal->key, sealed, message, err);

	if (status != PB_OK)
		return status;
	pair_of(source, message, pair);
	*ret_has = pb_seen_has(&journal->pairs, pair);
	return PB_OK;
}

enum pb_status
pb_journal_note(struct pb_journal *journal, const uint8_t source[KEY_LEN],
    const struct pb_sealed *sealed, bool *ret_second, struct pb_error *err)
{
	struct pb_journal *j = journal;
	uint8_t entry[ENTRY_LEN];
	enum pb_status status;
	bool second;

	memcpy(entry, sealed->commitment, KEY_LEN);
	memcpy(entry + KEY_LEN, source, KEY_LEN);
	status = pb_journal_key_message(&j->key, sealed, entry + 2 * KEY_LEN, err);
	if (status == PB_OK)
		status = load(j, err);
	if (status == PB_OK)
		status = pb_journal_settle(j, err);
	if (status != PB_OK)
		return status;
	pb_seen_expect(&j->messages, entry + 2 * KEY_LEN);
	status = pb_io_pwrite(
	    j->files, j->fd, j->path, entry, sizeof(entry), pb_journal_place_of(j->count), err);
	if (status != PB_OK)
		return status;
	second = pb_seen_has(&j->messages, entry + 2 * KEY_LEN);
	if (j->messages.count < PB_LIMIT_IMPORTS)
		status = pb_seen_add(&j->messages, entry + 2 * KEY_LEN, err);
	if (status != PB_OK)
		return status;
	j->count++;
	*ret_second = second;
	return PB_OK;
}

void
pb_journal_committed(struct pb_journal *journal, uint64_t seq)
{
	pb_assert(journal->settled < journal->count);
	journal->settled++;
	journal->size = seq + 1;
	journal->moved = true;
}

void
pb_journal_close(struct pb_journal *journal)
{
	if (journal == NULL)
		return;
	/* What fails here costs the next opening time, and is told then. */
	if (journal->fd >= 0 && pb_journal_settle(journal, NULL) != PB_OK)
		journal->moved = false;
	pb_io_close(journal->files, &journal->fd);
	pb_journal_key_done(&journal->key);
	pb_seen_done(&journal->messages);
	pb_seen_done(&journal->pairs);
	free(journal->path);
	free(journal);
}
