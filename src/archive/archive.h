/* The inside of a struct pb_archive, for the files of this room alone. */
#ifndef PB_ARCHIVE_ARCHIVE_H
#define PB_ARCHIVE_ARCHIVE_H

#include "archive/head.h"
#include "archive/tiling.h"
#include "crypto/ed25519.h"
#include "crypto/reader.h"
#include "log/note.h"
#include "probant/archive.h"
#include "record/seal.h"
#include "vault/append.h"

struct pb_authorities; /* archive/authorities.h */
struct pb_readers;     /* archive/readers.h */
struct pb_handover;    /* archive/keyring.h */

/* What record 0 states beyond its segment (FORMAT 3). */
struct pb_founding {
	const struct pb_reader *reader[2]; /* borrowed */
	const char *role[2];
	size_t count;
	const char *recovery;
	const char *export_key; /* verifier key */
	const struct pb_authorities *authorities;
};

/*
 * Invariants:
 * 1. lock_fd holds the exclusive lock as long as the structure lives, but for the time between
 *    pb_archive_let_go and pb_archive_take_up (archive/lock.h), when stopped is set.
 * 2. head is what the vault holds durably; it moves only after the commit point.
 * 3. append, if not NULL, has a segment key in memory; its committed end is head.end
 *    unless it holds no commit yet.
 * 4. Once stopped is set nothing is written any more.
 */
struct pb_archive {
	const struct pb_world *world;
	char *dir;
	int lock_fd;
	char origin[PB_LIMIT_ORIGIN + 1];
	struct pb_ed25519 *log_key;
	struct pb_note_verifier verifier;
	bool has_export_key; /* record 0 states one */
	struct pb_note_verifier export_verifier;
	struct pb_reader *reader[PB_LIMIT_READERS];
	size_t reader_count;
	struct pb_readers
	    *readers; /* owned: the same as the log states them; NULL before record 0 */
	const struct pb_handover *handover; /* borrowed; while the readers change */
	bool renew;                         /* the next commit begins a segment */
	const struct pb_reader_key *key;    /* borrowed; may be NULL */
	struct pb_head head;
	struct pb_append *append; /* NULL until the first commit needs it */
	uint64_t append_created_s;
	/* Of the segment that was in use when the lock was let go of: who holds no reader key
	 * goes on with it, unless others began a newer one.  Or NULL. */
	struct pb_secret *kept_key;
	char kept_segment[PB_SEGMENT_NAME_LEN + 1];
	struct pb_sealer *own_sealer;         /* NULL: it was not needed since pb_archive_rest */
	uint8_t before_sha256[PB_DIGEST_LEN]; /* of the segment before, while append is empty */
	const struct pb_founding *founding;   /* borrowed; while record 0 is not committed */
	int64_t published_us;                 /* monotonic; when log/checkpoint was written last */
	uint64_t published_size;
	uint64_t saved_size; /* of the frontier file */
	struct pb_tiling tiling;
	/* Told of each segment that closes, while it is still open; NULL: nobody is. */
	void (*closing)(void *ctx, const struct pb_archive *archive);
	/* Told of each commit behind it; what is kept of these (record/sealed.h) may be taken. */
	void (*grown)(void *ctx, const struct pb_archive *archive, struct pb_sealed *const *items,
	    size_t count);
	void *watch_ctx; /* of both */
	bool stopped;
};

/* What opening and creating hand to pb_archive_new; all of it is taken on PB_OK alone. */
struct pb_archive_parts {
	int lock_fd;
	const char *origin;
	struct pb_ed25519 *log_key;
	struct pb_reader *reader[PB_LIMIT_READERS];
	size_t reader_count;
};

/* The structure around them, with the head of an empty log. */
enum pb_status pb_archive_new(const struct pb_world *world, const char *dir,
    const struct pb_archive_parts *parts, struct pb_archive **ret_archive,
    struct pb_error *err) PB_MUST_CHECK;

/* For the archive's own records; borrowed, until pb_archive_rest. */
enum pb_status pb_archive_sealer(
    struct pb_archive *archive, struct pb_sealer **ret_sealer, struct pb_error *err) PB_MUST_CHECK;

/* Held, but nothing is written for a while: what only that needs, of memory, is given back. */
void pb_archive_rest(struct pb_archive *archive);

/* Release without publishing. */
void pb_archive_drop(struct pb_archive *archive);

#endif
