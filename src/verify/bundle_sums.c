/* SHA256SUMS, a line beside each entry, and the note over it (FORMAT 5.4). */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "verify/bundle.h"

#define BUFFER (64 * 1024)
#define HEX (2 * PB_DIGEST_LEN)
#define GAP 2 /* spaces between sum and name */

static void
find(struct pb_bundle_state *state, const char *code, const char *text,
    const struct pb_package_name *name)
{
	pb_bundle_find_at(state, PB_CHECK_PAYLOAD, PB_INVALID, PB_NO_SEQ, code, text, name);
}

enum pb_status
pb_bundle_sums_begin(struct pb_bundle_state *state, struct pb_error *err)
{
	struct pb_bundle_sums *sums = &state->sums;
	size_t at = state->single[PB_PACKAGE_SUMS];

	pb_verification_looked(state->v, PB_CHECK_PAYLOAD);
	if (at == 0)
		return PB_OK;
	sums->data = state->entry[at - 1].data;
	sums->len = state->entry[at - 1].len;
	sums->buffer = malloc(BUFFER);
	if (sums->buffer == NULL)
		return pb_fail_memory(err, N_("verify a bundle"));
	sums->open = true;
	return pb_digest_new(PB_DIGEST_SHA256, &sums->sha256, err);
}

/* At least `want` octets are in the buffer, unless fewer are left. */
static enum pb_status
fill(struct pb_bundle_state *state, size_t want, struct pb_error *err)
{
	struct pb_bundle_sums *sums = &state->sums;
	uint64_t left = sums->len - sums->at;
	enum pb_status status;
	size_t n;

	if (sums->have - sums->used >= want || left == 0)
		return PB_OK;
	memmove(sums->buffer, sums->buffer + sums->used, sums->have - sums->used);
	sums->have -= sums->used;
	sums->used = 0;
	n = left < BUFFER - sums->have ? (size_t)left : BUFFER - sums->have;
	status = state->package->read(
	    state->package->ctx, sums->data + sums->at, sums->buffer + sums->have, n, err);
	if (status != PB_OK)
		return status;
	pb_digest_update(sums->sha256, sums->buffer + sums->have, n);
	sums->at += n;
	sums->have += n;
	return PB_OK;
}

enum pb_status
pb_bundle_sums_next(
    struct pb_bundle_state *state, struct pb_bundle_entry *entry, struct pb_error *err)
{
	struct pb_bundle_sums *sums = &state->sums;
	char name[PB_ZIP_NAME_MAX + 1];
	const char *line;
	enum pb_status status;
	size_t len;

	entry->listed = false;
	if (!sums->open)
		return PB_OK;
	pb_package_format(&entry->name, name);
	len = HEX + GAP + strlen(name) + 1;
	status = fill(state, len, err);
	if (status != PB_OK)
		return status;
	line = (const char *)sums->buffer + sums->used;
	if (sums->have - sums->used < len || memcmp(line + HEX, "  ", GAP) != 0 ||
	    memcmp(line + HEX + GAP, name, len - HEX - GAP - 1) != 0 || line[len - 1] != '\n' ||
	    !pb_hex_decode(line, HEX, entry->sha256, PB_DIGEST_LEN)) {
		find(state, "sums_line",
		    N_("SHA256SUMS does not name this entry where it should; from here on it is "
		       "not compared."),
		    &entry->name);
		sums->open = false;
		return PB_OK;
	}
	sums->used += len;
	entry->listed = true;
	return PB_OK;
}

/* ---- the note ------------------------------------------------------------------------------- */

static void
check_signature(
    struct pb_bundle_state *state, const struct pb_note *note, const struct pb_package_name *name)
{
	enum pb_note_verdict verdict = PB_NOTE_ABSENT;

	if (state->has_export_key)
		verdict = pb_note_verify(note, &state->export_key, NULL);
	if (verdict == PB_NOTE_ABSENT)
		find(state, "sums_not_signed",
		    N_("SHA256SUMS is not signed by the key that record 0 states for bundles."),
		    name);
	if (verdict == PB_NOTE_FORGED)
		find(state, "sums_forged",
		    N_("The signature over SHA256SUMS is not by the key that record 0 states for "
		       "bundles: it was forged, or the note was changed."),
		    name);
	if (verdict == PB_NOTE_UNSETTLED)
		pb_bundle_find_at(state, PB_CHECK_PAYLOAD, PB_INDETERMINATE, PB_NO_SEQ,
		    "sums_unsettled",
		    N_("The signature over SHA256SUMS could not be looked at: memory ran out."),
		    name);
}

static enum pb_status
check_note(struct pb_bundle_state *state, const uint8_t sha256[PB_DIGEST_LEN],
    const struct pb_buf *bytes, struct pb_note *note, struct pb_error *err)
{
	static const struct pb_package_name name = { .kind = PB_PACKAGE_SUMS_NOTE };
	char origin[PB_LIMIT_ORIGIN + 1];
	uint8_t stated[PB_DIGEST_LEN];
	enum pb_status status = pb_note_parse(bytes->data, bytes->len, note, err);

	if (status == PB_OK)
		status = pb_sums_note_parse(note, origin, stated, err);
	if (pb_inside_unsound(status)) {
		find(state, "sums_note_malformed", N_("SHA256SUMS.note cannot be read."), &name);
		return PB_OK;
	}
	if (status != PB_OK)
		return status;
	if (strcmp(origin, state->log.origin) != 0)
		find(state, "sums_note_origin",
		    N_("SHA256SUMS.note speaks of a bundle of another log."), &name);
	if (memcmp(stated, sha256, PB_DIGEST_LEN) != 0)
		find(state, "sums_note_sha256",
		    N_("SHA256SUMS is not the one that its note was signed over."), &name);
	check_signature(state, note, &name);
	return PB_OK;
}

/* The rest of it, which no entry asked for. */
static enum pb_status
read_rest(struct pb_bundle_state *state, struct pb_error *err)
{
	static const struct pb_package_name name = { .kind = PB_PACKAGE_SUMS };
	struct pb_bundle_sums *sums = &state->sums;
	bool more = sums->used < sums->have || sums->at < sums->len;
	enum pb_status status = PB_OK;

	if (sums->open && more && !state->broken)
		find(state, "sums_rest",
		    N_("SHA256SUMS names more than what stands before it in the package."), &name);
	while (status == PB_OK && sums->at < sums->len) {
		sums->used = sums->have;
		status = fill(state, 1, err);
	}
	return status;
}

enum pb_status
pb_bundle_sums_end(struct pb_bundle_state *state, struct pb_error *err)
{
	struct pb_bundle_sums *sums = &state->sums;
	struct pb_buf bytes = PB_BUF_EMPTY;
	struct pb_note *note = NULL;
	uint8_t sha256[PB_DIGEST_LEN];
	enum pb_status status;

	if (sums->buffer == NULL)
		return PB_OK; /* missing: found with the structure */
	status = read_rest(state, err);
	if (status != PB_OK)
		return status;
	pb_digest_final(sums->sha256, sha256);
	status = pb_bundle_read_single(state, PB_PACKAGE_SUMS_NOTE, PB_LIMIT_NOTE, &bytes, err);
	if (status == PB_OK) {
		note = malloc(sizeof(*note));
		status = note != NULL ? check_note(state, sha256, &bytes, note, err)
				      : pb_fail_memory(err, N_("verify a bundle"));
	} else if (status == PB_ENOENT) {
		status = PB_OK;
	}
	free(note);
	pb_buf_done(&bytes);
	return status;
}
