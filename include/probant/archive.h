/*
 * An archive: a directory that messages enter as sealed records of a hash-
 * chained log, acknowledged when durable under a signed checkpoint.
 */
#ifndef PROBANT_ARCHIVE_H
#define PROBANT_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probant/status.h"
#include "probant/verify.h"

/* Files, clock and random numbers, handed down from main (core/world.h). */
struct pb_world;
/* The operating system's.  Borrowed; for all threads. */
PB_API const struct pb_world *pb_sys_world(void);

/* Call once, before anything else, from one thread. */
PB_API enum pb_status pb_crypto_init(struct pb_error *err) PB_MUST_CHECK;

/* How an archive can be opened when the reader key or its passphrase is lost. */
enum pb_recovery {
	PB_RECOVERY_FILE, /* a second key, in a file that is kept off line */
	PB_RECOVERY_HEIR, /* somebody else's certificate */
	PB_RECOVERY_NONE  /* none, and the archive says so for ever */
};

struct pb_tsa_settings; /* probant/stamp.h */

struct pb_create_options {
	const char *origin_name; /* the log's name before its 8 random digits (FORMAT 2) */
	const char *passphrase;  /* of the reader key */
	size_t passphrase_len;
	const void *reader_pem; /* the reader's own certificate: no key is made for him; or NULL */
	size_t reader_len;
	enum pb_recovery recovery;
	const char *recovery_path; /* PB_RECOVERY_FILE: a new file, with key and certificate */
	const void *heir_pem;      /* PB_RECOVERY_HEIR: his certificate */
	size_t heir_len;
	const struct pb_tsa_settings *tsa; /* external authorities */
	size_t tsa_count;                  /* 0: the archive is its own (FORMAT 2.2) */
	bool tsa_rsa;                      /* whose key is RSA-3072, else P-256 */
};

struct pb_created {
	char origin[201];
	char reader_id[129];    /* hex of the subjectKeyIdentifier */
	char recovery_id[129];  /* or "" */
	char recovery_code[48]; /* opens recovery_path; shown once, stored nowhere; or "" */
	char verifier_key[320]; /* C2SP vkey of the log */
	char export_key[320];   /* and of the key that signs bundles */
	bool local_tsa;         /* it has an authority of its own */
	uint8_t local_root[32]; /* SHA-256 of whose root; else zeros */
};

/*
 * Make a new archive in dir, which must not exist or be empty: its log key and export
 * key, a reader key under the passphrase (or the reader's certificate), the recovery, the
 * timestamping authorities, and record 0, durable.  PB_EINVAL, PB_EDATA: an authority's settings or
 * roots.  PB_EEXIST: dir is not empty, or recovery_path exists.  On failure what was made is
 * removed again.
 */
PB_API enum pb_status pb_archive_create(const struct pb_world *world, const char *dir,
    const struct pb_create_options *options, struct pb_created *ret_created,
    struct pb_error *err) PB_MUST_CHECK;

struct pb_archive;
struct pb_reader_key;

/*
 * Open for writing, under the exclusive lock.  What a crash left is put in order
 * first (FORMAT 4): a torn tail goes to quarantine/ and is recorded.  key: a reader key,
 * borrowed until close, or NULL: then earlier segments cannot be read and a new
 * one begins.  PB_ELOCKED: another writer held it, and was waited for for ten seconds;
 * PB_EACCESS: modes of the directory or its files are too open; PB_ECORRUPT: the vault is older
 * than what it held before (rolled back), or is damaged before its end: nothing is written then.
 */
PB_API enum pb_status pb_archive_open(const struct pb_world *world, const char *dir,
    const struct pb_reader_key *key, struct pb_archive **ret_archive,
    struct pb_error *err) PB_MUST_CHECK;

/* The same with another patience: how long to wait for a writer that holds the archive. */
struct pb_patience {
	uint32_t limit_s;
	/* Called once, if it takes more than a second; may be NULL. */
	void (*waiting)(void *ctx);
	void *ctx;
};
PB_API enum pb_status pb_archive_open_patiently(const struct pb_world *world, const char *dir,
    const struct pb_reader_key *key, const struct pb_patience *patience,
    struct pb_archive **ret_archive, struct pb_error *err) PB_MUST_CHECK;

/* The reader key kept in dir (readers/), opened by its passphrase.  PB_EACCESS: wrong one. */
PB_API enum pb_status pb_archive_reader_key(const struct pb_world *world, const char *dir,
    const char *passphrase, size_t passphrase_len, struct pb_reader_key **ret_key,
    struct pb_error *err) PB_MUST_CHECK;
PB_API void pb_reader_key_free(struct pb_reader_key *key);

PB_API const char *pb_archive_origin(const struct pb_archive *archive); /* borrowed */
PB_API uint64_t pb_archive_size(const struct pb_archive *archive);      /* records */

/*
 * Publish the newest checkpoint with its tiles in log/, save the frontier,
 * release the lock.  The status tells about publishing: what was acknowledged is safe
 * either way.  NULL is fine.
 */
PB_API enum pb_status pb_archive_close(struct pb_archive *archive, struct pb_error *err);

struct pb_check_options {
	const void *trust; /* a trust file (C2SP tlog-policy), or NULL */
	size_t trust_len;
	const void *against; /* a checkpoint that the other side holds, or NULL */
	size_t against_len;
	/* PEM: the timestamping authorities that the verifier chose, or NULL. */
	const void *tsa_roots;
	size_t tsa_roots_len;
	int64_t now_s;                   /* for `sustained` (probant/verify.h); 0: not asked */
	const struct pb_reader_key *key; /* borrowed; NULL: sealed records stay closed */
	bool quick;                      /* open no sealed record, even with a key */
	unsigned threads;                /* beside the caller, that look at records; 0: none */
	/* Called now and then; may be NULL. */
	void (*progress)(void *ctx, uint64_t records, uint64_t bytes);
	void *progress_ctx;
};

/*
 * Verify everything in dir; takes no lock and writes nothing.  PB_OK whatever
 * it found; another status if it could not look (PB_EDATA: what was handed to it to verify with
 * cannot be read).
 */
PB_API enum pb_status pb_archive_check(const struct pb_world *world, const char *dir,
    const struct pb_check_options *options, struct pb_verification **ret_verification,
    struct pb_error *err) PB_MUST_CHECK;

/* What a glance without any key tells. */
struct pb_archive_status {
	char origin[201];
	uint64_t records;
	uint64_t segments;
	uint64_t vault_bytes;
	uint64_t last_time_s; /* local clock of the newest record */
	uint64_t published;   /* size of log/checkpoint; 0 if none */
	uint64_t quarantined; /* torn tails kept */
	uint64_t free_bytes;  /* of the file system */
	bool locked;          /* a writer is at work */
	bool torn; /* bytes behind the last commit: the next writer will put them in order */
	char verifier_key[320];
};

PB_API enum pb_status pb_archive_describe(const struct pb_world *world, const char *dir,
    struct pb_archive_status *ret_status, struct pb_error *err) PB_MUST_CHECK;

#endif
