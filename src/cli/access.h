/* What commands share: which archive, which key, and the access record before anything is shown. */
#ifndef PB_CLI_ACCESS_H
#define PB_CLI_ACCESS_H

#include "archive/reading.h"
#include "cli/command.h"
#include "core/buf.h"
#include "crypto/reader.h"
#include "probant/archive.h"

/* --archive, else PROBANT_ARCHIVE; NULL after an error was printed. */
const char *pb_access_archive(const struct pb_options *options);

/* pb_archive_open, which tells a person on a terminal that it waits for another command. */
enum pb_status pb_access_writer(const struct pb_world *world, const char *dir,
    const struct pb_reader_key *key, struct pb_archive **ret_archive,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * Nothing may stand where a file is to be written (PB_EEXIST): seen before somebody types a secret.
 * path NULL: there is none to be written.
 */
enum pb_status pb_access_absent(
    const struct pb_world *world, const char *path, struct pb_error *err) PB_MUST_CHECK;

/* A file to be written whose name is taken (PB_EEXIST) gets its advice; any other status passes. */
enum pb_status pb_access_taken(enum pb_status status, struct pb_error *err);

/* The reader key: --reader-key, else the one that the archive keeps; its secret is asked for. */
enum pb_status pb_access_key(const struct pb_world *world, const struct pb_options *options,
    const char *dir, struct pb_reader_key **ret_key, struct pb_error *err) PB_MUST_CHECK;

/* An archive opened to be read, with its access record in the log already. */
struct pb_access {
	const char *dir; /* borrowed */
	struct pb_reader_key *key;
	struct pb_archive *archive;
	struct pb_reading *reading;
	uint64_t size; /* records before the access record */
};

/*
 * Ask for the purpose, open, and commit the access record {command, what, first
 * .. last}; last PB_NO_SEQ: the newest.  Without that record nothing is read
 * (PB_EINVAL: no purpose was given).
 */
enum pb_status pb_access_open(const struct pb_world *world, const struct pb_options *options,
    const char *command, const char *what, uint64_t first, uint64_t last,
    struct pb_access *ret_access, struct pb_error *err) PB_MUST_CHECK;

/* What was searched for: it goes into the envelope of the access record, sealed. */
struct pb_access_queries {
	const char *const *text;
	size_t count;
};

/* pb_access_open of all records, by the command "find". */
enum pb_status pb_access_open_search(const struct pb_world *world, const struct pb_options *options,
    const char *what, const struct pb_access_queries *queries, struct pb_access *ret_access,
    struct pb_error *err) PB_MUST_CHECK;

/* One more access record of a search that goes on, before more is answered. */
enum pb_status pb_access_search(struct pb_access *access, const struct pb_options *options,
    const char *what, const struct pb_access_queries *queries, struct pb_error *err) PB_MUST_CHECK;

/* Where the local authority is the only one it stamps at once, since that waits for nobody. */
enum pb_status pb_access_stamp(struct pb_archive *archive, struct pb_error *err) PB_MUST_CHECK;

/*
 * End what added records: pb_access_stamp, then publish and close.  PB_OK, or what went wrong at
 * the end: what was acknowledged is safe either way.
 */
enum pb_status pb_access_finish(struct pb_archive *archive, struct pb_error *err);

/* The same for an access. */
enum pb_status pb_access_close(struct pb_access *access, struct pb_error *err);

#endif
