/* Timestamps: anchoring an archive's checkpoints with RFC 3161 authorities. */
#ifndef PROBANT_STAMP_H
#define PROBANT_STAMP_H

#include "probant/archive.h"

struct pb_http; /* core/world.h */

struct pb_stamp_outcome {
	bool due;        /* there was something to stamp */
	uint64_t size;   /* of the checkpoint */
	unsigned tokens; /* good ones that became records, one authority each */
	unsigned failed; /* authorities that did not answer well */
	bool gap;        /* a gap was recorded */
	bool gap_ended;
	struct pb_error last; /* of the last that failed */
	char last_tsa[64];
};

/*
 * Stamp the newest checkpoint with every authority of the archive, if it is due (FORMAT
 * 2.2) or `now` asks for it.  http may be NULL: then only the local authority is asked.
 * A reply is checked in full before it is kept.  PB_OK if at least one good token became a record,
 * or nothing was due; PB_EUNAVAIL: none; what was captured is safe, and a gap is recorded when the
 * policy's delay is over, at once with `now`.
 *
 * While authorities are asked over the network others may write to the archive, and stamp it;
 * then it is opened again in its place.  PB_ELOCKED: a writer held it for a minute, so that
 * what authorities gave could not be recorded.  PB_ECORRUPT: it was replaced by another state of
 * itself.  Where it could not be opened again it is as after PB_ESTOPPED: only good to be closed.
 */
PB_API enum pb_status pb_archive_stamp(struct pb_archive *archive, const struct pb_http *http,
    bool now, struct pb_stamp_outcome *ret_outcome, struct pb_error *err) PB_MUST_CHECK;

/* The archive's only authority is the local one: stamping costs nothing and waits for nobody. */
PB_API bool pb_archive_stamps_locally(const struct pb_archive *archive);

/* An authority of the archive, as its configuration names it. */
struct pb_tsa_settings {
	const char *name; /* 1 to 32 of a-z 0-9 - ; "local" is the embedded one's */
	const char *url;
	const void *roots_pem;
	size_t roots_len;
	const char *policy;       /* OID asked for, or NULL */
	const char *hash;         /* "sha256" (NULL), "sha384", "sha512" */
	const char *client_pem;   /* path of a client certificate with key, or NULL */
	const char *server_roots; /* path of PEM roots for https, or NULL: the system's */
	uint32_t timeout_s;       /* 0: 20 */
	uint32_t interval_s;      /* shortest time between two requests; 0: none */
};
/* Recorded in the log (FORMAT 1.5, authorities).  PB_EEXIST; PB_EDATA: roots. */
PB_API enum pb_status pb_archive_tsa_add(struct pb_archive *archive,
    const struct pb_tsa_settings *settings, struct pb_error *err) PB_MUST_CHECK;
PB_API enum pb_status pb_archive_tsa_remove(
    struct pb_archive *archive, const char *name, struct pb_error *err) PB_MUST_CHECK;

/* How stamping stands, for `status`; without any key. */
struct pb_stamp_standing {
	unsigned authorities;
	bool local_only;
	uint64_t stamped_size; /* of the newest checkpoint that a token is over; 0: none */
	int64_t stamped_us;    /* its genTime */
	char stamped_by[128];
	uint64_t backlog; /* records that no token covers, anchors aside */
	int64_t oldest_s; /* local clock of the oldest of them; 0 */
	bool gap;         /* the log states a gap that has not ended */
};
PB_API enum pb_status pb_archive_stamp_standing(const struct pb_world *world, const char *dir,
    struct pb_stamp_standing *ret_standing, struct pb_error *err) PB_MUST_CHECK;

#endif
