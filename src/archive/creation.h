/* Within `init`: the archive that is being made. */
#ifndef PB_ARCHIVE_CREATION_H
#define PB_ARCHIVE_CREATION_H

#include "archive/archive.h"
#include "archive/authorities.h"

struct pb_creation {
	const struct pb_world *world;
	const char *dir;
	const struct pb_create_options *options;
	struct pb_created created;
	bool made_dir; /* it was not there before */
	bool made_rooms;
	bool made_recovery; /* options->recovery_path */
	struct pb_archive_parts parts;
	struct pb_founding founding;
	struct pb_authorities *authorities; /* owned */
};

/* The origin, from the options and 8 random digits. */
enum pb_status pb_creation_origin(struct pb_creation *c, struct pb_error *err) PB_MUST_CHECK;

/*
 * Into the rooms, which are there: the log's key, the export key, the readers, the
 * recovery, and the timestamping authorities.
 */
enum pb_status pb_creation_keys(struct pb_creation *c, struct pb_error *err) PB_MUST_CHECK;

#endif
