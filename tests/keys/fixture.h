/* An archive whose readers change, and somebody who becomes one. */
#ifndef PB_TEST_KEYS_FIXTURE_H
#define PB_TEST_KEYS_FIXTURE_H

#include "archive/fixture.h"

#include "archive/keyring.h"
#include "archive/readers.h"
#include "keys/change.h"
#include "keys/file.h"

/* Somebody with a key of his own; made once, since that takes a while. */
struct person {
	struct pb_buf certificate;
	struct pb_reader_key *key;
};

static struct person associate;

static UNUSED int
make_associate(void **state)
{
	struct pb_buf key = PB_BUF_EMPTY;

	if (found_template(state) != 0)
		return 1;
	assert_int_equal(pb_reader_generate(
			     "probant reader", NOON_S, "x", 1, &key, &associate.certificate, NULL),
	    PB_OK);
	assert_int_equal(pb_reader_key_open(key.data, key.len, associate.certificate.data,
			     associate.certificate.len, "x", 1, &associate.key, NULL),
	    PB_OK);
	pb_buf_done(&key);
	return 0;
}

static UNUSED int
forget_associate(void **state)
{
	pb_reader_key_free(associate.key);
	pb_buf_done(&associate.certificate);
	return forget_template(state);
}

/* Two segments with messages behind the founding one, and the archive open with `key`. */
static UNUSED struct pb_archive *
prepare(struct fixture *f, const struct pb_reader_key *key)
{
	fresh(f);
	add_commits(f, NULL, 1);
	add_commits(f, NULL, 2);
	return open_archive(f, key);
}

static UNUSED enum pb_status
add(struct pb_archive *archive, bool past, char id[PB_READER_ID_SIZE], struct pb_error *err)
{
	return pb_reader_add(archive, associate.certificate.data, associate.certificate.len,
	    "reader", past, id, err);
}

/* How many of the messages that were kept this key opens. */
static UNUSED size_t
opens(struct fixture *f, const struct pb_reader_key *key)
{
	struct pb_reading *reading = NULL;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_opened *opened;
	struct pb_leaf leaf;
	size_t count = 0;

	assert_int_equal(pb_reading_new(f->world.files, f->dir, key, &reading, NULL), PB_OK);
	for (size_t i = 0; i < f->kept.count; i++)
		count += pb_reading_record(reading, f->kept.seq[i], &leaf, &opened, sha256, NULL) ==
			 PB_OK;
	pb_reading_free(reading);
	return count;
}

static UNUSED size_t
readers_of(struct fixture *f, struct pb_readers *readers)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));

	assert_non_null(founded);
	assert_int_equal(pb_founded_read(f->world.files, f->dir, founded, NULL), PB_OK);
	assert_int_equal(
	    pb_readers_in_force(f->world.files, f->dir, founded, readers, NULL), PB_OK);
	free(founded);
	return readers->count;
}

#endif
