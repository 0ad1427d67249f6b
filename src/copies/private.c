#include "copies/private.h"

#include <stdio.h>
#include <string.h>

#include "archive/listing.h"
#include "archive/paths.h"
#include "copies/names.h"
#include "core/error.h"
#include "core/io.h"

#define BLOCK 512
#define END ((size_t)2 * BLOCK)
#define SECRET_MAX ((size_t)64 * 1024) /* crypto/secret.h */
#define NAME_MAX_LEN 99
#define SIZE_AT 124
#define SUM_AT 148

static const char SEAL[] = N_("seal the private keys for a copy");
static const char OPEN[] = N_("open the private keys of a copy");

static size_t
padded(size_t len)
{
	return (len + BLOCK - 1) / BLOCK * BLOCK;
}

/* Of a ustar header, over which its own field counts as spaces. */
static unsigned
checksum(const uint8_t header[BLOCK])
{
	unsigned sum = 0;

	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= SUM_AT && i < SUM_AT + 8 ? ' ' : header[i];
	return sum;
}

/* ---- out ------------------------------------------------------------------------------------ */

struct packing {
	const struct pb_files *files;
	const char *dir;
	struct pb_buf file; /* at hand; wiped */
	struct pb_secret *tar;
	size_t used;
};

static void
put_header(uint8_t header[BLOCK], const char *name, size_t len)
{
	(void)snprintf((char *)header, 100, "%s/%s", PB_DIR_PRIVATE, name);
	memcpy(header + 100, "0000600", 8);
	memcpy(header + 108, "0000000", 8);
	memcpy(header + 116, "0000000", 8);
	(void)snprintf((char *)header + SIZE_AT, 12, "%011zo", len);
	memcpy(header + 136, "00000000000", 12);
	header[156] = '0';
	memcpy(header + 257, "ustar", 6);
	memcpy(header + 263, "00", 2);
	(void)snprintf((char *)header + SUM_AT, 8, "%06o", checksum(header));
	header[SUM_AT + 7] = ' ';
}

static enum pb_status
load(struct packing *p, const char *name, struct pb_error *err)
{
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, p->dir, PB_DIR_PRIVATE, name, err);

	pb_buf_wipe(&p->file);
	if (status == PB_OK && pb_buf_reserve(&p->file, SECRET_MAX + 1) != PB_OK)
		status = pb_fail_memory(err, SEAL);
	if (status == PB_OK)
		status = pb_io_read_regular(p->files, path.text, SECRET_MAX, &p->file, err);
	return status;
}

/* How long the tar will be. */
static enum pb_status
measure(struct packing *p, const struct pb_listing *names, size_t *ret_len, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	size_t total = END;

	for (size_t i = 0; status == PB_OK && i < names->count; i++) {
		status = load(p, names->name[i], err);
		total += BLOCK + padded(p->file.len);
		if (status == PB_OK &&
		    (total > SECRET_MAX || strlen(names->name[i]) > NAME_MAX_LEN - 8))
			status = pb_fail(err, PB_ELIMIT, SEAL,
			    N_("there is more in it than keys of an archive"), "%s",
			    names->name[i]);
	}
	*ret_len = total;
	return status;
}

static enum pb_status
pack(struct packing *p, const char *name, struct pb_error *err)
{
	enum pb_status status = load(p, name, err);
	uint8_t *at = pb_secret_bytes(p->tar) + p->used;

	if (status != PB_OK)
		return status;
	if (p->used + BLOCK + padded(p->file.len) + END > pb_secret_len(p->tar))
		return pb_fail(
		    err, PB_EIO, SEAL, N_("it was changed while it was read"), "%s", name);
	put_header(at, name, p->file.len);
	memcpy(at + BLOCK, p->file.data, p->file.len);
	p->used += BLOCK + padded(p->file.len);
	return PB_OK;
}

enum pb_status
pb_private_seal(const struct pb_files *files, const char *dir,
    const struct pb_reader *const *readers, size_t count, struct pb_buf *cms, uint64_t *ret_len,
    struct pb_error *err)
{
	struct packing p = { .files = files, .dir = dir };
	struct pb_listing names = PB_LISTING_EMPTY;
	struct pb_path path;
	size_t len = 0;
	enum pb_status status = pb_path_make(&path, dir, PB_DIR_PRIVATE, NULL, err);

	if (status == PB_OK)
		status = pb_listing_read(files, path.text, &names, err);
	if (status == PB_OK && names.count == 0)
		status = pb_fail(err, PB_ENOENT, SEAL, N_("there are none"), "%s", path.text);
	if (status == PB_OK)
		status = measure(&p, &names, &len, err);
	if (status == PB_OK)
		status = pb_secret_new(len, &p.tar, err);
	for (size_t i = 0; status == PB_OK && i < names.count; i++)
		status = pack(&p, names.name[i], err);
	if (status == PB_OK)
		status = pb_envelope_seal(p.tar, readers, count, cms, err);
	if (status == PB_OK)
		*ret_len = len;
	pb_secret_free(p.tar);
	pb_buf_wipe(&p.file);
	pb_buf_done(&p.file);
	pb_listing_done(&names);
	return status;
}

/* ---- in ------------------------------------------------------------------------------------- */

static enum pb_status
malformed(struct pb_error *err)
{
	return pb_fail(
	    err, PB_ECORRUPT, OPEN, N_("it is not what was sealed"), "%s", PB_COPIES_PRIVATE);
}

static bool
read_octal(const uint8_t *field, size_t digits, size_t *ret_value)
{
	size_t value = 0;

	for (size_t i = 0; i < digits; i++) {
		if (field[i] < '0' || field[i] > '7')
			return false;
		value = value * 8 + (field[i] - '0');
	}
	*ret_value = value;
	return true;
}

static bool
all_zero(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] != 0)
			return false;
	return true;
}

/* A header as put_header writes it, and nothing else. */
static bool
read_header(const uint8_t header[BLOCK], char name[NAME_MAX_LEN + 1], size_t *ret_len)
{
	static const char room[] = PB_DIR_PRIVATE "/";
	uint8_t again[BLOCK] = { 0 };

	if (memchr(header, '\0', 100) == NULL || memcmp(header, room, sizeof(room) - 1) != 0 ||
	    !read_octal(header + SIZE_AT, 11, ret_len))
		return false;
	(void)snprintf(name, NAME_MAX_LEN + 1, "%s", (const char *)header + sizeof(room) - 1);
	if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL)
		return false;
	put_header(again, name, *ret_len);
	return memcmp(again, header, BLOCK) == 0;
}

static enum pb_status
unpack(const struct pb_files *files, const char *dir, struct pb_secret *tar, struct pb_error *err)
{
	const uint8_t *data = pb_secret_bytes(tar);
	size_t at = 0, len = pb_secret_len(tar), size;
	enum pb_status status = PB_OK;
	char name[NAME_MAX_LEN + 1];
	struct pb_path path;

	while (status == PB_OK && len - at > END) {
		if (!read_header(data + at, name, &size) || size > len - at - BLOCK ||
		    padded(size) > len - at - BLOCK)
			return malformed(err);
		status = pb_path_make(&path, dir, PB_DIR_PRIVATE, name, err);
		if (status == PB_OK)
			status = pb_io_create_file(files, path.text, data + at + BLOCK, size, err);
		at += BLOCK + padded(size);
	}
	if (status == PB_OK && (len - at != END || !all_zero(data + at, END)))
		return malformed(err);
	return status;
}

enum pb_status
pb_private_open(const struct pb_files *files, const char *dir, const struct pb_buf *cms,
    uint64_t len, const struct pb_reader_key *key, struct pb_error *err)
{
	struct pb_secret *tar = NULL;
	enum pb_status status;

	if (len < END || len > SECRET_MAX || len % BLOCK != 0)
		return malformed(err);
	status = pb_envelope_open(cms->data, cms->len, key, (size_t)len, &tar, err);
	if (status == PB_OK)
		status = unpack(files, dir, tar, err);
	pb_secret_free(tar);
	return status;
}
