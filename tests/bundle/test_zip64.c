/* ZIP64 by size and by count, in ZIPs that no disk holds (FORMAT 5.1). */
#include "bundle/fixture.h"

#include "bundle/zip_format.h"

#define NONE32 UINT64_C(0xffffffff)
#define PIECE (1 << 20)

/* What was written in short pieces, by offset; all else is zeros. */
struct sparse {
	struct {
		uint64_t at;
		size_t len;
		uint8_t data[512];
	} piece[32];
	size_t count;
	uint64_t len;
};

static enum pb_status
sparse_write(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	struct sparse *sparse = ctx;

	(void)err;
	if (len <= sizeof(sparse->piece[0].data)) {
		assert_true(sparse->count < CASES(sparse->piece));
		sparse->piece[sparse->count].at = sparse->len;
		sparse->piece[sparse->count].len = len;
		memcpy(sparse->piece[sparse->count++].data, data, len);
	}
	sparse->len += len;
	return PB_OK;
}

static enum pb_status
sparse_read(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	const struct sparse *sparse = ctx;

	(void)err;
	assert_true(offset <= sparse->len && len <= sparse->len - offset);
	memset(to, 0, len);
	for (size_t i = 0; i < sparse->count; i++) {
		uint64_t at = sparse->piece[i].at;

		for (size_t j = 0; j < sparse->piece[i].len; j++)
			if (at + j >= offset && at + j - offset < len)
				((uint8_t *)to)[at + j - offset] = sparse->piece[i].data[j];
	}
	return PB_OK;
}

static void
write_zeros(struct pb_zip_writer *writer, const char *name, uint64_t len, uint32_t crc32)
{
	uint8_t *zeros = calloc(1, PIECE);

	assert_non_null(zeros);
	assert_int_equal(pb_zip_writer_begin(writer, name, len, crc32, NULL), PB_OK);
	while (len > 0) {
		size_t n = len < PIECE ? (size_t)len : PIECE;

		assert_int_equal(pb_zip_writer_data(writer, zeros, n, NULL), PB_OK);
		len -= n;
	}
	free(zeros);
}

/* CRC-32 of 2^32-2 and 2^32-1 zeros: zlib's, of which the second is indeed 0. */
#define CRC_BELOW 0x0f6a7026
#define CRC_AT 0

/*
 * An entry of the longest length without ZIP64, one behind 2^32 whose offset alone needs
 * it, and one of the shortest length that needs it.
 */
static int
write_large(void **state)
{
	struct sparse *sparse = calloc(1, sizeof(*sparse));
	struct pb_buf spool = PB_BUF_EMPTY;
	const struct pb_zip_sink sink = { .ctx = sparse, .write = sparse_write };
	const struct pb_files files = memory_files(&spool);
	struct pb_zip_writer *writer = NULL;

	assert_non_null(sparse);
	assert_int_equal(pb_zip_writer_new(&sink, &files, 3, &writer, NULL), PB_OK);
	write_zeros(writer, "below", NONE32 - 1, CRC_BELOW);
	assert_int_equal(pb_zip_writer_entry(writer, "far", "x", 1, NULL), PB_OK);
	write_zeros(writer, "at", NONE32, CRC_AT);
	assert_int_equal(pb_zip_writer_end(writer, NULL), PB_OK);
	pb_zip_writer_free(writer);
	pb_buf_done(&spool);
	*state = sparse;
	return 0;
}

static int
forget_large(void **state)
{
	free(*state);
	return 0;
}

/* Bytes of a header at an offset, as hex. */
static void
expect_hex(struct sparse *sparse, uint64_t at, const char *hex)
{
	uint8_t octets[128];
	size_t len = strlen(hex) / 2;
	char found[257] = "";

	assert_int_equal(sparse_read(sparse, at, octets, len, NULL), PB_OK);
	for (size_t i = 0; i < len; i++)
		snprintf(found + 2 * i, 3, "%02x", octets[i]);
	assert_string_equal(found, hex);
}

/* APPNOTE 4.5.3, 4.3.14, 4.3.15 by hand. */
static void
zip64_stands_exactly_where_a_value_does_not_fit(void **state)
{
	struct sparse *sparse = *state;
	uint64_t far = 30 + 5 + NONE32 - 1, at = far + 30 + 3 + 1;
	uint64_t directory = at + 30 + 2 + 20 + NONE32, end = directory + 51 + 61 + 76;

	assert_int_equal(sparse->len, end + 56 + 20 + 22);
	expect_hex(sparse, 0,
	    "504b0304140000000000000021002670"
	    "6a0ffefffffffeffffff0500000062656c6f77");
	expect_hex(sparse, far, "504b03041400");
	expect_hex(sparse, at,
	    "504b03042d000000000000002100"
	    "00000000ffffffffffffffff020014006174"
	    "01001000ffffffff00000000ffffffff00000000");
	expect_hex(sparse, directory, "504b010214001400");
	expect_hex(sparse, directory + 51,
	    "504b01022d002d000000000000002100"
	    "8316dc8c010000000100000003000c00000000000000"
	    "00000000ffffffff666172"
	    "010008002100000001000000");
	expect_hex(sparse, directory + 51 + 61,
	    "504b01022d002d000000000000002100"
	    "00000000ffffffffffffffff02001c00000000000000"
	    "00000000ffffffff6174"
	    "01001800ffffffff00000000ffffffff000000004300000001000000");
	expect_hex(sparse, end,
	    "504b06062c000000000000002d002d000000000000000000"
	    "03000000000000000300000000000000bc00000000000000"
	    "7600000002000000"
	    "504b060700000000320100000200000001000000"
	    "504b05060000000003000300bc000000ffffffff0000");
}

static void
large_zip_is_read(void **state)
{
	static const char *const names[] = { "below", "far", "at" };
	static const uint64_t lens[] = { NONE32 - 1, 1, NONE32 };
	struct sparse *sparse = *state;
	struct pb_zip_bytes bytes = { .ctx = sparse, .len = sparse->len, .read = sparse_read };
	struct pb_zip_reader *reader = NULL;
	struct pb_zip_entry entry;
	char byte;

	assert_int_equal(pb_zip_reader_new(&bytes, &reader, NULL), PB_OK);
	for (size_t i = 0; i < CASES(names); i++) {
		assert_int_equal(pb_zip_reader_next(reader, &entry, NULL), PB_OK);
		assert_string_equal(entry.name, names[i]);
		assert_int_equal(entry.len, lens[i]);
		assert_int_equal(
		    pb_zip_reader_read(reader, &entry, lens[i] - 1, &byte, 1, NULL), PB_OK);
		assert_int_equal(byte, i == 1 ? 'x' : 0);
	}
	assert_int_equal(pb_zip_reader_next(reader, &entry, NULL), PB_EEND);
	pb_zip_reader_free(reader);
}

/* Headers alone: whether a walk that asks for no bytes refuses them. */
static enum pb_status
walk_headers(struct sparse *sparse)
{
	struct pb_zip_bytes bytes = { .ctx = sparse, .len = sparse->len, .read = sparse_read };
	struct pb_zip_reader *reader = NULL;
	struct pb_zip_entry entry;
	enum pb_status status = pb_zip_reader_new(&bytes, &reader, NULL);

	while (status == PB_OK)
		status = pb_zip_reader_next(reader, &entry, NULL);
	pb_zip_reader_free(reader);
	return status;
}

static void
every_octet_of_large_headers_changed_is_refused(void **state)
{
	struct sparse *sparse = *state;

	assert_int_equal(walk_headers(sparse), PB_EEND);
	for (size_t i = 0; i < sparse->count; i++) {
		if (sparse->piece[i].len == 1)
			continue; /* the byte of an entry */
		for (size_t j = 0; j < sparse->piece[i].len; j++)
			for (int mask = 1; mask <= 0xff; mask += 0xfe) {
				sparse->piece[i].data[j] ^= (uint8_t)mask;
				if (walk_headers(sparse) != PB_ECORRUPT)
					fail_msg("octet %zu of piece %zu: taken", j, i);
				sparse->piece[i].data[j] ^= (uint8_t)mask;
			}
	}
}

/* ---- count ---------------------------------------------------------------------------------- */

static struct pb_buf
write_many(unsigned count)
{
	struct pb_buf zip = PB_BUF_EMPTY, spool = PB_BUF_EMPTY;
	const struct pb_zip_sink sink = { .ctx = &zip, .write = sink_append };
	const struct pb_files files = memory_files(&spool);
	struct pb_zip_writer *writer = NULL;
	char name[32];

	assert_int_equal(pb_zip_writer_new(&sink, &files, 3, &writer, NULL), PB_OK);
	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "records/%u/leaf.bin", i);
		if (pb_zip_writer_entry(writer, name, name, strlen(name), NULL) != PB_OK)
			fail();
	}
	assert_int_equal(pb_zip_writer_end(writer, NULL), PB_OK);
	pb_zip_writer_free(writer);
	pb_buf_done(&spool);
	return zip;
}

/* The directory is read in pieces: headers that end with one, before it, or behind it. */
static void
headers_of_any_length_are_read_across_pieces(void **state)
{
	char name[PB_ZIP_NAME_MAX + 1];

	(void)state;
	for (int len = 4; len <= PB_ZIP_NAME_MAX; len++) {
		struct pb_buf zip = PB_BUF_EMPTY, spool = PB_BUF_EMPTY;
		const struct pb_zip_sink sink = { .ctx = &zip, .write = sink_append };
		const struct pb_files files = memory_files(&spool);
		struct pb_zip_writer *writer = NULL;

		assert_int_equal(pb_zip_writer_new(&sink, &files, 3, &writer, NULL), PB_OK);
		for (int i = 0; i < 33000 / (PB_ZIP_CENTRAL_FIXED + len) + 2; i++) {
			snprintf(name, sizeof(name), "%0*d", len, i);
			assert_int_equal(pb_zip_writer_entry(writer, name, "x", 1, NULL), PB_OK);
		}
		assert_int_equal(pb_zip_writer_end(writer, NULL), PB_OK);
		if (judge(&zip) != PB_OK)
			fail_msg("names of %d octets", len);
		pb_zip_writer_free(writer);
		pb_buf_done(&spool);
		pb_buf_done(&zip);
	}
}

static bool
ends_in_zip64(const struct pb_buf *zip)
{
	return memcmp(zip->data + zip->len - 98, "PK\x06\x06", 4) == 0;
}

static void
count_needs_zip64_from_65535_entries(void **state)
{
	(void)state;
	for (unsigned count = 65534; count <= 65535; count++) {
		struct pb_buf zip = write_many(count);

		assert_int_equal(ends_in_zip64(&zip), count == 65535);
		assert_int_equal(judge(&zip), PB_OK);
		pb_buf_done(&zip);
	}
}

static void
seventy_thousand_entries_are_read(void **state)
{
	struct pb_buf zip = write_many(70000);
	struct pb_zip_bytes bytes = bytes_of(&zip);
	struct pb_zip_reader *reader = NULL;

	(void)state;
	assert_true(ends_in_zip64(&zip));
	assert_int_equal(judge(&zip), PB_OK);
	assert_int_equal(pb_zip_reader_new(&bytes, &reader, NULL), PB_OK);
	assert_int_equal(pb_zip_reader_count(reader), 70000);
	pb_zip_reader_free(reader);
	/* One entry fewer is stated, or one more. */
	zip.data[zip.len - 98 + 24] ^= 1;
	zip.data[zip.len - 98 + 32] ^= 1;
	assert_int_equal(judge(&zip), PB_ECORRUPT);
	pb_buf_done(&zip);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zip64_stands_exactly_where_a_value_does_not_fit),
		cmocka_unit_test(large_zip_is_read),
		cmocka_unit_test(every_octet_of_large_headers_changed_is_refused),
		cmocka_unit_test(headers_of_any_length_are_read_across_pieces),
		cmocka_unit_test(count_needs_zip64_from_65535_entries),
		cmocka_unit_test(seventy_thousand_entries_are_read),
	};

	return cmocka_run_group_tests(tests, write_large, forget_large);
}
