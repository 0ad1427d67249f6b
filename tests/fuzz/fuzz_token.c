/*
 * Any octets as a TSA's reply, a bare token, a request and a list of roots: what is read
 * says the same when its bare token is read again, and nothing is good without roots.
 */
#include <string.h>

#include "core/error.h"
#include "crypto/crypto.h"
#include "fuzz/fuzz.h"
#include "stamp/check.h"
#include "stamp/request.h"

static void
token(const uint8_t *data, size_t len)
{
	struct pb_token *first = NULL, *second = NULL;
	struct pb_stamp_verdict verdict;
	struct pb_error err = { 0 };
	const void *bare;
	size_t bare_len;

	if (pb_token_parse(data, len, &first, &err) == PB_OK) {
		const struct pb_token_info *info = pb_token_info(first), *again;
		const struct pb_stamp_evidence evidence = { .imprint = info->imprint };

		pb_token_bare(first, &bare, &bare_len);
		pb_assert(pb_token_parse(bare, bare_len, &second, &err) == PB_OK);
		again = pb_token_info(second);
		pb_assert(strcmp(info->gen_time, again->gen_time) == 0 &&
			  strcmp(info->serial, again->serial) == 0 &&
			  info->gen_time_us == again->gen_time_us);
		pb_assert(pb_stamp_check(first, &evidence, &verdict, &err) == PB_OK);
		pb_assert(verdict.fault != PB_STAMP_GOOD && verdict.text != NULL);
	}
	pb_token_free(first);
	pb_token_free(second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct pb_stamp_request request;
	struct pb_stamp_roots *roots = NULL;
	struct pb_error err = { 0 };

	pb_assert(pb_crypto_init(NULL) == PB_OK);
	token(data, len);
	(void)!pb_stamp_request_parse(data, len, &request, &err);
	if (pb_stamp_roots_parse(data, len, &roots, &err) == PB_OK)
		pb_assert(pb_stamp_roots_count(roots) > 0);
	pb_stamp_roots_free(roots);
	return 0;
}
