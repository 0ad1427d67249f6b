#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "log/chain.h"
#include "log/origin.h"
#include "verify/state.h"

static void
find(struct pb_verify_state *state, const char *code, const char *text)
{
	pb_verification_find(
	    state->v, PB_CHECK_FILES, PB_INVALID, PB_NO_SEQ, code, text, "%s", state->segment.name);
}

void
pb_verify_segment_end(struct pb_verify_state *state)
{
	pb_verify_checkpoint_end(state);
	if (state->segment.begun && !state->segment.stated && !state->lost)
		find(state, "segment_empty", N_("This segment holds no record."));
}

/* The first header says which log this is; what it says is held against record 0 later. */
static enum pb_status
begin_log(struct pb_verify_state *state, const char *origin, struct pb_error *err)
{
	enum pb_status status;

	(void)snprintf(state->origin, sizeof(state->origin), "%s", origin);
	if (state->records == 0 && !state->lost) {
		pb_chain_start(origin, state->prev);
		pb_verify_held_reach(state, &state->against);
		pb_verify_held_reach(state, &state->published);
	}
	status = pb_opener_new(origin, &state->tools.opener, err);
	if (status != PB_OK || state->options->threads == 0)
		return status;
	status = pb_verify_crew_new(origin, state->options->threads, &state->crew, err);
	return status == PB_EUNAVAIL ? PB_OK : status;
}

static enum pb_status
read_origin(struct pb_verify_state *state, const struct pb_json *header, struct pb_error *err)
{
	const char *origin = pb_json_string(pb_json_get(header, "origin"));

	if (origin == NULL || !pb_origin_valid(origin, strlen(origin))) {
		find(state, "segment_header",
		    N_("The header of this segment does not name its log."));
		return PB_OK;
	}
	if (state->tools.opener == NULL)
		return begin_log(state, origin, err);
	if (strcmp(origin, state->origin) != 0)
		find(state, "segment_origin",
		    N_("The header of this segment names another log than the first segment."));
	return PB_OK;
}

static enum pb_status
read_recipients(struct pb_verify_state *state, const struct pb_json *header, struct pb_error *err)
{
	struct pb_verify_segment *segment = &state->segment;
	const char *text = pb_json_string(pb_json_get(header, "cms"));
	struct pb_buf cms = PB_BUF_EMPTY;
	enum pb_status status = PB_EDATA;

	if (text != NULL)
		status = pb_base64_decode(text, strlen(text), &cms);
	if (status == PB_OK)
		status = pb_verify_readers_of(&cms, &segment->recipients, err);
	if (status == PB_OK) {
		segment->has_recipients = true;
	} else if (pb_inside_unsound(status)) {
		find(state, "segment_envelope",
		    N_("The envelope of this segment's key is not one that its readers can "
		       "open."));
		status = PB_OK;
	}
	pb_buf_done(&cms);
	return status;
}

static enum pb_status
read_header(struct pb_verify_state *state, const struct pb_source_item *item, struct pb_error *err)
{
	struct pb_verify_segment *segment = &state->segment;
	struct pb_json *header = NULL;
	enum pb_status status = pb_json_parse(item->bytes, item->len, &header, err);

	if (pb_inside_unsound(status)) {
		find(state, "segment_header", N_("The header of this segment cannot be read."));
		return PB_OK;
	}
	if (status != PB_OK)
		return status;
	segment->has_first_seq =
	    pb_json_as_u64(pb_json_get(header, "first_seq"), &segment->first_seq);
	if (!segment->has_first_seq)
		find(state, "segment_header",
		    N_("The header of this segment does not state its first record."));
	status = read_origin(state, header, err);
	if (status == PB_OK)
		status = read_recipients(state, header, err);
	pb_json_free(header);
	return status;
}

enum pb_status
pb_verify_segment_begin(
    struct pb_verify_state *state, const struct pb_source_item *item, struct pb_error *err)
{
	struct pb_verify_segment *segment = &state->segment;

	pb_verify_segment_end(state);
	if (segment->begun && segment->has_first_seq &&
	    pb_buf_append_u64(&state->first_seqs, segment->first_seq) != PB_OK)
		return pb_fail_memory(err, N_("verify a log"));
	*segment = (struct pb_verify_segment){ .begun = true };
	(void)snprintf(segment->name, sizeof(segment->name), "%s", item->segment);
	pb_digest_h2(item->bytes, item->len, segment->header_h2);
	segment->has_previous = item->previous != NULL;
	if (segment->has_previous) {
		(void)snprintf(segment->previous, sizeof(segment->previous), "%s", item->previous);
		segment->previous_len = item->previous_len;
		memcpy(segment->previous_sha256, item->previous_sha256, PB_DIGEST_LEN);
	}
	pb_verification_looked(state->v, PB_CHECK_FILES);
	return read_header(state, item, err);
}
