/*
 * Any octets as a bundle, container or package: it is judged, without an outside
 * trace never valid, and never by more or less than FORMAT has checks for.
 */
#include "core/error.h"
#include "crypto/crypto.h"
#include "fuzz/fuzz.h"
#include "fuzz/octets.h"
#include "probant/bundle.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct pb_bundle_check_options options = { .now_s = 1800000000 };
	struct pb_verification *v = NULL;
	struct pb_octets octets;
	struct pb_world world = { .files = &octets.files };
	struct pb_error err = { 0 };
	enum pb_status status;

	pb_assert(pb_crypto_init(NULL) == PB_OK);
	octets_init(&octets, data, len);
	status = pb_bundle_check(&world, "bundle", &options, &v, &err);
	if (status == PB_OK)
		pb_assert(pb_verification_verdict(v) != PB_VALID);
	else
		pb_assert(status == PB_EDATA && err.what != NULL);
	pb_verification_free(v);
	return 0;
}
