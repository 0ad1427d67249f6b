#include "log/cosignature.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/limits.h"

int
pb_cosignature_check(const uint8_t public_key[PB_ED25519_PUBLIC_LEN], const char *text,
    size_t text_len, const uint8_t cosignature[PB_COSIGNATURE_LEN], uint64_t *ret_time_s)
{
	/* The signed message, on the stack: whether it verifies must not depend on memory. */
	char message[64 + PB_LIMIT_NOTE];
	uint64_t time_s = pb_get_u64(cosignature);
	int len, good;

	pb_assert(text_len <= PB_LIMIT_NOTE);

	if (time_s > INT64_MAX) /* tlog-cosignature: MUST NOT exceed 2^63 - 1 */
		return 0;
	len = snprintf(message, 64, "cosignature/v1\ntime %" PRIu64 "\n", time_s);
	pb_assert(len > 0 && len < 64);
	memcpy(message + len, text, text_len);
	good = pb_ed25519_verify(public_key, message, (size_t)len + text_len, cosignature + 8);
	if (good == 1)
		*ret_time_s = time_s;
	return good;
}
