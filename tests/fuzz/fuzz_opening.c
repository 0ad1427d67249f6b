/* Any octets as opening.json: what is accepted has one encoding, which is the input. */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "crypto/crypto.h"
#include "fuzz/fuzz.h"
#include "record/opening.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct pb_opening *opening = calloc(1, sizeof(*opening));
	uint8_t d[PB_H2_LEN] = { 7 }, commitment[PB_COMMITMENT_LEN];
	struct pb_buf again = PB_BUF_EMPTY;
	struct pb_error err;

	pb_assert(opening != NULL && pb_crypto_init(NULL) == PB_OK);
	if (pb_opening_decode(data, len, opening, &err) == PB_OK) {
		pb_assert(opening->count >= 1);
		pb_assert(pb_opening_encode(opening, &again) == PB_OK);
		pb_assert(again.len == len && memcmp(again.data, data, len) == 0);
		for (unsigned i = 0; i < opening->count; i++)
			if (opening->part[i].disclosed)
				pb_opening_disclose(opening, (uint8_t)i, d);
		pb_opening_commitment(opening, commitment);
		(void)pb_opening_whole(opening);
	}
	pb_buf_done(&again);
	free(opening);
	return 0;
}
