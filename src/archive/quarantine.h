/*
 * Quarantine: the bytes of a commit that was cut short are kept, as they are,
 * and the log says so.  They were never acknowledged; their secrets are destroyed,
 * so nobody can take them for a message that was kept.
 */
#ifndef PB_ARCHIVE_QUARANTINE_H
#define PB_ARCHIVE_QUARANTINE_H

#include "archive/replay.h"
#include "core/buf.h"

/*
 * Move a tail out of the vault.  What a crash after each call leaves, the
 * next opening finishes by doing the same again:
 *
 *   1. copy to quarantine/<segment>-<offset>-<digest>.seg.pending, synced
 *                                   tail still in the vault: copied again to the same name
 *   2. segment cut and synced       only the .pending file tells of it: it is recorded
 *
 * A segment without any commit goes as a whole.  The secrets of the tail go next
 * (pb_quarantine_slots, pb_quarantine_orphans): after the frames, so that a power cut
 * never leaves frames whose secrets are gone.
 */
enum pb_status pb_quarantine_tail(const struct pb_files *files, const char *dir,
    const struct pb_tail *tail, struct pb_error *err) PB_MUST_CHECK;

/*
 * Slots of the newest segment beyond its `records`: of a commit that was cut
 * short.  Zeroed, synced, cut.
 */
enum pb_status pb_quarantine_slots(const struct pb_files *files, const char *dir,
    const char *segment, uint64_t records, struct pb_error *err) PB_MUST_CHECK;

/*
 * Key files whose segment never became durable (a crash while it was begun): zeroed,
 * removed.  Only where the next segment would begin, at seq `size`.
 */
enum pb_status pb_quarantine_orphans(const struct pb_files *files, const char *dir,
    char (*names)[PB_SEGMENT_NAME_LEN + 1], size_t count, uint64_t size,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * The first tail that the log does not state yet: its file name in quarantine/
 * into ret_name, and its facts (JSON, FORMAT 4) appended to facts.  PB_EEND: none.
 */
enum pb_status pb_quarantine_pending(const struct pb_files *files, const char *dir,
    char ret_name[160], struct pb_buf *facts, struct pb_error *err) PB_MUST_CHECK;

/* The log states it now: the name loses its .pending. */
enum pb_status pb_quarantine_recorded(const struct pb_files *files, const char *dir,
    const char *name, struct pb_error *err) PB_MUST_CHECK;

#endif
