/* SHA-256 and CRC of the whole package: what the container's token is over. */
#include <stdlib.h>

#include "core/error.h"
#include "verify/bundle.h"

struct reading {
	const struct pb_zip_bytes *bytes;
	uint8_t *chunk;
	struct pb_digest *sha256;      /* or */
	struct pb_stamp_digest *other; /* one of the two */
	uint32_t crc32;
};

static enum pb_status
read_all(struct reading *reading, struct pb_error *err)
{
	const struct pb_zip_bytes *bytes = reading->bytes;
	enum pb_status status = PB_OK;

	reading->chunk = malloc(PB_BUNDLE_CHUNK);
	if (reading->chunk == NULL)
		return pb_fail_memory(err, N_("verify a bundle"));
	for (uint64_t at = 0; status == PB_OK && at < bytes->len;) {
		uint64_t left = bytes->len - at;
		size_t n = left < PB_BUNDLE_CHUNK ? (size_t)left : PB_BUNDLE_CHUNK;

		status = bytes->read(bytes->ctx, at, reading->chunk, n, err);
		if (status != PB_OK)
			break;
		reading->crc32 = pb_zip_crc32(reading->crc32, reading->chunk, n);
		if (reading->sha256 != NULL)
			pb_digest_update(reading->sha256, reading->chunk, n);
		else
			pb_stamp_digest_update(reading->other, reading->chunk, n);
		at += n;
	}
	free(reading->chunk);
	return status;
}

static void *
work(void *arg)
{
	struct pb_bundle_package *package = arg;
	struct reading reading = { .bytes = package->bytes };

	package->status = pb_digest_new(PB_DIGEST_SHA256, &reading.sha256, &package->err);
	if (package->status == PB_OK)
		package->status = read_all(&reading, &package->err);
	if (package->status == PB_OK)
		pb_digest_final(reading.sha256, package->sha256);
	package->crc32 = reading.crc32;
	pb_digest_free(reading.sha256);
	return NULL;
}

void
pb_bundle_package_start(struct pb_bundle_state *state)
{
	struct pb_bundle_package *package = &state->digest;

	package->bytes = state->package;
	/* Without a thread it is computed when it is asked for. */
	package->running = state->options->threads > 0 &&
			   pthread_create(&package->thread, NULL, work, package) == 0;
}

void
pb_bundle_package_join(struct pb_bundle_state *state)
{
	if (!state->digest.running)
		return;
	pthread_join(state->digest.thread, NULL);
	state->digest.running = false;
	state->digest.done = true;
}

enum pb_status
pb_bundle_package_sha256(struct pb_bundle_state *state, struct pb_error *err)
{
	struct pb_bundle_package *package = &state->digest;

	pb_bundle_package_join(state);
	if (!package->done)
		(void)work(package);
	package->done = true;
	if (package->status != PB_OK && err != NULL)
		*err = package->err;
	return package->status;
}

enum pb_status
pb_bundle_package_imprint(struct pb_bundle_state *state, enum pb_stamp_hash hash,
    uint8_t out[PB_STAMP_HASH_MAX], struct pb_error *err)
{
	struct reading reading = { .bytes = state->package };
	enum pb_status status = pb_stamp_digest_new(hash, &reading.other, err);

	if (status == PB_OK)
		status = read_all(&reading, err);
	if (status == PB_OK)
		pb_stamp_digest_final(reading.other, out);
	pb_stamp_digest_free(reading.other);
	return status;
}
