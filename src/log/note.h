/* C2SP signed-note: text and signatures by named keys. */
#ifndef PB_LOG_NOTE_H
#define PB_LOG_NOTE_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/limits.h"
#include "crypto/ed25519.h"

/* Signature types of C2SP signed-note and tlog-cosignature. */
#define PB_NOTE_ED25519 0x01
#define PB_NOTE_COSIGNATURE 0x04

/* A key that can verify: "<name>+<key id, 8 hex>+<base64(type || public key)>". */
struct pb_note_verifier {
	char name[256];
	uint32_t key_id;
	uint8_t type; /* PB_NOTE_ED25519 or PB_NOTE_COSIGNATURE */
	uint8_t public_key[PB_ED25519_PUBLIC_LEN];
};

/* A verifier of that name and key; the key id as C2SP computes it. */
enum pb_status pb_note_verifier_make(const char *name, uint8_t type,
    const uint8_t public_key[PB_ED25519_PUBLIC_LEN], struct pb_note_verifier *ret_verifier,
    struct pb_error *err) PB_MUST_CHECK;
/* PB_EDATA: malformed, an unknown type, or a key id that is not the key's. */
enum pb_status pb_note_verifier_parse(const char *text, size_t len,
    struct pb_note_verifier *ret_verifier, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_note_verifier_format(
    const struct pb_note_verifier *verifier, struct pb_buf *buf) PB_MUST_CHECK;

/* C2SP signed-note: UTF-8, not empty, without Unicode spaces, "+", or (ours) any control. */
bool pb_note_name_valid(const char *name, size_t len);

struct pb_note_signature {
	char name[256];
	uint32_t key_id;
	uint8_t data[96]; /* what follows the key id; longer ones are kept by length only */
	size_t len;       /* of what follows the key id, >= 1 */
};

/* A parsed note.  text is borrowed from the input and ends with its last newline. */
struct pb_note {
	const char *text;
	size_t text_len;
	size_t count;
	struct pb_note_signature signature[PB_LIMIT_NOTE_SIGNATURES];
};

/*
 * Split and check the form (C2SP signed-note, "Format"): text in UTF-8 without
 * controls (C0 but LF, DEL, C1), an empty line, one signature line or more, nothing
 * else.  A signature line has one form: strict base64, single spaces.
 * PB_EDATA otherwise; PB_ELIMIT: longer than PB_LIMIT_NOTE, too many signatures, or a
 * key name longer than 255 bytes.
 */
enum pb_status pb_note_parse(
    const void *data, size_t len, struct pb_note *ret_note, struct pb_error *err) PB_MUST_CHECK;

/* What a note says of one key. */
enum pb_note_verdict {
	PB_NOTE_ABSENT, /* no signature of that name and key id */
	PB_NOTE_GOOD,
	PB_NOTE_FORGED, /* a signature of that name and key id that does not verify: refuse the note
			 */
	PB_NOTE_UNSETTLED /* memory ran out: nothing is known */
};

/*
 * ret_time_s (may be NULL) is set for PB_NOTE_GOOD: for a cosignature the time it
 * states, since 1970; 0 for others.  Several lines of one key: one that fails makes it
 * PB_NOTE_FORGED; else the earliest time counts.  Needs no memory but the stack.
 */
enum pb_note_verdict pb_note_verify(
    const struct pb_note *note, const struct pb_note_verifier *verifier, uint64_t *ret_time_s);

/*
 * Append text (which ends with LF), an empty line and a signature line of
 * each key.  names[i] is the name of keys[i].  PB_EINVAL if the outcome would be no
 * note for pb_note_parse.
 */
enum pb_status pb_note_sign(const char *text, size_t text_len, const char *const *names,
    const struct pb_ed25519 *const *keys, size_t count, struct pb_buf *buf,
    struct pb_error *err) PB_MUST_CHECK;

#endif
