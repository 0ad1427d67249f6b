#include "record/opening.h"

#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "core/limits.h"
#include "record/types.h"

/* Above what 255 parts take: 255 times {"p":"<128 digits>"}, at most, and what surrounds them. */
#define OPENING_MAX (64 * 1024)

static void
write_part(struct pb_json_writer *w, const struct pb_opening_part *part)
{
	pb_json_object_begin(w, NULL);
	if (part->disclosed) {
		pb_json_u64(w, "kind", part->kind);
		pb_json_u64(w, "length", part->len);
		pb_json_hex(w, "salt", part->salt, PB_SALT_LEN);
	} else {
		pb_json_hex(w, "p", part->p, PB_H2_LEN);
	}
	pb_json_object_end(w);
}

enum pb_status
pb_opening_encode(const struct pb_opening *opening, struct pb_buf *json)
{
	size_t before = json->len;
	struct pb_json_writer w;

	pb_assert(opening->count > 0);
	pb_json_writer_init(&w, json);
	pb_json_object_begin(&w, NULL);
	pb_json_u64(&w, "seq", opening->seq);
	pb_json_array_begin(&w, "parts");
	for (unsigned i = 0; i < opening->count; i++)
		write_part(&w, &opening->part[i]);
	pb_json_array_end(&w);
	pb_json_object_end(&w);
	if (pb_json_writer_status(&w) != PB_OK)
		json->len = before;
	return pb_json_writer_status(&w);
}

static bool
read_part(const struct pb_json *value, struct pb_opening_part *part)
{
	const struct pb_json *p = pb_json_get(value, "p");
	uint64_t kind = 0;

	if (p != NULL)
		return pb_json_as_hex(p, part->p, PB_H2_LEN);
	part->disclosed = true;
	if (!pb_json_as_u64(pb_json_get(value, "kind"), &kind) || kind > UINT8_MAX)
		return false;
	part->kind = (uint8_t)kind;
	return pb_json_as_u64(pb_json_get(value, "length"), &part->len) &&
	       pb_json_as_hex(pb_json_get(value, "salt"), part->salt, PB_SALT_LEN);
}

static bool
read_members(const struct pb_json *root, struct pb_opening *opening)
{
	const struct pb_json *parts = pb_json_get(root, "parts");
	size_t count = pb_json_count(parts);

	if (!pb_json_as_u64(pb_json_get(root, "seq"), &opening->seq))
		return false;
	if (count < 1 || count > PB_LIMIT_PARTS)
		return false;
	opening->count = (uint8_t)count;
	for (size_t i = 0; i < count; i++)
		if (!read_part(pb_json_item(parts, i), &opening->part[i]))
			return false;
	return true;
}

static enum pb_status
malformed(struct pb_error *err, const char *why)
{
	return pb_fail(err, PB_EDATA, N_("read an opening"), why, "%s", "");
}

/* Every octet is prescribed, so that none can hide anything: what was read, written again. */
static enum pb_status
check_encoding(const struct pb_opening *opening, const void *json, size_t len, struct pb_error *err)
{
	struct pb_buf again = PB_BUF_EMPTY;
	enum pb_status status;

	if (pb_opening_encode(opening, &again) != PB_OK)
		status = pb_fail_memory(err, N_("read an opening"));
	else if (again.len != len || memcmp(again.data, json, len) != 0)
		status = malformed(err, N_("it is not written as Probant writes it"));
	else
		status = PB_OK;
	pb_buf_done(&again);
	return status;
}

enum pb_status
pb_opening_decode(
    const void *json, size_t len, struct pb_opening *ret_opening, struct pb_error *err)
{
	struct pb_opening opening;
	struct pb_json *root = NULL;
	enum pb_status status;

	memset(&opening, 0, sizeof(opening));
	if (len > OPENING_MAX)
		return malformed(err, N_("it is longer than any opening"));
	status = pb_json_parse(json, len, &root, err);
	if (status == PB_ELIMIT)
		status = malformed(err, N_("it is not written as Probant writes it"));
	if (status != PB_OK)
		return status;
	if (read_members(root, &opening))
		status = check_encoding(&opening, json, len, err);
	else
		status = malformed(err, N_("it does not say what each part is"));
	if (status == PB_OK)
		*ret_opening = opening;
	pb_json_free(root);
	return status;
}

void
pb_opening_disclose(struct pb_opening *opening, uint8_t index, const uint8_t d[PB_H2_LEN])
{
	struct pb_opening_part *part = &opening->part[index];

	pb_assert(index < opening->count && part->disclosed);
	pb_commitment_part(index, part->kind, part->len, part->salt, d, part->p);
}

void
pb_opening_commitment(const struct pb_opening *opening, uint8_t out[PB_COMMITMENT_LEN])
{
	uint8_t p[PB_LIMIT_PARTS * PB_H2_LEN];

	pb_assert(opening->count > 0);
	for (unsigned i = 0; i < opening->count; i++)
		memcpy(p + i * PB_H2_LEN, opening->part[i].p, PB_H2_LEN);
	pb_commitment_record(p, opening->count, out);
}

bool
pb_opening_whole(const struct pb_opening *opening)
{
	for (unsigned i = 0; i < opening->count; i++)
		if (opening->part[i].disclosed && opening->part[i].kind == PB_PART_DIGEST)
			return true;
	return false;
}
