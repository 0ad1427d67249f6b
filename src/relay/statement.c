#include "relay/statement.h"

#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "core/limits.h"
#include "record/opened.h"
#include "record/types.h"

#define WHAT N_("look at what a listener states")

/* Octets of a gap's facts: a dozen times what they need.  And of its envelope: what is remembered
 * in hexadecimal (doors/gaps.h) may be escaped there, six octets for one. */
#define FACTS_MAX 4096
#define ENVELOPE_MAX (4 * (uint64_t)PB_LIMIT_GAPS)

static enum pb_status
read_payload(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	return pb_sealed_read(ctx, offset, to, len, err);
}

/* Facts, and perhaps an envelope. */
static bool
has_parts(const struct pb_opened *opened)
{
	size_t count = pb_opened_count(opened);

	return count >= 1 && count <= 2 && pb_opened_kind(opened, 0) == PB_PART_FACTS &&
	       pb_opened_len(opened, 0) <= FACTS_MAX &&
	       (count == 1 || (pb_opened_kind(opened, 1) == PB_PART_ENVELOPE &&
				  pb_opened_len(opened, 1) <= ENVELOPE_MAX));
}

/* A gap tells of messages by their names, in an envelope; the other of numbers alone. */
static bool
is_stated(const char *event, size_t parts)
{
	return event != NULL && strcmp(event, parts == 2 ? "gap" : "unmapped") == 0;
}

static enum pb_status
read_event(struct pb_opened *opened, bool *ret_stated, struct pb_error *err)
{
	struct pb_buf octets = PB_BUF_EMPTY;
	struct pb_json *facts = NULL;
	const char *event;
	enum pb_status status = pb_opened_part(opened, 0, FACTS_MAX, &octets, err);

	if (status == PB_OK)
		status = pb_json_parse(octets.data, octets.len, &facts, err);
	event = status == PB_OK ? pb_json_string(pb_json_get(facts, "event")) : NULL;
	*ret_stated = is_stated(event, pb_opened_count(opened));
	pb_json_free(facts);
	pb_buf_wipe(&octets);
	pb_buf_done(&octets);
	return status;
}

static enum pb_status
look(
    struct pb_opened *opened, const struct pb_sealed *sealed, bool *ret_right, struct pb_error *err)
{
	uint8_t commitment[PB_COMMITMENT_LEN], sha256[PB_DIGEST_LEN];
	enum pb_status status;
	bool stated, right;

	if (!has_parts(opened))
		return PB_OK;
	status = read_event(opened, &stated, err);
	if (status == PB_OK)
		status = pb_opened_commitment(opened, commitment, &right, sha256, err);
	*ret_right = status == PB_OK && stated && right &&
		     memcmp(commitment, sealed->commitment, sizeof(commitment)) == 0;
	return status;
}

enum pb_status
pb_statement_check(const char *origin, struct pb_sealed *sealed, struct pb_error *err)
{
	const struct pb_payload payload = { sealed, sealed->payload_len, read_payload };
	struct pb_opener *opener = NULL;
	struct pb_opened *opened = NULL;
	bool right = false;
	enum pb_status status = pb_opener_new(origin, &opener, err);

	if (status == PB_OK)
		status = pb_opener_open(opener, &payload, sealed->r, &opened, err);
	if (status == PB_OK)
		status = look(opened, sealed, &right, err);
	pb_opened_free(opened);
	pb_opener_free(opener);
	if (status == PB_ENOMEM || (status == PB_OK && right))
		return status;
	return pb_fail(err, PB_EDATA, WHAT,
	    N_("it is nothing that a door states, or does not open in every bundle"), "%s", origin);
}
