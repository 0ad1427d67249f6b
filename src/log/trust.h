/*
 * A trust file: C2SP tlog-policy.  Lines `log <vkey> [<url>]`,
 * `witness <name> <vkey> [<url>]`, `group <name> <any|all|k> <member>...`,
 * `quorum <name>|none`; blank lines and lines that begin with # are skipped.
 * Names are octets.  A name is used after its definition, and as a member once.
 */
#ifndef PB_LOG_TRUST_H
#define PB_LOG_TRUST_H

#include "log/note.h"

struct pb_trust;

/*
 * PB_EDATA names the line.  quorum is required, once (C2SP tlog-policy), and the last line
 * ends with LF like the others: a file cut inside a name must not name another.
 * Log keys are PB_NOTE_ED25519, witness keys PB_NOTE_COSIGNATURE.  PB_ELIMIT; PB_ENOMEM.
 */
enum pb_status pb_trust_parse(
    const void *data, size_t len, struct pb_trust **ret_trust, struct pb_error *err) PB_MUST_CHECK;
void pb_trust_free(struct pb_trust *trust);

/* The log keys of that name (an origin), one by one from index 0; NULL past the last. */
const struct pb_note_verifier *pb_trust_log(
    const struct pb_trust *trust, const char *origin, size_t index);

enum pb_trust_quorum {
	PB_QUORUM_NONE, /* the policy asks for no witness */
	PB_QUORUM_MET,
	PB_QUORUM_MISSED,
	PB_QUORUM_FORGED /* a known witness's signature fails */
};

/*
 * Whether the witnesses of the note satisfy the quorum; ret_time_s: the
 * earliest time by which it was satisfied, by their clocks (0 unless met).
 */
enum pb_trust_quorum pb_trust_check(
    const struct pb_trust *trust, const struct pb_note *note, uint64_t *ret_time_s);

/*
 * A trust file for one log key, quorum none: what `key policy` prints.  Appended to buf.
 * PB_EINVAL: not a PB_NOTE_ED25519 key.
 */
enum pb_status pb_trust_format(
    const struct pb_note_verifier *log_key, struct pb_buf *buf) PB_MUST_CHECK;

#endif
