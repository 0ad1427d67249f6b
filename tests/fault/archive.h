/* An archive of a fictitious practice and mail for it, for the fault and tampering tests. */
#ifndef PB_FAULT_ARCHIVE_H
#define PB_FAULT_ARCHIVE_H

#include "archive/intake.h"
#include "archive/reading.h"
#include "capture/import.h"
#include "core/buf.h"
#include "crypto/digest.h"
#include "lib/world.h"
#include "probant/archive.h"

#define PASSPHRASE "phrase fictive"
#define MAX_KEPT 64

/* A world whose clock and random numbers are the tests', over whichever files. */
struct fault_world {
	struct test_clock clock;
	struct test_random random;
	struct pb_world world;
};
void fault_world_init(struct fault_world *w, const struct pb_files *files, uint64_t seed);

/* `dir` with record 0; a panic if that fails. */
void fault_create(const struct pb_world *world, const char *dir);
struct pb_reader_key *fault_key(const struct pb_world *world, const char *dir);
/* The trust file, and log/checkpoint as it stands. */
void fault_trust(const struct pb_world *world, const char *dir, struct pb_buf *ret_trust);
void fault_checkpoint(const struct pb_world *world, const char *dir, struct pb_buf *ret_note);

/* What was acknowledged: with the digest of the bytes as they were handed in. */
struct fault_kept {
	size_t count;
	uint64_t seq[MAX_KEPT];
	uint8_t sha256[MAX_KEPT][PB_DIGEST_LEN];
};

/*
 * Open, import the messages at paths, close.  Receipts are added to kept as
 * they come.  live: a commit for each message.
 */
enum pb_status fault_import(const struct pb_world *world, const char *dir,
    const struct pb_reader_key *key, char *const *paths, size_t count, bool live,
    struct fault_kept *kept, struct pb_error *err);

/*
 * A commit of `count` small records of the archive's own making, `number` in
 * each; into an open archive, without files.
 */
enum pb_status fault_commit(struct pb_archive *archive, const struct pb_world *world,
    const char *dir, unsigned number, size_t count, struct fault_kept *kept, struct pb_error *err);

/*
 * After a fault: opens again by itself, holds all that was acknowledged, byte
 * for byte, and verifies against trust and the checkpoint held outside.
 * Answers NULL, or what is wrong, in a static buffer.
 */
const char *fault_after(const struct pb_world *world, const char *dir,
    const struct pb_reader_key *key, const struct pb_buf *trust, const struct pb_buf *against,
    const struct fault_kept *kept);

/* Copy a directory of the real file system, file by file. */
void fault_copy(const char *from, const char *to);

#endif
