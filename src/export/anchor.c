#include "export/anchor.h"

#include <inttypes.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "log/shared.h"
#include "record/types.h"
#include "stamp/token.h"

static enum pb_status
no_anchor(uint64_t seq, struct pb_error *err)
{
	return pb_fail(err, PB_ECORRUPT, N_("read an anchor"),
	    N_("it is not as the format says an anchor is"), "%" PRIu64, seq);
}

/* FORMAT 2.2: how many objects an anchor has at least, each in its place. */
static size_t
required(const struct pb_export_anchor *anchor)
{
	return anchor->stamp.shared ? 6 : 3;
}

/* The file of an object by its word; false: there is none, or once too often. */
static bool
name_object(struct pb_export_anchor *anchor, const char *word, unsigned *revocations)
{
	static const struct {
		const char *word;
		enum pb_package_kind kind;
	} kinds[] = {
		{ "checkpoint", PB_PACKAGE_STAMP_CHECKPOINT },
		{ "request", PB_PACKAGE_STAMP_REQUEST },
		{ "reply", PB_PACKAGE_STAMP_REPLY },
		{ "node", PB_PACKAGE_STAMP_NODE },
		{ "salt", PB_PACKAGE_STAMP_SALT },
		{ "proof", PB_PACKAGE_STAMP_PROOF },
		{ "chain", PB_PACKAGE_STAMP_CHAIN },
		{ "crl", PB_PACKAGE_STAMP_REVOCATION },
		{ "ocsp", PB_PACKAGE_STAMP_REVOCATION },
	};
	struct pb_package_name *name = &anchor->object[anchor->object_count].name;
	size_t i = 0;

	while (i < sizeof(kinds) / sizeof(kinds[0]) &&
	       (word == NULL || strcmp(word, kinds[i].word) != 0))
		i++;
	if (i == sizeof(kinds) / sizeof(kinds[0]))
		return false;
	*name = (struct pb_package_name){
		.kind = kinds[i].kind, .seq = anchor->stamp.seq, .size = anchor->stamp.size
	};
	if (kinds[i].kind == PB_PACKAGE_STAMP_REVOCATION) {
		/* ".crl" and ".ocsp" are counted together, in the order of the objects. */
		name->index = ++*revocations;
		name->ocsp = strcmp(word, "ocsp") == 0;
		return true;
	}
	/* The first ones each in its place; a chain at most once, and before the others. */
	return anchor->object_count == (i < required(anchor) ? i : required(anchor)) &&
	       (i < required(anchor) || kinds[i].kind == PB_PACKAGE_STAMP_CHAIN);
}

/* Each word of `objects` is the next part of kind 4. */
static bool
name_objects(
    struct pb_export_anchor *anchor, const struct pb_json *objects, const struct pb_opened *opened)
{
	unsigned revocations = 0;
	uint8_t part = 0;

	for (size_t i = 0; i < pb_json_count(objects); i++, part++) {
		while (part < pb_opened_count(opened) &&
		       pb_opened_kind(opened, part) != PB_PART_OBJECT)
			part++;
		if (part == pb_opened_count(opened) ||
		    !name_object(anchor, pb_json_string(pb_json_item(objects, i)), &revocations))
			return false;
		anchor->object[anchor->object_count++].part = part;
	}
	for (; part < pb_opened_count(opened); part++)
		if (pb_opened_kind(opened, part) == PB_PART_OBJECT)
			return false;
	return anchor->object_count >= required(anchor);
}

static enum pb_status
read_token(struct pb_export_anchor *anchor, struct pb_opened *opened, struct pb_error *err)
{
	struct pb_dossier_stamp *stamp = &anchor->stamp;
	struct pb_buf reply = PB_BUF_EMPTY;
	struct pb_token *token = NULL;
	enum pb_status status;

	status = pb_opened_part(opened, anchor->object[2].part, PB_LIMIT_OBJECT, &reply, err);
	if (status == PB_OK)
		status = pb_token_parse(reply.data, reply.len, &token, err);
	if (status == PB_OK) {
		const struct pb_token_info *info = pb_token_info(token);

		stamp->gen_time_us = info->gen_time_us;
		stamp->has_accuracy = info->has_accuracy;
		stamp->accuracy_us = info->has_accuracy ? info->accuracy_us : 0;
		stamp->qualified = info->qualified;
	}
	pb_token_free(token);
	pb_buf_done(&reply);
	return status == PB_EDATA || status == PB_ELIMIT ? no_anchor(stamp->seq, err) : status;
}

static enum pb_status
read_facts(struct pb_export_anchor *anchor, const struct pb_json *facts, struct pb_opened *opened,
    struct pb_error *err)
{
	const char *event = pb_json_string(pb_json_get(facts, "event"));
	enum pb_token_over over = pb_token_over(event);
	const char *tsa = pb_json_string(pb_json_get(facts, "tsa"));
	struct pb_dossier_stamp *stamp = &anchor->stamp;

	if (event == NULL)
		return no_anchor(stamp->seq, err);
	if (over == PB_TOKEN_NONE)
		return PB_OK;
	anchor->stamp.shared = over == PB_TOKEN_OVER_NODE;
	if (!pb_json_as_u64(pb_json_get(facts, "size"), &stamp->size) ||
	    !pb_json_as_bool(pb_json_get(facts, "local"), &stamp->local) || tsa == NULL ||
	    stamp->size == 0 || stamp->size > stamp->seq ||
	    !name_objects(anchor, pb_json_get(facts, "objects"), opened))
		return no_anchor(stamp->seq, err);
	pb_text_safe_copy(stamp->tsa, sizeof(stamp->tsa), (const uint8_t *)tsa, strlen(tsa));
	anchor->has_token = true;
	return read_token(anchor, opened, err);
}

enum pb_status
pb_export_anchor_read(struct pb_reading *reading, uint64_t seq, struct pb_export_anchor *ret_anchor,
    struct pb_opened **ret_opened, struct pb_error *err)
{
	struct pb_export_anchor anchor = { .stamp = { .seq = seq } };
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_json *facts = NULL;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_opened *opened;
	struct pb_leaf leaf;
	enum pb_status status;
	uint8_t index;

	status = pb_reading_record(reading, seq, &leaf, &opened, sha256, err);
	if (status != PB_OK)
		return status;
	index = pb_opened_find(opened, PB_PART_FACTS);
	if (leaf.type != PB_RECORD_ANCHOR || index == pb_opened_count(opened))
		return no_anchor(seq, err);
	status = pb_opened_part(opened, index, PB_LIMIT_JSON, &text, err);
	if (status == PB_OK)
		status = pb_json_parse(text.data, text.len, &facts, err);
	if (status == PB_EDATA || status == PB_ELIMIT)
		status = no_anchor(seq, err);
	if (status == PB_OK)
		status = read_facts(&anchor, facts, opened, err);
	if (status == PB_OK) {
		*ret_anchor = anchor;
		*ret_opened = opened;
	}
	pb_json_free(facts);
	pb_buf_done(&text);
	return status;
}

int
pb_export_stamp_compare(const void *a, const void *b)
{
	const struct pb_dossier_stamp *x = a, *y = b;

	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}
