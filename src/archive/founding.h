/* What record 0 states: the log's name and key, and its readers (FORMAT 3). */
#ifndef PB_ARCHIVE_FOUNDING_H
#define PB_ARCHIVE_FOUNDING_H

#include "core/limits.h"
#include "core/world.h"
#include "crypto/reader.h"
#include "log/note.h"

struct pb_founded_reader {
	char id[2 * PB_READER_ID_MAX + 1];
	uint8_t fingerprint[32]; /* SHA-256 of his certificate */
	char role[16];
};

/* Behind the origin, the name of the key that signs bundles (FORMAT 5.4). */
#define PB_FOUNDED_EXPORT "/export"

/* A root under which an authority stood when the archive was made. */
struct pb_founded_root {
	uint8_t sha256[32];
	bool local;
};

struct pb_founded {
	char origin[PB_LIMIT_ORIGIN + 1];
	struct pb_note_verifier verifier;
	struct pb_founded_reader reader[PB_LIMIT_READERS];
	size_t reader_count;
	char recovery[16];
	bool has_export_key; /* else it cannot export */
	struct pb_note_verifier export_key;
	struct pb_founded_root tsa_root[PB_LIMIT_TSA_ROOTS];
	size_t tsa_root_count;
};

/*
 * Read record 0 of the archive.  PB_ECORRUPT: it is missing (an `init` that was
 * interrupted) or does not open to what its leaf commits to.
 */
enum pb_status pb_founded_read(const struct pb_files *files, const char *dir,
    struct pb_founded *ret_founded, struct pb_error *err) PB_MUST_CHECK;

/*
 * A stated reader's certificate from readers/, if it is the one that record 0
 * names.  PB_ECORRUPT: another one stands there.
 */
enum pb_status pb_founded_certificate(const struct pb_files *files, const char *dir,
    const struct pb_founded_reader *stated, struct pb_reader **ret_reader,
    struct pb_error *err) PB_MUST_CHECK;

#endif
