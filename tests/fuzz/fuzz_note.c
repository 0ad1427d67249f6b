/*
 * Any octets as a signed note, as a verifier key and as a trust file.  Each has
 * one form; and nothing verifies but what was signed.
 */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "crypto/crypto.h"
#include "fuzz/fuzz.h"
#include "log/note.h"
#include "log/trust.h"

#define DASH "\xe2\x80\x94 "
#define ORIGIN "journal-fictif.example/2026/0badcafe"
#define WITNESS "temoin-fictif.example/w1"
#define TIME_A_S 1778086920
#define TIME_B_S 1778086930

/* The private keys are 32 bytes of 01 and of 02. */
static const char log_key[] = ORIGIN "+89dd5844+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
static const char witness_key[] = WITNESS "+f3cb6970+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU";

/* All that the log key ever signed; the witness saw the first, twice. */
static const char text[] = ORIGIN "\n3\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n"
				  "sha3-256 pTWOOnBsHQZjbntcvxFIDt+jVxpIvKXRhC7ioasi2ic=\n";
static const char other_text[] = "Un texte sign\xc3\xa9, fictif.\n";

static const char log_line[] = DASH ORIGIN
    " id1YRPLnsxvlEDpm1pR5ZetYW3uQ58WpvWBwk5///WcFSfe/ZXDCN7uLxC3qpoRHe3BLMlcMB4FkGkpkJfAuLNXl4A"
    "E=\n";
static const char witness_lines[] = DASH WITNESS
    " 88tpcAAAAABp+3QIQbSV1skFemkgJa9ItVcLwTQyNrpjg+CakDkLSmNXBtks/VMAkoWwD8efvgtDWJZh8dCcBexM63"
    "CYQt/bXhbHCg==\n" DASH WITNESS
    " 88tpcAAAAABp+3QSvHVSQhegOyK0mDDxrmtd4aR2VJNFbMMFvwxuhTisMTYIZeaUAIp33s9OBMZIZiEMN5gAvvN2NS"
    "0mxOBB9tMUAg==\n";

static struct pb_note_verifier
key_of(const char *vkey)
{
	struct pb_note_verifier verifier;

	pb_assert(pb_note_verifier_parse(vkey, strlen(vkey), &verifier, NULL) == PB_OK);
	return verifier;
}

/* The known note, with the witness's lines or without. */
static struct pb_buf
known_note(bool witnessed)
{
	struct pb_buf buf = PB_BUF_EMPTY;

	pb_assert(pb_buf_printf(&buf, "%s\n%s%s", text, log_line, witnessed ? witness_lines : "") ==
		  PB_OK);
	return buf;
}

static bool
equal(const void *a, size_t a_len, const void *b, size_t b_len)
{
	return a_len == b_len && memcmp(a, b, a_len) == 0;
}

static bool
has_text(const struct pb_note *note, const char *expected)
{
	return equal(note->text, note->text_len, expected, strlen(expected));
}

/* ---- notes ---------------------------------------------------------------------------------- */

/* A signature line; of a signature too long to be kept, zeros in its place. */
static void
append_line(struct pb_buf *buf, const struct pb_note_signature *signature)
{
	size_t len = 4 + signature->len;
	uint8_t *raw = calloc(1, len);
	char *base64 = malloc(PB_BASE64_LEN(len) + 1);

	pb_assert(raw != NULL && base64 != NULL);
	pb_put_u32(raw, signature->key_id);
	if (signature->len <= sizeof(signature->data))
		memcpy(raw + 4, signature->data, signature->len);
	pb_base64_encode(raw, len, base64);
	pb_assert(pb_buf_printf(buf, DASH "%s %s\n", signature->name, base64) == PB_OK);
	free(base64);
	free(raw);
}

/* What was understood, written again, is the input. */
static void
check_form(const struct pb_note *note, const uint8_t *data, size_t len)
{
	struct pb_buf again = PB_BUF_EMPTY;
	bool kept = true;

	pb_assert(note->count >= 1 && note->count <= PB_LIMIT_NOTE_SIGNATURES);
	pb_assert(pb_buf_append(&again, note->text, note->text_len) == PB_OK);
	pb_assert(pb_buf_append_u8(&again, '\n') == PB_OK);
	for (size_t i = 0; i < note->count; i++) {
		const struct pb_note_signature *signature = &note->signature[i];

		pb_assert(pb_note_name_valid(signature->name, strlen(signature->name)));
		kept = kept && signature->len <= sizeof(signature->data);
		append_line(&again, signature);
	}
	pb_assert(again.len == len);
	pb_assert(!kept || memcmp(again.data, data, len) == 0);
	pb_buf_done(&again);
}

static bool
has_line_of(const struct pb_note *note, const struct pb_note_verifier *key)
{
	for (size_t i = 0; i < note->count; i++)
		if (note->signature[i].key_id == key->key_id &&
		    strcmp(note->signature[i].name, key->name) == 0)
			return true;
	return false;
}

/* Whoever made the note: GOOD is what the key's owner signed, and ABSENT what names no such key. */
static void
check_verdicts(const struct pb_note *note)
{
	struct pb_note_verifier log = key_of(log_key), witness = key_of(witness_key);
	enum pb_note_verdict verdict;
	uint64_t time_s = 1;

	verdict = pb_note_verify(note, &log, &time_s);
	pb_assert((verdict == PB_NOTE_ABSENT) == !has_line_of(note, &log));
	if (verdict == PB_NOTE_GOOD)
		pb_assert(time_s == 0 && (has_text(note, text) || has_text(note, other_text)));
	verdict = pb_note_verify(note, &witness, &time_s);
	pb_assert((verdict == PB_NOTE_ABSENT) == !has_line_of(note, &witness));
	if (verdict == PB_NOTE_GOOD)
		pb_assert(has_text(note, text) && (time_s == TIME_A_S || time_s == TIME_B_S));
}

static void
check_note(const uint8_t *data, size_t len)
{
	struct pb_note_verifier log = key_of(log_key), witness = key_of(witness_key);
	struct pb_buf known = known_note(true);
	struct pb_note note;
	uint64_t time_s = 0;
	enum pb_status status = pb_note_parse(data, len, &note, NULL);

	if (status == PB_OK) {
		check_form(&note, data, len);
		check_verdicts(&note);
	}
	pb_assert(status == PB_OK || status == PB_EDATA || status == PB_ELIMIT);
	if (equal(data, len, known.data, known.len)) {
		pb_assert(status == PB_OK);
		pb_assert(pb_note_verify(&note, &log, NULL) == PB_NOTE_GOOD);
		pb_assert(pb_note_verify(&note, &witness, &time_s) == PB_NOTE_GOOD);
		pb_assert(time_s == TIME_A_S);
	}
	pb_buf_done(&known);
}

/* ---- verifier keys -------------------------------------------------------------------------- */

static void
check_key(const uint8_t *data, size_t len)
{
	struct pb_note_verifier key;
	struct pb_buf again = PB_BUF_EMPTY;
	struct pb_error err;

	if (pb_note_verifier_parse((const char *)data, len, &key, &err) != PB_OK) {
		/* What a stranger wrote is in it, and goes to a terminal. */
		pb_assert(pb_utf8_plain((const uint8_t *)err.object, strlen(err.object)));
		return;
	}
	pb_assert(pb_note_verifier_format(&key, &again) == PB_OK);
	pb_assert(equal(data, len, again.data, again.len));
	pb_buf_done(&again);
}

/* The input as a name, so that keys of any name are met without guessing their id. */
static void
check_name(const uint8_t *data, size_t len)
{
	static const uint8_t public_key[PB_ED25519_PUBLIC_LEN] = { 1 };
	struct pb_buf name = PB_BUF_EMPTY, vkey = PB_BUF_EMPTY;
	struct pb_note_verifier key;

	pb_assert(pb_buf_append(&name, data, len) == PB_OK);
	pb_assert(pb_buf_text(&name) != NULL);
	if (pb_note_verifier_make(
		pb_buf_text(&name), PB_NOTE_COSIGNATURE, public_key, &key, NULL) == PB_OK) {
		pb_assert(pb_note_verifier_format(&key, &vkey) == PB_OK);
		check_key(vkey.data, vkey.len);
		pb_assert(strcmp(key_of(pb_buf_text(&vkey)).name, pb_buf_text(&name)) == 0);
	}
	pb_buf_done(&name);
	pb_buf_done(&vkey);
}

/* ---- trust files ---------------------------------------------------------------------------- */

/* Each log key of the file, printed as a trust file of its own, is that key. */
static void
check_logs(const struct pb_trust *trust)
{
	const struct pb_note_verifier *log, *again;

	for (size_t i = 0; (log = pb_trust_log(trust, ORIGIN, i)) != NULL; i++) {
		struct pb_buf file = PB_BUF_EMPTY;
		struct pb_trust *alone = NULL;

		pb_assert(log->type == PB_NOTE_ED25519);
		pb_assert(pb_trust_format(log, &file) == PB_OK);
		pb_assert(pb_trust_parse(file.data, file.len, &alone, NULL) == PB_OK);
		again = pb_trust_log(alone, ORIGIN, 0);
		pb_assert(again != NULL && memcmp(again, log, sizeof(*log)) == 0);
		pb_assert(pb_trust_log(alone, ORIGIN, 1) == NULL);
		pb_trust_free(alone);
		pb_buf_done(&file);
	}
}

/* Whatever the policy: only a witness who saw this very text meets a quorum. */
static void
check_quorum(const struct pb_trust *trust)
{
	struct pb_buf witnessed = known_note(true), alone = known_note(false);
	enum pb_trust_quorum quorum;
	struct pb_note note;
	uint64_t time_s;

	pb_assert(pb_note_parse(witnessed.data, witnessed.len, &note, NULL) == PB_OK);
	quorum = pb_trust_check(trust, &note, &time_s);
	pb_assert(quorum != PB_QUORUM_FORGED);
	pb_assert(time_s == (quorum == PB_QUORUM_MET ? TIME_A_S : 0));
	witnessed.data[sizeof(text) - 4] ^= 1; /* within a digest */
	pb_assert(pb_trust_check(trust, &note, &time_s) != PB_QUORUM_MET && time_s == 0);

	pb_assert(pb_note_parse(alone.data, alone.len, &note, NULL) == PB_OK);
	quorum = pb_trust_check(trust, &note, &time_s);
	pb_assert((quorum == PB_QUORUM_NONE || quorum == PB_QUORUM_MISSED) && time_s == 0);
	pb_buf_done(&witnessed);
	pb_buf_done(&alone);
}

static void
check_trust(const uint8_t *data, size_t len)
{
	struct pb_trust *trust = NULL;
	struct pb_error err;
	enum pb_status status = pb_trust_parse(data, len, &trust, &err);

	if (status == PB_OK) {
		check_logs(trust);
		check_quorum(trust);
	}
	pb_assert(status == PB_OK || status == PB_EDATA || status == PB_ELIMIT);
	pb_assert((status == PB_OK) == (trust != NULL));
	pb_trust_free(trust);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	pb_assert(pb_crypto_init(NULL) == PB_OK);
	check_note(data, len);
	check_key(data, len);
	check_name(data, len);
	check_trust(data, len);
	return 0;
}
