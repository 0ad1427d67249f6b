#include <stdlib.h>
#include <string.h>

#include "bundle/zip_format.h"
#include "core/error.h"
#include "core/io.h"

#define GATHER 32768 /* octets of the central directory between two writes to the spool */

struct pb_zip_writer {
	const struct pb_zip_sink *sink;
	const struct pb_files *files;
	int spool;
	uint64_t offset; /* octets that went to the sink */
	uint64_t count;
	uint64_t spooled; /* octets of the central directory in the spool */
	size_t gathered;  /* and those behind them, here */
	uint8_t gather[GATHER];
	/* The entry that was begun. */
	bool open;
	uint64_t left; /* of the promised length */
	uint32_t crc32;
	uint32_t promised_crc32;
	bool over; /* it is whole, or a write failed: nothing may follow */
};

enum pb_status
pb_zip_writer_new(const struct pb_zip_sink *sink, const struct pb_files *files, int spool,
    struct pb_zip_writer **ret_writer, struct pb_error *err)
{
	struct pb_zip_writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL)
		return pb_fail_memory(err, N_("write a ZIP"));
	writer->sink = sink;
	writer->files = files;
	writer->spool = spool;
	*ret_writer = writer;
	return PB_OK;
}

void
pb_zip_writer_free(struct pb_zip_writer *writer)
{
	free(writer);
}

uint64_t
pb_zip_writer_offset(const struct pb_zip_writer *writer)
{
	return writer->offset;
}

static enum pb_status
emit(struct pb_zip_writer *writer, const void *data, size_t len, struct pb_error *err)
{
	enum pb_status status = writer->sink->write(writer->sink->ctx, data, len, err);

	if (status == PB_OK)
		writer->offset += len;
	else
		writer->over = true;
	return status;
}

static enum pb_status
flush_directory(struct pb_zip_writer *writer, struct pb_error *err)
{
	enum pb_status status = pb_io_pwrite(writer->files, writer->spool, "ZIP directory",
	    writer->gather, writer->gathered, writer->spooled, err);

	if (status != PB_OK) {
		writer->over = true;
		return status;
	}
	writer->spooled += writer->gathered;
	writer->gathered = 0;
	return PB_OK;
}

static enum pb_status
gather(struct pb_zip_writer *writer, const uint8_t *data, size_t len, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (len > sizeof(writer->gather) - writer->gathered)
		status = flush_directory(writer, err);
	if (status == PB_OK) {
		memcpy(writer->gather + writer->gathered, data, len);
		writer->gathered += len;
	}
	return status;
}

bool
pb_zip_writer_kept(const struct pb_zip_writer *writer)
{
	return writer->left == 0 && writer->crc32 == writer->promised_crc32;
}

/* The entry that was begun is what its headers, which are written, say. */
static void
close_entry(struct pb_zip_writer *writer)
{
	if (!writer->open)
		return;
	pb_assert(pb_zip_writer_kept(writer));
	writer->open = false;
}

enum pb_status
pb_zip_writer_begin(struct pb_zip_writer *writer, const char *name, uint64_t len, uint32_t crc32,
    struct pb_error *err)
{
	struct pb_zip_entry entry = { .len = len, .crc32 = crc32, .header = writer->offset };
	size_t name_len = strnlen(name, PB_ZIP_NAME_MAX + 1);
	uint8_t local[PB_ZIP_LOCAL_MAX], central[PB_ZIP_CENTRAL_MAX];
	enum pb_status status;

	pb_assert(!writer->over);
	close_entry(writer);
	if (!pb_zip_name_valid(name, name_len))
		return pb_fail(err, PB_EINVAL, N_("write a ZIP"),
		    N_("the name is not one that a bundle may hold"), "%s", name);
	memcpy(entry.name, name, name_len);
	status = gather(writer, central, pb_zip_central_encode(&entry, central), err);
	if (status == PB_OK)
		status = emit(writer, local, pb_zip_local_encode(&entry, local), err);
	if (status != PB_OK)
		return status;
	writer->count++;
	writer->open = true;
	writer->left = len;
	writer->crc32 = 0;
	writer->promised_crc32 = crc32;
	return PB_OK;
}

enum pb_status
pb_zip_writer_data(struct pb_zip_writer *writer, const void *data, size_t len, struct pb_error *err)
{
	pb_assert(!writer->over && writer->open && len <= writer->left);
	if (len == 0)
		return PB_OK;
	writer->left -= len;
	writer->crc32 = pb_zip_crc32(writer->crc32, data, len);
	return emit(writer, data, len, err);
}

enum pb_status
pb_zip_writer_entry(struct pb_zip_writer *writer, const char *name, const void *data, size_t len,
    struct pb_error *err)
{
	enum pb_status status =
	    pb_zip_writer_begin(writer, name, len, pb_zip_crc32(0, data, len), err);

	if (status == PB_OK)
		status = pb_zip_writer_data(writer, data, len, err);
	return status;
}

/* The central directory, from the spool through the room where it was gathered. */
static enum pb_status
emit_directory(struct pb_zip_writer *writer, struct pb_error *err)
{
	enum pb_status status = flush_directory(writer, err);
	uint64_t done = 0;

	while (status == PB_OK && done < writer->spooled) {
		uint64_t left = writer->spooled - done;
		size_t len = left < GATHER ? (size_t)left : GATHER;

		status = pb_io_pread_exact(
		    writer->files, writer->spool, "ZIP directory", writer->gather, len, done, err);
		if (status == PB_OK)
			status = emit(writer, writer->gather, len, err);
		done += len;
	}
	return status;
}

enum pb_status
pb_zip_writer_end(struct pb_zip_writer *writer, struct pb_error *err)
{
	struct pb_zip_end end = { .count = writer->count, .directory = writer->offset };
	uint8_t records[PB_ZIP_END64_LEN];
	enum pb_status status;

	pb_assert(!writer->over);
	close_entry(writer);
	status = emit_directory(writer, err);
	if (status != PB_OK)
		return status;
	end.directory_len = writer->offset - end.directory;
	status = emit(writer, records, pb_zip_end_encode(&end, records), err);
	writer->over = true;
	return status;
}
