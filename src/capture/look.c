#include "capture/look.h"

#include <string.h>

#include "capture/postmark.h"

#define TAR_LEN 512
#define CPIO_LEN 26 /* of the header of binary cpio */

struct magic {
	const char *octets;
	size_t len;
};

#define MAGIC(text)                                                                                \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

static bool
begins(const uint8_t *data, size_t len, const struct magic *magic, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (len >= magic[i].len && memcmp(data, magic[i].octets, magic[i].len) == 0)
			return true;
	return false;
}

/* bzip2: "BZh", a digit, then the octets of pi, or of its square root if it is empty. */
static bool
is_bzip2(const uint8_t *data, size_t len)
{
	return len >= 10 && memcmp(data, "BZh", 3) == 0 && data[3] >= '1' && data[3] <= '9' &&
	       (memcmp(data + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 ||
		   memcmp(data + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

/* A skippable frame of zstd and lz4: 0x184D2A5n, little-endian. */
static bool
is_skippable(const uint8_t *data, size_t len)
{
	return len >= 4 && (data[0] & 0xf0) == 0x50 && memcmp(data + 1, "\x2a\x4d\x18", 3) == 0;
}

/* The octal number of a tar header's field. */
static bool
octal(const uint8_t *data, size_t len, uint32_t *ret_value)
{
	uint32_t value = 0;
	size_t i = 0, digits = 0;

	while (i < len && data[i] == ' ')
		i++;
	for (; i < len && data[i] >= '0' && data[i] <= '7'; i++, digits++)
		value = value * 8 + (uint32_t)(data[i] - '0');
	*ret_value = value;
	return digits > 0;
}

/* tar (POSIX ustar interchange format): its checksum counts itself as spaces. */
static bool
is_tar(const uint8_t *data, size_t len)
{
	uint32_t stated, sum = 8 * ' ';

	if (len < TAR_LEN || data[0] == '\0' || !octal(data + 148, 8, &stated))
		return false;
	for (size_t i = 0; i < TAR_LEN; i++)
		sum += i >= 148 && i < 156 ? 0 : data[i];
	return sum == stated;
}

/* A ZIP's first local header: no text has such a version and method (APPNOTE 4.3.7, 4.4). */
static bool
is_zip(const uint8_t *data, size_t len)
{
	return len >= 30 && memcmp(data, "PK\x03\x04", 4) == 0 && data[5] <= 20 && data[9] == 0;
}

/* cpio in its text forms: a magic number and digits. */
static bool
is_text_cpio(const uint8_t *data, size_t len)
{
	static const struct magic magic[] = { MAGIC("070701"), MAGIC("070702"), MAGIC("070707") };

	if (len < 38 || !begins(data, len, magic, 3))
		return false;
	for (size_t i = 6; i < 38; i++)
		if (!((data[i] >= '0' && data[i] <= '9') || (data[i] >= 'a' && data[i] <= 'f') ||
			(data[i] >= 'A' && data[i] <= 'F')))
			return false;
	return true;
}

/* In its binary form the magic number has 16 bits only: the name behind must end where it says. */
static bool
is_binary_cpio(const uint8_t *data, size_t len)
{
	bool little = len >= CPIO_LEN && data[0] == 0xc7 && data[1] == 0x71;
	bool big = len >= CPIO_LEN && data[0] == 0x71 && data[1] == 0xc7;
	size_t name;

	if (!little && !big)
		return false;
	name = little ? data[20] + 256U * data[21] : 256U * data[20] + data[21];
	return name > 1 && name <= len - CPIO_LEN && data[CPIO_LEN + name - 1] == '\0' &&
	       memchr(data + CPIO_LEN, '\0', name - 1) == NULL;
}

enum pb_look
pb_look(const uint8_t *data, size_t len)
{
	static const struct magic packed[] = {
		MAGIC("\x1f\x8b\x08"), /* gzip, RFC 1952 2.3.1 */
		MAGIC("\xfd"
		      "7zXZ\0"),               /* xz */
		MAGIC("\x28\xb5\x2f\xfd"),     /* zstd, RFC 8878 3.1.1 */
		MAGIC("\x04\x22\x4d\x18"),     /* lz4 */
		MAGIC("\x02\x21\x4c\x18"),     /* lz4, legacy */
		MAGIC("PK\x05\x06"),           /* ZIP, empty (4.3.16) */
		MAGIC("PK\x07\x08PK\x03\x04"), /* split, in one piece */
		MAGIC("PK00PK\x03\x04"),
		MAGIC("7z\xbc\xaf\x27\x1c"),
	};

	if (pb_postmark_len(data, len, len < PB_LOOK_LEN) > 0)
		return PB_LOOK_MBOX;
	if (begins(data, len, packed, sizeof(packed) / sizeof(packed[0])) || is_bzip2(data, len) ||
	    is_zip(data, len) || is_skippable(data, len) || is_tar(data, len) ||
	    is_text_cpio(data, len) || is_binary_cpio(data, len))
		return PB_LOOK_PACKED;
	return PB_LOOK_OTHER;
}

bool
pb_look_field(const uint8_t *data, size_t len)
{
	size_t i = 0;

	while (i < len && data[i] > ' ' && data[i] < 0x7f && data[i] != ':')
		i++;
	return i > 0 && i < len && data[i] == ':';
}

bool
pb_look_mail(const uint8_t *data, size_t len)
{
	static const struct magic postmark[] = { MAGIC("From "), MAGIC(">From ") };

	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) { /* a byte order mark */
		data += 3;
		len -= 3;
	}
	return pb_look_field(data, len) || begins(data, len, postmark, 2);
}
