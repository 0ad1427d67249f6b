/*
 * Any octets as a ZIP: what is accepted is what our writer makes of its entries, to
 * the octet; so nothing stands in it that was not understood.
 */
#include <stdlib.h>
#include <string.h>

#include "bundle/package.h"
#include "bundle/zip.h"
#include "core/error.h"
#include "fuzz/fuzz.h"
#include "fuzz/octets.h"

static enum pb_status
read_input(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	const struct pb_octets *octets = ctx;

	(void)err;
	pb_assert(offset <= octets->len && len <= octets->len - offset);
	if (len > 0)
		memcpy(to, octets->data + offset, len);
	return PB_OK;
}

static enum pb_status
collect(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	(void)err;
	return pb_buf_append(ctx, data, len);
}

/* Every entry, read whole, into the writer. */
static enum pb_status
copy(struct pb_zip_reader *reader, struct pb_zip_writer *writer, struct pb_error *err)
{
	struct pb_buf whole = PB_BUF_EMPTY;
	struct pb_package_name name;
	struct pb_zip_entry entry;
	enum pb_status status;
	char text[201];

	while ((status = pb_zip_reader_next(reader, &entry, err)) == PB_OK) {
		if (pb_package_parse(entry.name, &name)) {
			pb_package_format(&name, text);
			pb_assert(strcmp(text, entry.name) == 0);
		}
		pb_buf_clear(&whole);
		status = pb_zip_reader_whole(reader, &entry, 1 << 24, &whole, err);
		if (status != PB_OK)
			break;
		pb_assert(
		    pb_zip_writer_entry(writer, entry.name,
			whole.len > 0 ? (const void *)whole.data : "", whole.len, err) == PB_OK);
	}
	pb_buf_done(&whole);
	return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct pb_buf again = PB_BUF_EMPTY;
	const struct pb_zip_sink sink = { &again, collect };
	struct pb_zip_reader *reader = NULL;
	struct pb_zip_writer *writer = NULL;
	struct pb_zip_bytes bytes;
	struct pb_octets octets;
	struct pb_error err;

	octets_init(&octets, data, len);
	bytes = (struct pb_zip_bytes){ .ctx = &octets, .len = len, .read = read_input };
	if (pb_zip_reader_new(&bytes, &reader, &err) == PB_OK) {
		pb_assert(pb_zip_writer_new(&sink, &octets.files, PB_OCTETS_SPOOL, &writer, &err) ==
			  PB_OK);
		if (copy(reader, writer, &err) == PB_EEND) {
			pb_assert(pb_zip_writer_end(writer, &err) == PB_OK);
			pb_assert(again.len == len && memcmp(again.data, data, len) == 0);
		}
	}
	pb_zip_writer_free(writer);
	pb_zip_reader_free(reader);
	pb_buf_done(&again);
	pb_buf_done(&octets.spool);
	return 0;
}
