/*
 * Any octets as manifest.json, closed.json and SHA256SUMS.note: what is accepted says the same
 * when it is written again.
 */
#include <stdlib.h>
#include <string.h>

#include "bundle/statement.h"
#include "bundle/sums.h"
#include "core/error.h"
#include "crypto/crypto.h"
#include "fuzz/fuzz.h"

static void
manifest(const uint8_t *data, size_t len)
{
	struct pb_manifest first = PB_MANIFEST_EMPTY, second = PB_MANIFEST_EMPTY;
	struct pb_buf once = PB_BUF_EMPTY, twice = PB_BUF_EMPTY;
	struct pb_error err;

	if (pb_manifest_decode(data, len, &first, &err) == PB_OK) {
		pb_assert(first.first <= first.last && first.last < first.size);
		pb_assert(pb_manifest_encode(&first, &once) == PB_OK);
		pb_assert(pb_manifest_decode(once.data, once.len, &second, &err) == PB_OK);
		pb_assert(pb_manifest_encode(&second, &twice) == PB_OK);
		pb_assert(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
	}
	pb_manifest_done(&first);
	pb_manifest_done(&second);
	pb_buf_done(&once);
	pb_buf_done(&twice);
}

static void
closed(const uint8_t *data, size_t len)
{
	struct pb_closed_run *first = NULL, *second = NULL;
	size_t first_count = 0, second_count = 0;
	struct pb_buf once = PB_BUF_EMPTY;
	struct pb_error err;

	if (pb_closed_decode(data, len, &first, &first_count, &err) == PB_OK) {
		pb_assert(pb_closed_encode(first, first_count, &once) == PB_OK);
		pb_assert(
		    pb_closed_decode(once.data, once.len, &second, &second_count, &err) == PB_OK);
		pb_assert(first_count == second_count);
		for (size_t i = 0; i < first_count; i++)
			pb_assert(first[i].first <= first[i].last &&
				  (i == 0 || first[i - 1].last < first[i].first) &&
				  first[i].first == second[i].first &&
				  first[i].last == second[i].last);
	}
	free(first);
	free(second);
	pb_buf_done(&once);
}

static void
note(const uint8_t *data, size_t len)
{
	struct pb_note *parsed = malloc(sizeof(*parsed));
	char origin[PB_LIMIT_ORIGIN + 1];
	uint8_t sums[PB_DIGEST_LEN];
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_error err;

	pb_assert(parsed != NULL);
	if (pb_note_parse(data, len, parsed, &err) == PB_OK &&
	    pb_sums_note_parse(parsed, origin, sums, &err) == PB_OK) {
		pb_assert(pb_sums_note_text(origin, sums, &text) == PB_OK);
		pb_assert(
		    text.len == parsed->text_len && memcmp(text.data, parsed->text, text.len) == 0);
	}
	pb_buf_done(&text);
	free(parsed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	pb_assert(pb_crypto_init(NULL) == PB_OK);
	manifest(data, len);
	closed(data, len);
	note(data, len);
	return 0;
}
