/* What an opening discloses: the octets of its parts, and the commitment that they make. */
#include <string.h>

#include "core/limits.h"
#include "record/types.h"
#include "verify/bundle_opening.h"

/* What is kept of the parts as they pass. */
struct kept {
	uint8_t message[PB_DIGEST_LEN]; /* SHA-256 of message.eml */
	uint8_t digest[PB_DIGEST_LEN];  /* the part */
	bool has_digest, digest_long;
	struct pb_buf facts;
	bool has_facts, facts_long;
};

/* The entry that holds a part's octets, if it is the right one there. */
static struct pb_bundle_entry *
content(struct pb_bundle_record *record, size_t at, enum pb_package_kind kind, unsigned index)
{
	struct pb_bundle_entry *entry = at < record->count ? &record->entry[at] : NULL;

	if (entry == NULL || entry->name.kind != kind ||
	    (kind == PB_PACKAGE_PART && entry->name.index != index))
		return NULL;
	return entry;
}

/* Are they exactly the files that the opening discloses, no more and no less? */
static bool
files_right(const struct pb_opening *opening, struct pb_bundle_job *job)
{
	struct pb_bundle_record *record = &job->record;
	bool whole = pb_opening_whole(opening);
	size_t at = 0, objects = 0;

	if (whole && content(record, at++, PB_PACKAGE_MESSAGE, 0) == NULL)
		return false;
	for (unsigned i = 0; i < opening->count; i++) {
		uint8_t kind = opening->part[i].kind;

		if (!opening->part[i].disclosed ||
		    (whole && (kind == PB_PART_HEADER || kind == PB_PART_BODY)))
			continue;
		if (kind == PB_PART_OBJECT && job->object != NULL) {
			objects++;
			continue;
		}
		if (content(record, at++, PB_PACKAGE_PART, i) == NULL)
			return false;
	}
	return objects == job->object_count &&
	       (at == record->count || record->entry[at].name.kind > PB_PACKAGE_PART);
}

/* Where an entry's octets stand in the job's memory; NULL: not there, to be read in pieces. */
static const uint8_t *
in_memory(const struct pb_bundle_job *job, const struct pb_bundle_entry *entry)
{
	uint64_t len = job->memory.len;

	if (entry->data < job->base || entry->data - job->base > len ||
	    entry->len > len - (entry->data - job->base) || entry->len == 0)
		return NULL;
	return job->memory.data + (entry->data - job->base);
}

/* message.eml in memory: the digests of all slices side by side, and its own. */
static void
look_at_message_at_once(struct pb_bundle_tools *tools, struct pb_bundle_job *job,
    const uint8_t *data, struct kept *kept)
{
	struct pb_lanes_input sha256[PB_LIMIT_PARTS + 1], sha3[PB_LIMIT_PARTS];
	struct pb_bundle_entry *entry = &job->record.entry[0];
	struct pb_opening *opening = tools->opening;
	struct pb_bundle_pass pass;
	uint8_t d[PB_LIMIT_PARTS][PB_H2_LEN];
	size_t count = 0, left = (size_t)entry->len;
	const uint8_t *at = data;

	for (unsigned i = 0; i < opening->count; i++) {
		const struct pb_opening_part *part = &opening->part[i];
		size_t len = part->len < left ? (size_t)part->len : left;

		if (!part->disclosed ||
		    (part->kind != PB_PART_HEADER && part->kind != PB_PART_BODY))
			continue;
		/* Less is left: the message is cut short, and its digest shows it. */
		job->inside.commitment_wrong |= part->len > left;
		sha256[count] = (struct pb_lanes_input){ at, len, d[i] };
		sha3[count++] = (struct pb_lanes_input){ at, len, d[i] + PB_DIGEST_LEN };
		at += len;
		left -= len;
	}
	job->inside.commitment_wrong |= left > 0;
	sha256[count] = (struct pb_lanes_input){ data, (size_t)entry->len, kept->message };
	pb_lanes_sort(sha256, count + 1);
	pb_lanes_sort(sha3, count);
	pb_lanes_sha256(&tools->lanes, sha256, count + 1);
	pb_lanes_sha3_256(&tools->lanes, sha3, count);
	for (unsigned i = 0; i < opening->count; i++)
		if (opening->part[i].disclosed && (opening->part[i].kind == PB_PART_HEADER ||
						      opening->part[i].kind == PB_PART_BODY))
			pb_opening_disclose(opening, (uint8_t)i, d[i]);
	pb_bundle_pass_begin(&pass, tools, &job->bytes, entry, NULL);
	pass.crc32 = pb_zip_crc32(0, data, (size_t)entry->len);
	pb_bundle_pass_end(&pass, kept->message);
}

/* message.eml: each slice's digests, and its own. */
static enum pb_status
look_at_message(struct pb_bundle_tools *tools, struct pb_bundle_job *job, struct kept *kept,
    struct pb_error *err)
{
	struct pb_opening *opening = tools->opening;
	struct pb_bundle_entry *entry = &job->record.entry[0];
	struct pb_bundle_pass pass;
	enum pb_status status = PB_OK;
	uint8_t d[PB_H2_LEN];

	pb_bundle_pass_begin(&pass, tools, &job->bytes, entry, tools->sha256);
	for (unsigned i = 0; status == PB_OK && i < opening->count; i++) {
		const struct pb_opening_part *part = &opening->part[i];

		if (!part->disclosed ||
		    (part->kind != PB_PART_HEADER && part->kind != PB_PART_BODY))
			continue;
		/* Less is left: the message is cut short, and its digest shows it. */
		if (part->len > pb_bundle_pass_left(&pass))
			job->inside.commitment_wrong = true;
		status = pb_bundle_pass_read(&pass, part->len, tools->h2, NULL, err);
		pb_digest_final(tools->h2, d);
		pb_opening_disclose(opening, (uint8_t)i, d);
	}
	if (pb_bundle_pass_left(&pass) > 0)
		job->inside.commitment_wrong = true;
	if (status == PB_OK)
		status = pb_bundle_pass_read(&pass, UINT64_MAX, NULL, NULL, err);
	pb_digest_final(tools->sha256, kept->message);
	if (status == PB_OK)
		pb_bundle_pass_end(&pass, kept->message);
	return status;
}

/* A part in a file of its own: its SHA-256 is the first half of its H2. */
static enum pb_status
look_at_part(struct pb_bundle_tools *tools, struct pb_bundle_job *job,
    struct pb_bundle_entry *entry, uint8_t index, struct kept *kept, struct pb_error *err)
{
	const struct pb_opening_part *part = &tools->opening->part[index];
	bool facts = part->kind == PB_PART_FACTS && !kept->has_facts;
	struct pb_buf *copy = facts && entry->len <= PB_LIMIT_JSON ? &kept->facts : NULL;
	struct pb_buf digest = PB_BUF_EMPTY;
	struct pb_bundle_pass pass;
	enum pb_status status;
	uint8_t d[PB_H2_LEN];

	if (part->kind == PB_PART_DIGEST && entry->len == PB_DIGEST_LEN)
		copy = &digest;
	pb_bundle_pass_begin(&pass, tools, &job->bytes, entry, NULL);
	status = pb_bundle_pass_read(&pass, UINT64_MAX, tools->h2, copy, err);
	pb_digest_final(tools->h2, d);
	if (status == PB_OK) {
		pb_bundle_pass_end(&pass, d);
		pb_opening_disclose(tools->opening, index, d);
		job->inside.commitment_wrong |= entry->len != part->len;
		kept->has_facts |= facts;
		kept->facts_long |= facts && copy == NULL;
		kept->has_digest |= part->kind == PB_PART_DIGEST;
		kept->digest_long |= part->kind == PB_PART_DIGEST && copy == NULL;
		if (digest.len == PB_DIGEST_LEN)
			memcpy(kept->digest, digest.data, PB_DIGEST_LEN);
	}
	pb_buf_done(&digest);
	return status;
}

static enum pb_status
look_at_parts(struct pb_bundle_tools *tools, struct pb_bundle_job *job, struct kept *kept,
    struct pb_error *err)
{
	struct pb_opening *opening = tools->opening;
	bool whole = pb_opening_whole(opening);
	enum pb_status status = PB_OK;
	size_t at = 0, objects = 0;
	const uint8_t *data;

	data = whole ? in_memory(job, &job->record.entry[0]) : NULL;
	if (data != NULL)
		look_at_message_at_once(tools, job, data, kept);
	else if (whole)
		status = look_at_message(tools, job, kept, err);
	at += whole;
	for (unsigned i = 0; status == PB_OK && i < opening->count; i++) {
		const struct pb_opening_part *part = &opening->part[i];

		if (!part->disclosed ||
		    (whole && (part->kind == PB_PART_HEADER || part->kind == PB_PART_BODY)))
			continue;
		if (part->kind == PB_PART_OBJECT && job->object != NULL) {
			/* Its own sums are checked where it stands. */
			struct pb_bundle_entry object = job->object[objects++];

			status = look_at_part(tools, job, &object, (uint8_t)i, kept, err);
		} else {
			status = look_at_part(
			    tools, job, &job->record.entry[at++], (uint8_t)i, kept, err);
		}
	}
	return status;
}

static enum pb_status
judge(struct pb_bundle_tools *tools, struct pb_bundle_job *job, const struct kept *kept,
    struct pb_error *err)
{
	struct pb_inside *inside = &job->inside;
	uint8_t commitment[PB_COMMITMENT_LEN];

	pb_opening_commitment(tools->opening, commitment);
	inside->opened = true;
	inside->commitment_wrong |=
	    !job->has_own || memcmp(commitment, job->own.commitment, PB_COMMITMENT_LEN) != 0;
	if (kept->has_digest && !inside->digest_twice)
		inside->digest_wrong =
		    kept->digest_long || memcmp(kept->digest, kept->message, PB_DIGEST_LEN) != 0;
	if (!kept->has_facts || inside->facts_missing)
		return PB_OK;
	if (kept->facts_long) {
		inside->facts_malformed = true;
		return PB_OK;
	}
	return pb_inside_facts(
	    kept->facts.data, kept->facts.len, inside, job->want_facts ? &job->facts : NULL, err);
}

enum pb_status
pb_bundle_look_at_content(
    struct pb_bundle_tools *tools, struct pb_bundle_job *job, struct pb_error *err)
{
	struct kept kept = { .has_digest = false };
	enum pb_status status;

	if (!files_right(tools->opening, job)) {
		job->faults.files_differ = true;
		return PB_OK;
	}
	status = look_at_parts(tools, job, &kept, err);
	if (status == PB_OK)
		status = judge(tools, job, &kept, err);
	pb_buf_done(&kept.facts);
	return status;
}
