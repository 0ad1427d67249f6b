#include "bundle/zip_format.h"

#include <libdeflate.h>
#include <string.h>

/* APPNOTE 6.3.9 4.3.7, 4.3.12, 4.3.14 to 4.3.16; integers are little-endian. */
#define LOCAL_SIGNATURE 0x04034b50
#define CENTRAL_SIGNATURE 0x02014b50
#define END64_SIGNATURE 0x06064b50
#define LOCATOR_SIGNATURE 0x07064b50
#define END_SIGNATURE 0x06054b50

#define VERSION 20
#define VERSION_ZIP64 45
#define DATE 0x0021 /* 1980-01-01 */
#define EXTRA_ZIP64 0x0001
#define END64_CONTENT 44 /* octets of the ZIP64 end record behind its length */

#define NONE16 0xffff /* the value stands in ZIP64 fields */
#define NONE32 0xffffffff

/* Where fields of a central header stand. */
#define CENTRAL_CRC 16
#define CENTRAL_LEN 24
#define CENTRAL_NAME_LEN 28
#define CENTRAL_EXTRA_LEN 30

static uint16_t
get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t
get32(const uint8_t *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static uint64_t
get64(const uint8_t *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

/* Each answers where the next field stands. */
static uint8_t *
put16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
	return p + 2;
}

static uint8_t *
put32(uint8_t *p, uint64_t value)
{
	return put16(put16(p, value & 0xffff), value >> 16 & 0xffff);
}

static uint8_t *
put64(uint8_t *p, uint64_t value)
{
	return put32(put32(p, value), value >> 32);
}

/* FORMAT 5.1: ZIP64 exactly where a value is not below what marks its absence. */
static bool
fits(uint64_t value, uint64_t none)
{
	return value < none;
}

static uint64_t
or_none(uint64_t value, uint64_t none)
{
	return fits(value, none) ? value : none;
}

/* Version needed to lengths: what local and central headers have alike. */
static uint8_t *
put_common(uint8_t *p, const struct pb_zip_entry *entry, size_t extra_len)
{
	p = put16(p, extra_len > 0 ? VERSION_ZIP64 : VERSION);
	p = put16(p, 0); /* flags */
	p = put16(p, 0); /* stored */
	p = put16(p, 0); /* time */
	p = put16(p, DATE);
	p = put32(p, entry->crc32);
	p = put32(p, or_none(entry->len, NONE32)); /* compressed */
	p = put32(p, or_none(entry->len, NONE32));
	p = put16(p, (unsigned)strlen(entry->name));
	return put16(p, (unsigned)extra_len);
}

static uint8_t *
put_name(uint8_t *p, const char *name)
{
	size_t len = strlen(name);

	memcpy(p, name, len);
	return p + len;
}

static uint8_t *
put_extra(uint8_t *p, size_t extra_len)
{
	return put16(put16(p, EXTRA_ZIP64), (unsigned)extra_len - 4);
}

size_t
pb_zip_local_encode(const struct pb_zip_entry *entry, uint8_t out[PB_ZIP_LOCAL_MAX])
{
	size_t extra_len = fits(entry->len, NONE32) ? 0 : 20;
	uint8_t *p = put32(out, LOCAL_SIGNATURE);

	p = put_common(p, entry, extra_len);
	p = put_name(p, entry->name);
	if (extra_len > 0) {
		p = put_extra(p, extra_len);
		p = put64(p, entry->len);
		p = put64(p, entry->len); /* compressed */
	}
	return (size_t)(p - out);
}

size_t
pb_zip_central_encode(const struct pb_zip_entry *entry, uint8_t out[PB_ZIP_CENTRAL_MAX])
{
	bool long_len = !fits(entry->len, NONE32), far = !fits(entry->header, NONE32);
	size_t extra_len = long_len || far ? 4 + (long_len ? 16U : 0) + (far ? 8U : 0) : 0;
	uint8_t *p = put32(out, CENTRAL_SIGNATURE);

	p = put16(p, extra_len > 0 ? VERSION_ZIP64 : VERSION); /* made by */
	p = put_common(p, entry, extra_len);
	p = put16(p, 0); /* comment */
	p = put16(p, 0); /* disk */
	p = put16(p, 0); /* internal attributes */
	p = put32(p, 0); /* external attributes */
	p = put32(p, or_none(entry->header, NONE32));
	p = put_name(p, entry->name);
	if (extra_len > 0)
		p = put_extra(p, extra_len);
	if (long_len)
		p = put64(put64(p, entry->len), entry->len);
	if (far)
		p = put64(p, entry->header);
	return (size_t)(p - out);
}

/* The ZIP64 end record and its locator. */
static uint8_t *
put_end64(uint8_t *p, const struct pb_zip_end *end)
{
	p = put32(p, END64_SIGNATURE);
	p = put64(p, END64_CONTENT);
	p = put16(p, VERSION_ZIP64); /* made by */
	p = put16(p, VERSION_ZIP64); /* needed */
	p = put32(p, 0);             /* this disk */
	p = put32(p, 0);             /* the disk of the central directory */
	p = put64(p, end->count);    /* on this disk */
	p = put64(p, end->count);
	p = put64(p, end->directory_len);
	p = put64(p, end->directory);
	p = put32(p, LOCATOR_SIGNATURE);
	p = put32(p, 0); /* the disk of the ZIP64 end record */
	p = put64(p, end->directory + end->directory_len);
	return put32(p, 1); /* how many disks there are */
}

size_t
pb_zip_end_encode(const struct pb_zip_end *end, uint8_t out[PB_ZIP_END64_LEN])
{
	uint8_t *p = out;

	if (!fits(end->count, NONE16) || !fits(end->directory_len, NONE32) ||
	    !fits(end->directory, NONE32))
		p = put_end64(p, end);
	p = put32(p, END_SIGNATURE);
	p = put16(p, 0); /* this disk */
	p = put16(p, 0); /* the disk of the central directory */
	p = put16(p, (unsigned)or_none(end->count, NONE16));
	p = put16(p, (unsigned)or_none(end->count, NONE16));
	p = put32(p, or_none(end->directory_len, NONE32));
	p = put32(p, or_none(end->directory, NONE32));
	p = put16(p, 0); /* comment */
	return (size_t)(p - out);
}

size_t
pb_zip_central_len(const uint8_t fixed[PB_ZIP_CENTRAL_FIXED])
{
	return PB_ZIP_CENTRAL_FIXED + (size_t)get16(fixed + CENTRAL_NAME_LEN) +
	       get16(fixed + CENTRAL_EXTRA_LEN);
}

bool
pb_zip_central_decode(const uint8_t *header, size_t len, struct pb_zip_entry *ret_entry)
{
	size_t name_len = get16(header + CENTRAL_NAME_LEN);
	const char *name = (const char *)header + PB_ZIP_CENTRAL_FIXED;
	const uint8_t *extra = header + PB_ZIP_CENTRAL_FIXED + name_len;
	struct pb_zip_entry entry = { .len = get32(header + CENTRAL_LEN) };

	if (!pb_zip_name_valid(name, name_len))
		return false;
	memcpy(entry.name, name, name_len);
	entry.crc32 = get32(header + CENTRAL_CRC);
	if (!fits(entry.len, NONE32)) {
		if (len - PB_ZIP_CENTRAL_FIXED - name_len < 4 + 8)
			return false;
		entry.len = get64(extra + 4);
	}
	*ret_entry = entry;
	return true;
}

bool
pb_zip_end_wants64(const uint8_t last[PB_ZIP_END_LEN])
{
	return get16(last + 10) == NONE16 || get32(last + 12) == NONE32 ||
	       get32(last + 16) == NONE32;
}

void
pb_zip_end_decode(const uint8_t last[PB_ZIP_END_LEN], struct pb_zip_end *ret_end)
{
	ret_end->count = get16(last + 10);
	ret_end->directory_len = get32(last + 12);
	ret_end->directory = get32(last + 16);
}

void
pb_zip_end64_decode(const uint8_t last[PB_ZIP_END64_LEN], struct pb_zip_end *ret_end)
{
	ret_end->count = get64(last + 32);
	ret_end->directory_len = get64(last + 40);
	ret_end->directory = get64(last + 48);
}

static bool
name_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '-' || c == '_';
}

bool
pb_zip_name_valid(const char *name, size_t len)
{
	if (len == 0 || len > PB_ZIP_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool first = i == 0 || name[i - 1] == '/';
		bool last = i + 1 == len || name[i + 1] == '/';

		if (name[i] == '/' ? first || last : !name_char(name[i]))
			return false;
		if (name[i] == '.' && (first || last))
			return false;
	}
	return true;
}

uint32_t
pb_zip_crc32(uint32_t crc, const void *data, size_t len)
{
	/* libdeflate_crc32 of NULL is the CRC of nothing, whatever came before. */
	return len > 0 ? libdeflate_crc32(crc, data, len) : crc;
}
