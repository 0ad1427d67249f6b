/* An archive that is coming back; for restore.c and restore_settle.c alone. */
#ifndef PB_COPIES_RESTORE_STATE_H
#define PB_COPIES_RESTORE_STATE_H

#include "archive/paths.h"
#include "copies/restore.h"
#include "copies/snapshot.h"

struct pb_restore {
	const struct pb_world *world;
	char *to;
	struct pb_path dir;  /* beside it, until it is whole */
	struct pb_path work; /* of a ledger */
	struct pb_snapshot snapshot;
	bool complete;
	bool has_private;
	bool finished;
};

/* Zero what is destroyed, and say what is not known. */
enum pb_status pb_restore_settle(struct pb_restore *r, const struct pb_reader_key *key,
    const char *ledger, struct pb_restored_seen *seen, struct pb_error *err) PB_MUST_CHECK;

#endif
