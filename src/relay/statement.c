#include "relay/statement.h"

#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "record/opened.h"
#include "record/seal.h"
#include "record/types.h"

#define WHAT N_("look at what a listener states")
#define LEVEL 1

/* Octets of facts: a dozen times what they need.  And of a gap's envelope, which is no longer than
 * the lines that remember it (doors/gaps.h). */
#define FACTS_MAX 4096
#define ENVELOPE_MAX PB_LIMIT_GAPS

enum pb_status
pb_statement_seal(const struct pb_world *world, const char *origin, const char *spill_dir,
    const struct pb_buf *facts, const struct pb_buf *envelope, struct pb_sealed *ret_sealed,
    struct pb_error *err)
{
	struct pb_sealer *sealer = NULL;
	enum pb_status status =
	    pb_sealer_new(world->files, world->random, origin, spill_dir, LEVEL, &sealer, err);

	if (status == PB_OK)
		status =
		    pb_sealer_state(sealer, PB_RECORD_CAPTURE, facts, envelope, ret_sealed, err);
	pb_sealer_free(sealer);
	return status;
}

/* ---- looked into ---------------------------------------------------------------------------- */

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

/* *ret_json: of that part; on failure NULL. */
static enum pb_status
read_part(struct pb_opened *opened, uint8_t part, struct pb_json **ret_json, struct pb_error *err)
{
	struct pb_buf octets = PB_BUF_EMPTY;
	enum pb_status status = pb_opened_part(opened, part, ENVELOPE_MAX, &octets, err);

	if (status == PB_OK)
		status = pb_json_parse(octets.data, octets.len, ret_json, err);
	pb_buf_wipe(&octets);
	pb_buf_done(&octets);
	return status;
}

static enum pb_status
read_stated(
    struct pb_opened *opened, const struct pb_stated_by *by, bool *ret_fits, struct pb_error *err)
{
	struct pb_json *facts = NULL, *envelope = NULL;
	enum pb_status status = read_part(opened, 0, &facts, err);

	if (status == PB_OK && pb_opened_count(opened) > 1)
		status = read_part(opened, 1, &envelope, err);
	*ret_fits = status == PB_OK && pb_stated_fits(by, facts, envelope);
	pb_json_free(facts);
	pb_json_free(envelope);
	return status;
}

static enum pb_status
look(struct pb_opened *opened, const struct pb_stated_by *by, const struct pb_sealed *sealed,
    bool *ret_right, struct pb_error *err)
{
	uint8_t commitment[PB_COMMITMENT_LEN], sha256[PB_DIGEST_LEN];
	enum pb_status status;
	bool fits, right;

	if (!has_parts(opened))
		return PB_OK;
	status = read_stated(opened, by, &fits, err);
	if (status == PB_OK)
		status = pb_opened_commitment(opened, commitment, &right, sha256, err);
	*ret_right = status == PB_OK && fits && right &&
		     memcmp(commitment, sealed->commitment, sizeof(commitment)) == 0;
	return status;
}

enum pb_status
pb_statement_check(const char *origin, const struct pb_stated_by *by, struct pb_sealed *sealed,
    struct pb_error *err)
{
	const struct pb_payload payload = { sealed, sealed->payload_len, read_payload };
	struct pb_opener *opener = NULL;
	struct pb_opened *opened = NULL;
	bool right = false;
	enum pb_status status = pb_opener_new(origin, &opener, err);

	if (status == PB_OK)
		status = pb_opener_open(opener, &payload, sealed->r, &opened, err);
	if (status == PB_OK)
		status = look(opened, by, sealed, &right, err);
	pb_opened_free(opened);
	pb_opener_free(opener);
	if (status == PB_ENOMEM || (status == PB_OK && right))
		return status;
	return pb_fail(err, PB_EDATA, WHAT,
	    N_("it is nothing that a door states, or does not open in every bundle"), "%s", origin);
}
