/* What a newer state of the same log says was destroyed. */
#ifndef PB_COPIES_LEDGER_H
#define PB_COPIES_LEDGER_H

#include "core/runs.h"
#include "core/world.h"
#include "probant/status.h"

/*
 * dir: the archive that came back.  place: an archive, a copy or a backup; a file is unpacked into
 * `work`, which is removed again.  ret_size: its records; ret_gone: all that its records of type
 * 8 name, into an empty set.  PB_EINVAL: it is of another log, of another history, or older;
 * PB_ECORRUPT: it is damaged, so that it may know of more.
 */
enum pb_status pb_ledger_read(const struct pb_files *files, const char *dir, const char *place,
    const char *work, uint64_t *ret_size, struct pb_runs *ret_gone,
    struct pb_error *err) PB_MUST_CHECK;

/* Where this log ends, each commit checked under the key that its record 0 states. */
enum pb_status pb_ledger_size(const struct pb_files *files, const char *dir, uint64_t *ret_size,
    struct pb_error *err) PB_MUST_CHECK;

#endif
