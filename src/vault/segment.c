#include "vault/segment.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "log/origin.h"

#define HEX_U64_LEN 16

static const char MAGIC[] = "PBSEGMT1";
#define MAGIC_LEN (sizeof(MAGIC) - 1)

void
pb_segment_name(
    uint64_t first_seq, const uint8_t id[PB_SEGMENT_ID_LEN], char out[PB_SEGMENT_NAME_LEN + 1])
{
	uint8_t seq[8];

	pb_put_u64(seq, first_seq);
	pb_hex_encode(seq, sizeof(seq), out);
	out[HEX_U64_LEN] = '-';
	pb_hex_encode(id, PB_SEGMENT_ID_LEN, out + HEX_U64_LEN + 1);
}

bool
pb_segment_name_parse(const char *file, const char *suffix, uint64_t *ret_first_seq,
    uint8_t ret_id[PB_SEGMENT_ID_LEN])
{
	uint8_t seq[8], id[PB_SEGMENT_ID_LEN];

	if (strlen(file) != PB_SEGMENT_NAME_LEN + strlen(suffix) ||
	    strcmp(file + PB_SEGMENT_NAME_LEN, suffix) != 0 || file[HEX_U64_LEN] != '-' ||
	    !pb_hex_decode(file, HEX_U64_LEN, seq, sizeof(seq)) ||
	    !pb_hex_decode(file + HEX_U64_LEN + 1, 2 * sizeof(id), id, sizeof(id)))
		return false;
	*ret_first_seq = pb_get_u64(seq);
	memcpy(ret_id, id, sizeof(id));
	return true;
}

char *
pb_segment_path(const char *dir, const char *folder, const char *name, const char *suffix)
{
	struct pb_buf path = PB_BUF_EMPTY;

	if (pb_buf_printf(&path, "%s/%s/%s%s", dir, folder, name, suffix) != PB_OK ||
	    pb_buf_text(&path) == NULL) {
		pb_buf_done(&path);
		return NULL;
	}
	return (char *)path.data;
}

enum pb_status
pb_segment_header_encode(const struct pb_segment_header *header, struct pb_buf *buf)
{
	struct pb_json_writer w;

	pb_json_writer_init(&w, buf);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "origin", header->origin);
	pb_json_hex(&w, "id", header->id, sizeof(header->id));
	pb_json_u64(&w, "first_seq", header->first_seq);
	pb_json_u64(&w, "created_s", header->created_s);
	pb_json_base64(&w, "cms", header->cms.data, header->cms.len);
	pb_json_object_end(&w);
	return pb_json_writer_status(&w);
}

static enum pb_status
read_members(const struct pb_json *root, struct pb_segment_header *header)
{
	const char *origin = pb_json_string(pb_json_get(root, "origin"));
	const char *cms = pb_json_string(pb_json_get(root, "cms"));

	if (origin == NULL || !pb_origin_valid(origin, strlen(origin)) || cms == NULL ||
	    !pb_json_as_hex(pb_json_get(root, "id"), header->id, sizeof(header->id)) ||
	    !pb_json_as_u64(pb_json_get(root, "first_seq"), &header->first_seq) ||
	    !pb_json_as_u64(pb_json_get(root, "created_s"), &header->created_s))
		return PB_EDATA;
	memcpy(header->origin, origin, strlen(origin) + 1);
	return pb_base64_decode(cms, strlen(cms), &header->cms);
}

/*
 * One header has one encoding: encoding again what was understood must give
 * the same bytes.  So order, white space, number forms and members beyond
 * ours are all refused at once.
 */
static enum pb_status
check_canonical(const struct pb_segment_header *header, const void *json, size_t len)
{
	struct pb_buf again = PB_BUF_EMPTY;
	enum pb_status status;

	status = pb_segment_header_encode(header, &again);
	if (status == PB_OK && (again.len != len || memcmp(again.data, json, len) != 0))
		status = PB_EDATA;
	pb_buf_done(&again);
	return status;
}

enum pb_status
pb_segment_header_decode(
    const void *json, size_t len, struct pb_segment_header *ret_header, struct pb_error *err)
{
	static const char what[] = N_("read a segment's header");
	struct pb_segment_header header = { .cms = PB_BUF_EMPTY };
	struct pb_json *root = NULL;
	enum pb_status status = PB_ELIMIT;

	if (len > 0 && len <= PB_LIMIT_SEGMENT_HEADER)
		status = pb_json_parse(json, len, &root, err);
	if (status == PB_OK)
		status = read_members(root, &header);
	if (status == PB_OK)
		status = check_canonical(&header, json, len);

	pb_json_free(root);
	if (status == PB_OK) {
		*ret_header = header;
		return PB_OK;
	}
	pb_segment_header_done(&header);
	if (status == PB_ENOMEM)
		return pb_fail_memory(err, what);
	return pb_fail(
	    err, PB_ECORRUPT, what, N_("it is not the JSON that FORMAT prescribes"), "JSON header");
}

void
pb_segment_header_done(struct pb_segment_header *header)
{
	pb_buf_done(&header->cms);
}

enum pb_status
pb_segment_prefix(const void *json, size_t len, struct pb_buf *buf)
{
	enum pb_status status;

	if (len == 0 || len > PB_LIMIT_SEGMENT_HEADER)
		return PB_ELIMIT;
	/* All of it or nothing: no append below can fail after this. */
	status = pb_buf_reserve(buf, PB_SEGMENT_PREFIX_LEN + len);
	if (status == PB_OK)
		status = pb_buf_append(buf, MAGIC, MAGIC_LEN);
	if (status == PB_OK)
		status = pb_buf_append_u32(buf, (uint32_t)len);
	if (status == PB_OK)
		status = pb_buf_append(buf, json, len);
	return status;
}

bool
pb_segment_prefix_parse(const uint8_t prefix[PB_SEGMENT_PREFIX_LEN], uint32_t *ret_len)
{
	uint32_t len = pb_get_u32(prefix + MAGIC_LEN);

	if (memcmp(prefix, MAGIC, MAGIC_LEN) != 0 || len == 0 || len > PB_LIMIT_SEGMENT_HEADER)
		return false;
	*ret_len = len;
	return true;
}
