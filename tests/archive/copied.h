/* A fixture on a copy of one of the logs of tests/vectors, which no C code wrote. */
#ifndef PB_TEST_ARCHIVE_COPIED_H
#define PB_TEST_ARCHIVE_COPIED_H

#include "archive/fixture.h"

#include "lib/vectors.h"

#define FROM(name) TEST_VECTORS "/" name
#define COPIED_READER "archive/readers/fd6b0a8ba9d5ab57b77a1dbaceb56c8480028525"

static inline struct pb_reader_key *
copied_key(const char *key_path, const char *certificate_path)
{
	struct pb_buf key = vectors_file(key_path), pem = vectors_file(certificate_path);
	struct pb_reader_key *opened = NULL;

	assert_int_equal(pb_reader_key_open(key.data, key.len, pem.data, pem.len,
			     "phrase de passe fictive", 23, &opened, NULL),
	    PB_OK);
	pb_buf_done(&key);
	pb_buf_done(&pem);
	return opened;
}

static inline struct fixture *
copied(const char *tree, const char *trust, const char *against)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(pb_crypto_init(NULL), PB_OK);
	f->root = test_directory();
	f->dir = pb_path_join(f->root, "archive");
	f->world = *pb_sys_world();
	copy_tree(tree, f->dir);
	f->trust = vectors_file(trust);
	f->against = vectors_file(against);
	return f;
}

static inline int
forget(void **state)
{
	struct fixture *f = *state;

	pb_reader_key_free(f->key);
	pb_buf_done(&f->trust);
	pb_buf_done(&f->against);
	free(f->dir);
	test_directory_remove(f->root);
	free(f);
	return 0;
}

#endif
