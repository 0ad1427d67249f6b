/* The ASiC-S container around a package (FORMAT 5.2), or a package that stands bare. */
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "verify/bundle.h"

#define MIMETYPE "application/vnd.etsi.asic-s+zip"
#define TOKEN "META-INF/timestamp.tst"
#define SUFFIX ".zip"

static void
find(struct pb_bundle_state *state, const char *code, const char *text, const char *where)
{
	pb_bundle_find(state, PB_CHECK_FILES, PB_INVALID, PB_NO_SEQ, code, text, where);
}

/* ---- its entries ---------------------------------------------------------------------------- */

/* An entry whose octets its CRC covers; *ret_read: they are at hand. */
static enum pb_status
read_entry(struct pb_bundle_state *state, const struct pb_zip_entry *entry, size_t max,
    struct pb_buf *buf, bool *ret_read, struct pb_error *err)
{
	enum pb_status status = pb_zip_reader_whole(state->container, entry, max, buf, err);

	*ret_read = status == PB_OK;
	if (status == PB_ECORRUPT)
		find(state, "entry_crc",
		    N_("The octets of this entry are not those of its checksum."), entry->name);
	if (status == PB_ELIMIT)
		find(state, "entry_too_long", N_("This entry is longer than it can be."),
		    entry->name);
	return pb_inside_unsound(status) ? PB_OK : status;
}

static enum pb_status
take_mimetype(struct pb_bundle_state *state, const struct pb_zip_entry *entry, struct pb_error *err)
{
	struct pb_buf bytes = PB_BUF_EMPTY;
	bool is_read;
	enum pb_status status =
	    read_entry(state, entry, sizeof(MIMETYPE) - 1, &bytes, &is_read, err);

	if (status == PB_OK && is_read &&
	    (bytes.len != sizeof(MIMETYPE) - 1 || memcmp(bytes.data, MIMETYPE, bytes.len) != 0))
		find(state, "container_mimetype",
		    N_("The container does not say that it is an ASiC-S container."), entry->name);
	pb_buf_done(&bytes);
	return status;
}

static void
take_package(struct pb_bundle_state *state, const struct pb_zip_entry *entry)
{
	size_t len = strlen(entry->name), case_len;

	if (len <= sizeof(SUFFIX) - 1 ||
	    strcmp(entry->name + len - (sizeof(SUFFIX) - 1), SUFFIX) != 0) {
		find(state, "container_entries",
		    N_("The container holds something else than a package and its timestamp."),
		    entry->name);
		return;
	}
	case_len = len - (sizeof(SUFFIX) - 1);
	if (case_len < sizeof(state->case_name))
		(void)snprintf(
		    state->case_name, sizeof(state->case_name), "%.*s", (int)case_len, entry->name);
	if (case_len >= sizeof(state->case_name) || !pb_package_case_valid(state->case_name))
		find(state, "container_name",
		    N_("The package stands in its container under a name that is no case."),
		    entry->name);
	pb_zip_window(state->container, entry, &state->window, &state->inside);
	state->package = &state->inside;
	state->stated_crc32 = entry->crc32;
}

static enum pb_status
take_token(struct pb_bundle_state *state, const struct pb_zip_entry *entry, struct pb_error *err)
{
	bool is_read;

	if (strcmp(entry->name, TOKEN) != 0) {
		find(state, "container_entries",
		    N_("The container holds something else than a package and its timestamp."),
		    entry->name);
		return PB_OK;
	}
	return read_entry(state, entry, PB_LIMIT_TSA_REPLY, &state->token, &is_read, err);
}

/* What stands behind the mimetype. */
static enum pb_status
take_rest(struct pb_bundle_state *state, struct pb_error *err)
{
	struct pb_zip_entry entry = { .name = "" };
	unsigned count = 1;
	struct pb_error why;
	enum pb_status status;

	for (;;) {
		status = pb_zip_reader_next(state->container, &entry, &why);
		if (status != PB_OK)
			break;
		count++;
		if (count == 2)
			take_package(state, &entry);
		else if (count == 3)
			status = take_token(state, &entry, err);
		else if (count == 4)
			find(state, "container_entries",
			    N_("The container holds something else than a package and its "
			       "timestamp."),
			    entry.name);
		if (status != PB_OK)
			return status;
	}
	if (status == PB_ECORRUPT)
		find(state, "zip",
		    N_("Behind this entry, the container is not the ZIP that the format "
		       "prescribes."),
		    entry.name);
	else if (status != PB_EEND && err != NULL)
		*err = why;
	if (status == PB_EEND && count < 3)
		find(state, "container_entries",
		    N_("The container lacks its package or its timestamp."), "");
	return status == PB_ECORRUPT || status == PB_EEND ? PB_OK : status;
}

/* ---- container or package ------------------------------------------------------------------- */

/* Is there anything of a ZIP in it?  Else the file is no bundle at all. */
static enum pb_status
check_magic(struct pb_bundle_state *state, struct pb_error *err)
{
	const struct pb_zip_bytes *bytes = &state->file.bytes;
	uint8_t begin[4] = { 0 }, end[4] = { 0 };
	enum pb_status status = PB_OK;

	if (bytes->len >= 4)
		status = bytes->read(bytes->ctx, 0, begin, 4, err);
	if (status == PB_OK && bytes->len >= 22)
		status = bytes->read(bytes->ctx, bytes->len - 22, end, 4, err);
	if (status != PB_OK)
		return status;
	if (memcmp(begin, "PK\3\4", 4) != 0 && memcmp(end, "PK\5\6", 4) != 0)
		return pb_fail(err, PB_EDATA, N_("verify a bundle"),
		    N_("it is not a ZIP file, as a bundle is; `restore` checks a backup"), "%s",
		    state->file.path);
	return PB_OK;
}

static enum pb_status
open_zip(struct pb_bundle_state *state, const struct pb_zip_bytes *bytes,
    struct pb_zip_reader **ret_reader, struct pb_error *err)
{
	struct pb_error why = { .status = PB_OK };
	enum pb_status status = pb_zip_reader_new(bytes, ret_reader, &why);

	if (status == PB_ECORRUPT)
		find(state, "zip_end",
		    N_("The end of this file is not that of the ZIP that the format prescribes."),
		    why.why != NULL ? why.why : "");
	else if (status != PB_OK && err != NULL)
		*err = why;
	return status;
}

static enum pb_status
open_package(struct pb_bundle_state *state, struct pb_error *err)
{
	enum pb_status status = open_zip(state, state->package, &state->zip, err);

	return status == PB_ECORRUPT ? PB_OK : status;
}

enum pb_status
pb_bundle_container(struct pb_bundle_state *state, struct pb_error *err)
{
	struct pb_zip_entry entry;
	struct pb_error why = { .status = PB_OK };
	enum pb_status status = check_magic(state, err);

	if (status == PB_OK)
		status = open_zip(state, &state->file.bytes, &state->container, err);
	if (status != PB_OK)
		return status == PB_ECORRUPT ? PB_OK : status;
	pb_verification_looked(state->v, PB_CHECK_FILES);
	status = pb_zip_reader_next(state->container, &entry, &why);
	if (status == PB_OK && strcmp(entry.name, "mimetype") == 0) {
		state->contained = true;
		status = take_mimetype(state, &entry, err);
		if (status == PB_OK)
			status = take_rest(state, err);
		if (status != PB_OK || state->package == NULL)
			return status;
		return open_package(state, err);
	}
	if (status != PB_OK && status != PB_ECORRUPT && status != PB_EEND) {
		if (err != NULL)
			*err = why;
		return status;
	}
	state->package = &state->file.bytes;
	state->zip = state->container;
	state->container = NULL;
	pb_zip_reader_rewind(state->zip);
	return PB_OK;
}

/* ---- its token ------------------------------------------------------------------------------ */

static enum pb_status
imprint(void *ctx, enum pb_stamp_hash hash, uint8_t out[PB_STAMP_HASH_MAX], struct pb_error *err)
{
	struct pb_bundle_state *state = ctx;

	if (hash != PB_STAMP_SHA256)
		return pb_bundle_package_imprint(state, hash, out, err);
	memcpy(out, state->digest.sha256, PB_DIGEST_LEN);
	return PB_OK;
}

static enum pb_status
check_token(struct pb_bundle_state *state, struct pb_error *err)
{
	const struct pb_verify_token token = { .seq = PB_NO_SEQ,
		.where = TOKEN,
		.token = { state->token.data, state->token.len },
		.imprint_ctx = state,
		.imprint = imprint,
		.roots = state->roots,
		.now_s = state->options->now_s,
		.exact = true };

	/* Bare: a token that stands in a reply is another file (FORMAT 5.2). */
	return pb_verify_token(state->v, &token, &state->container_outcome, err);
}

static enum pb_status
check_bare(struct pb_bundle_state *state, struct pb_error *err)
{
	struct pb_token *token = NULL;
	const void *bare;
	size_t len;
	enum pb_status status = pb_token_parse(state->token.data, state->token.len, &token, err);

	if (status != PB_OK)
		return pb_inside_unsound(status) ? PB_OK : status;
	pb_token_bare(token, &bare, &len);
	if (len != state->token.len)
		find(state, "container_token",
		    N_("The timestamp of the container is not a bare token."), TOKEN);
	pb_token_free(token);
	return PB_OK;
}

enum pb_status
pb_bundle_container_end(struct pb_bundle_state *state, struct pb_error *err)
{
	struct pb_bundle_seen *seen = pb_verification_bundle_seen(state->v);
	enum pb_status status = pb_bundle_package_sha256(state, err);

	if (status != PB_OK)
		return status;
	seen->contained = state->contained;
	seen->package_len = state->package->len;
	memcpy(seen->package_sha256, state->digest.sha256, PB_DIGEST_LEN);
	if (!state->contained) {
		pb_bundle_find(state, PB_CHECK_TOKENS, PB_INDETERMINATE, PB_NO_SEQ, "no_container",
		    N_("This is a package without its container: no timestamp is over the "
		       "whole."),
		    "");
		return PB_OK;
	}
	if (state->digest.crc32 != state->stated_crc32)
		find(state, "entry_crc",
		    N_("The octets of this entry are not those of its checksum."),
		    state->window.entry.name);
	status = check_bare(state, err);
	return status == PB_OK ? check_token(state, err) : status;
}
