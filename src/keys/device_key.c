#include "keys/device_key.h"

#include <stdlib.h>
#include <string.h>

#include "archive/readers.h"
#include "core/buf.h"
#include "core/error.h"
#include "crypto/envelope.h"

#define TRIAL_LEN 32

/* PB_ECORRUPT: it is not this reader's. */
static enum pb_status
try_key(const struct pb_random *random, const struct pb_reader_key *key, struct pb_error *err)
{
	const struct pb_reader *reader = pb_reader_key_reader(key);
	struct pb_secret *trial = NULL, *opened = NULL;
	struct pb_buf cms = PB_BUF_EMPTY;
	enum pb_status status = pb_secret_random(random, TRIAL_LEN, &trial, err);

	if (status == PB_OK)
		status = pb_envelope_seal(trial, &reader, 1, &cms, err);
	if (status == PB_OK)
		status = pb_envelope_open(cms.data, cms.len, key, TRIAL_LEN, &opened, err);
	if (status == PB_OK &&
	    !pb_equal(pb_secret_bytes(trial), pb_secret_bytes(opened), TRIAL_LEN))
		status = PB_ECORRUPT;
	pb_secret_free(trial);
	pb_secret_free(opened);
	pb_buf_done(&cms);
	return status;
}

/* The device is whoever's at first; what is not taken in the end stays the caller's. */
static enum pb_status
try_reader(const struct pb_world *world, const char *dir, const struct pb_founded_reader *stated,
    const struct pb_reader_device *device, struct pb_reader_key **ret_key, struct pb_error *err)
{
	struct pb_reader_device borrowed = *device;
	struct pb_reader_key *key = NULL, *trial = NULL;
	struct pb_reader *reader = NULL;
	struct pb_buf pem = PB_BUF_EMPTY;
	enum pb_status status = pb_founded_certificate(world->files, dir, stated, &reader, err);

	borrowed.close = NULL;
	if (status == PB_OK)
		status = pb_reader_to_pem(reader, &pem, err);
	if (status == PB_OK)
		status = pb_reader_key_on_device(pem.data, pem.len, &borrowed, &trial, err);
	if (status == PB_OK)
		status = try_key(world->random, trial, err);
	if (status == PB_OK)
		status = pb_reader_key_on_device(pem.data, pem.len, device, &key, err);
	if (status == PB_OK)
		*ret_key = key;
	pb_reader_key_free(trial);
	pb_reader_free(reader);
	pb_buf_done(&pem);
	return status;
}

enum pb_status
pb_device_key_open(const struct pb_world *world, const char *dir,
    const struct pb_reader_device *take_device, struct pb_reader_key **ret_key,
    struct pb_error *err)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_readers *readers = calloc(1, sizeof(*readers));
	enum pb_status status;

	status = founded == NULL || readers == NULL
		     ? pb_fail_memory(err, N_("open a reader's key"))
		     : pb_founded_read(world->files, dir, founded, err);
	if (status == PB_OK)
		status = pb_readers_in_force(world->files, dir, founded, readers, err);
	if (status != PB_OK)
		goto out;
	for (size_t i = 0; i < readers->count; i++) {
		status = try_reader(world, dir, &readers->reader[i], take_device, ret_key, err);
		if (status != PB_ECORRUPT)
			goto out;
	}
	(void)pb_fail(err, PB_ENOENT, N_("open a reader's key"),
	    N_("the key on the device is no reader's of this archive"), "%s", dir);
	status =
	    pb_fail_todo(err, PB_ENOENT, N_("`probant key add CERT` makes its holder a reader"));
out:
	free(readers);
	free(founded);
	return status;
}
