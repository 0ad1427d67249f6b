/* What the taking of a snapshot remembers; for snapshot.c and snapshot_vault.c alone. */
#ifndef PB_COPIES_SNAPSHOT_STATE_H
#define PB_COPIES_SNAPSHOT_STATE_H

#include "archive/founding.h"
#include "copies/snapshot.h"
#include "vault/frames.h"

struct pb_taking {
	const struct pb_world *world;
	const char *dir;
	const struct pb_copy_sink *sink;
	struct pb_founded *founded;
	struct pb_snapshot *snapshot;
	char (*names)[PB_SEGMENT_NAME_LEN + 1];
	size_t count;
	size_t slots_done;   /* segments whose slots the sink has */
	struct pb_buf slots; /* of the newest */
};

/* These octets, or a file of the archive as long as it is now (PB_ENOENT: it is gone), to the sink.
 */
enum pb_status pb_snapshot_data(struct pb_taking *t, const char *path, enum pb_copied_kind kind,
    const struct pb_buf *data, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_snapshot_file(struct pb_taking *t, const char *path, enum pb_copied_kind kind,
    struct pb_error *err) PB_MUST_CHECK;

/* keys/ and vault/, and how many records they hold. */
enum pb_status pb_snapshot_vault(struct pb_taking *t, struct pb_error *err) PB_MUST_CHECK;

#endif
