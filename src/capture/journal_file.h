/* The file `imports` itself: its head, and where its entries stand.  Of the journal's own files. */
#ifndef PB_CAPTURE_JOURNAL_FILE_H
#define PB_CAPTURE_JOURNAL_FILE_H

#include "capture/journal_key.h"
#include "capture/seen.h"

/*
 * "PBIMPRT1" || u64 settled || u64 size || the beginning of the commitment of record size-1 ||
 * MAC || zeros, then entries: the beginning of a commitment || source || message.
 *
 * Invariants:
 * 1. The first `settled` entries are of records that the log held at `size`; `last` of them is
 *    that of record size-1.  One whose record's secret was destroyed is zeros, and tells nothing.
 * 2. Those behind were noted since, in the order in which they were handed in.
 * 3. A head without the machine key's MAC is not believed: one octet of `settled` would turn
 *    entries that were never committed into acknowledged ones.
 */
struct pb_journal {
	const struct pb_files *files;
	char *path;
	int fd;
	struct pb_journal_key key;
	bool resume;
	bool loaded;
	struct pb_seen messages; /* MARK_LEN of each */
	struct pb_seen pairs;    /* if resume: of source and message */
	uint64_t count;          /* entries */
	uint64_t settled;
	uint64_t size;
	uint8_t last[PB_JOURNAL_KEY_LEN];
	bool moved;       /* settled, since the head was written */
	bool disbelieved; /* what was there */
};

/* Where an entry stands. */
uint64_t pb_journal_place_of(uint64_t entry);

/*
 * The head; *ret_sound false: there is none of ours, or not the entries that it speaks of.
 * *ret_len: of what there is of it.
 */
enum pb_status pb_journal_read_head(
    struct pb_journal *j, bool *ret_sound, size_t *ret_len, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_journal_write_head(struct pb_journal *j, struct pb_error *err) PB_MUST_CHECK;

/* What was settled since the head was written: the commitment of the last stands in its entry. */
enum pb_status pb_journal_settle(struct pb_journal *j, struct pb_error *err) PB_MUST_CHECK;

enum pb_status pb_journal_cut_to(
    struct pb_journal *j, uint64_t count, struct pb_error *err) PB_MUST_CHECK;

/* Nothing is known: entries begin with the records behind those that the log has now. */
enum pb_status pb_journal_begin_anew(
    struct pb_journal *j, uint64_t size, struct pb_error *err) PB_MUST_CHECK;
/* The same, of one that was there and does not hold. */
enum pb_status pb_journal_disbelieve(
    struct pb_journal *j, uint64_t size, struct pb_error *err) PB_MUST_CHECK;

#endif
