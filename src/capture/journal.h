/*
 * Which messages were imported before: `imports` in the archive's directory (FORMAT 3.1).  Derived:
 * without it everything can be imported, and second arrivals of what it knew are not told.
 *
 * An entry is written before its record is handed in, so that none can be missing; whether
 * the record was committed, the log says when the archive is opened again.
 */
#ifndef PB_CAPTURE_JOURNAL_H
#define PB_CAPTURE_JOURNAL_H

#include "capture/origin.h"
#include "core/world.h"
#include "record/imports.h"
#include "record/sealed.h"

#define PB_JOURNAL_KEY_LEN PB_IMPORTS_KEY_LEN

struct pb_journal;

/* The leaves of the archive's log, for whoever opens a journal. */
struct pb_journal_log {
	void *ctx;
	uint64_t size;
	/* Call `each` with the commitment of every record from `from` on, in order, until it
	 * answers false or there are no more. */
	enum pb_status (*walk)(void *ctx, uint64_t from,
	    bool (*each)(void *arg, const uint8_t *commitment), void *arg, struct pb_error *err);
};

/*
 * Open that of the archive at dir, whose lock is held; make it, and the machine's key,
 * if they are not there.  One that is damaged or does not fit the log is begun anew.  resume: it
 * will be asked what it has.  Borrows files.
 */
enum pb_status pb_journal_open(const struct pb_world *world, const char *dir,
    const struct pb_journal_log *log, bool resume, struct pb_journal **ret_journal,
    struct pb_error *err) PB_MUST_CHECK;

/* What stands for a source: the file with its size and time, the entry, the place in the mbox. */
enum pb_status pb_journal_source(struct pb_journal *journal, const struct pb_message_origin *origin,
    uint8_t out[PB_JOURNAL_KEY_LEN], struct pb_error *err) PB_MUST_CHECK;

/* It was there, and was not believed: it is begun anew, and what was imported is not known. */
bool pb_journal_disbelieved(const struct pb_journal *journal);

/*
 * Was this message imported before from this source?  Only with `resume`; else false.  A path with
 * its size and time is no proof: other bytes may stand there, or stand there from elsewhere.
 */
enum pb_status pb_journal_has(struct pb_journal *journal, const uint8_t source[PB_JOURNAL_KEY_LEN],
    const struct pb_sealed *sealed, bool *ret_has, struct pb_error *err) PB_MUST_CHECK;

/* The record is about to be handed in.  *ret_second: a message of these bytes was before. */
enum pb_status pb_journal_note(struct pb_journal *journal, const uint8_t source[PB_JOURNAL_KEY_LEN],
    const struct pb_sealed *sealed, bool *ret_second, struct pb_error *err) PB_MUST_CHECK;

/* The oldest that was noted is durable as record `seq`. */
void pb_journal_committed(struct pb_journal *journal, uint64_t seq);

/* Note how far the log bears it out; what fails here costs the next opening time. */
void pb_journal_close(struct pb_journal *journal);

#endif
