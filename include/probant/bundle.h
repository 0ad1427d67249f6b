/*
 * Evidence bundles: verified by whoever receives one, made by who holds an archive.
 */
#ifndef PROBANT_BUNDLE_H
#define PROBANT_BUNDLE_H

#include "probant/archive.h"

struct pb_bundle_check_options {
	const void *trust; /* a trust file (C2SP tlog-policy), or NULL */
	size_t trust_len;
	const void *tsa_roots; /* PEM: the authorities that the verifier chose, or NULL */
	size_t tsa_roots_len;
	const void *against; /* a checkpoint that the other side holds, or NULL */
	size_t against_len;
	int64_t now_s;    /* for `sustained`; 0: not asked */
	unsigned threads; /* beside the caller's; at most 8 */
	void (*progress)(void *ctx, uint64_t records, uint64_t bytes); /* may be NULL */
	void *progress_ctx;
};

/*
 * Verify a container or a bare package.  PB_OK whatever it found; another status if
 * it could not look (PB_EDATA: no ZIP at all).  Writes nothing; constant memory.
 */
PB_API enum pb_status pb_bundle_check(const struct pb_world *world, const char *path,
    const struct pb_bundle_check_options *options, struct pb_verification **ret_verification,
    struct pb_error *err) PB_MUST_CHECK;

/* What is to be disclosed of which records; later rules override. */
enum pb_export_what {
	PB_EXPORT_NONE,
	PB_EXPORT_FACTS,
	PB_EXPORT_HEADERS,
	PB_EXPORT_ALL,
	PB_EXPORT_PARTS
};
struct pb_export_rule {
	uint64_t first;
	uint64_t last;
	enum pb_export_what what;
	uint8_t parts[32]; /* PB_EXPORT_PARTS: a bit for each index */
};

/* A checkpoint, as a signed note, that the receiver holds. */
struct pb_export_held {
	const void *note;
	size_t len;
};

struct pb_export_options {
	const char *case_name; /* FORMAT 5.2 */
	const void *recipient; /* octets, or NULL */
	size_t recipient_len;
	bool has_range; /* else first and last are found from dates, or rules, or all */
	uint64_t first;
	uint64_t last;
	int64_t since_s; /* by when records were captured; INT64_MIN, INT64_MAX: open */
	int64_t until_s;
	const struct pb_export_rule *rule; /* none: everything of the range, whole */
	size_t rule_count;
	uint64_t as_of; /* a stamped size; 0: the first that covers the range, and no less
			   than is held */
	const struct pb_export_held *held; /* what `against` can be of who verifies; at most 16 */
	size_t held_count;
	const char *output; /* path of the container; as long as no authority stamped it, of the
			       package alone */
	void (*progress)(void *ctx, uint64_t records, uint64_t bytes); /* may be NULL */
	void *progress_ctx;
	/* Once it is whole: these were asked for and stay closed, since they do not open.  May be
	 * NULL. */
	void (*unopened)(void *ctx, uint64_t first, uint64_t last);
	void *unopened_ctx;
};

struct pb_exported {
	uint64_t first;
	uint64_t last;
	uint64_t size;
	uint64_t opened;
	uint64_t closed;
	uint64_t unopened;        /* of these, those that were asked for and do not open */
	uint64_t opened_messages; /* of these, those that are messages; 0 of pb_archive_seal */
	uint64_t opened_whole;    /* of these, those without a withheld part; the same */
	uint64_t closed_messages;
	uint64_t export_seq; /* the record that was committed before anything was shown */
	uint8_t package_sha256[32];
	bool sealed; /* in a container, with a token */
	char tsa[256];
	size_t refused_count; /* authorities that were asked in vain, when none stamped it */
	struct pb_error refused[16];
};

struct pb_http;

/*
 * Export from an archive that is open for writing, with its reader key.  A record that is stored as
 * the log states and yet does not open, as it was sealed, stays closed; one that is damaged fails
 * it (PB_ECORRUPT).  First the export record; then the package into output + ".partial", continued
 * if it stands there of the same export; then the container.  PB_EEXIST: output exists.
 * PB_EUNAVAIL: whole, but no authority stamped the package: it stands at `output` as a bare
 * package, for pb_archive_seal, and ret_exported says who refused.  Others may write to the archive
 * while authorities are asked. PB_ELOCKED: one of them did not end in time, or this export is at
 * work elsewhere; the same call goes on later, with the archive opened again.  Before anything is
 * recorded: PB_ECORRUPT if a checkpoint that is held is not of this log's history, PB_EINVAL if it
 * is of another log.
 */
PB_API enum pb_status pb_archive_export(struct pb_archive *archive, const struct pb_http *http,
    const struct pb_export_options *options, struct pb_exported *ret_exported,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * Put a bare package at path into its container, with a token of one of the archive's authorities.
 * PB_EUNAVAIL, PB_ELOCKED: as pb_archive_export; the package is as it was.
 */
PB_API enum pb_status pb_archive_seal(struct pb_archive *archive, const struct pb_http *http,
    const char *path, struct pb_exported *ret_exported, struct pb_error *err) PB_MUST_CHECK;

#endif
