#include "copies/sums.h"

#include <string.h>

#include "core/text.h"

#define HEX ((size_t)2 * PB_DIGEST_LEN)

enum pb_status
pb_copies_sums_add(struct pb_buf *sums, const char *path, const uint8_t sha256[PB_DIGEST_LEN])
{
	char hex[HEX + 1];

	pb_hex_encode(sha256, PB_DIGEST_LEN, hex);
	return pb_buf_printf(sums, "%s  %s\n", hex, path);
}

enum pb_status
pb_copies_sums_next(
    const struct pb_buf *sums, size_t *at, char path[201], uint8_t sha256[PB_DIGEST_LEN])
{
	const char *line = (const char *)sums->data + *at, *end;
	size_t len;

	if (*at == sums->len)
		return PB_EEND;
	end = memchr(line, '\n', sums->len - *at);
	len = end != NULL ? (size_t)(end - line) : 0;
	if (end == NULL || len < HEX + 3 || len - HEX - 2 > 200 || line[HEX] != ' ' ||
	    line[HEX + 1] != ' ' || !pb_hex_decode(line, HEX, sha256, PB_DIGEST_LEN))
		return PB_EDATA;
	memcpy(path, line + HEX + 2, len - HEX - 2);
	path[len - HEX - 2] = '\0';
	*at += len + 1;
	return PB_OK;
}
