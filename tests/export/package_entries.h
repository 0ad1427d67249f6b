/* A bundle read back, entry by entry, for the tests of an export. */
#ifndef PB_TEST_EXPORT_PACKAGE_ENTRIES_H
#define PB_TEST_EXPORT_PACKAGE_ENTRIES_H

#include "archive/fixture.h"
#include "bundle/file.h"
#include "bundle/package.h"
#include "bundle/zip.h"

#define MAX_ENTRIES 512

struct package {
	struct pb_bundle_file file;
	struct pb_zip_reader *outer; /* of a container; else NULL */
	struct pb_zip_reader *zip;   /* of the package */
	struct pb_zip_window window;
	struct pb_zip_bytes inner;
	size_t count;
	struct pb_zip_entry entry[MAX_ENTRIES];
	char container[3][PB_ZIP_NAME_MAX + 1]; /* its names */
	struct pb_buf token;
};

static UNUSED void
enter_container(struct package *p)
{
	struct pb_zip_entry entry[3];

	p->outer = p->zip;
	p->zip = NULL;
	pb_zip_reader_rewind(p->outer);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(pb_zip_reader_next(p->outer, &entry[i], NULL), PB_OK);
		memcpy(p->container[i], entry[i].name, sizeof(entry[i].name));
	}
	assert_int_equal(pb_zip_reader_next(p->outer, &entry[0], NULL), PB_EEND);
	assert_int_equal(pb_zip_reader_whole(p->outer, &entry[2], 1 << 20, &p->token, NULL), PB_OK);
	pb_zip_window(p->outer, &entry[1], &p->window, &p->inner);
	assert_int_equal(pb_zip_reader_new(&p->inner, &p->zip, NULL), PB_OK);
}

/* A container or a bare package, every octet of which its reader accounts for. */
static UNUSED struct package *
open_package(const char *path)
{
	struct package *p = calloc(1, sizeof(*p));
	enum pb_status status;

	assert_non_null(p);
	assert_int_equal(pb_bundle_file_open(pb_sys_world()->files, path, &p->file, NULL), PB_OK);
	assert_int_equal(pb_zip_reader_new(&p->file.bytes, &p->zip, NULL), PB_OK);
	assert_int_equal(pb_zip_reader_next(p->zip, &p->entry[0], NULL), PB_OK);
	if (strcmp(p->entry[0].name, "mimetype") == 0)
		enter_container(p);
	pb_zip_reader_rewind(p->zip);
	while ((status = pb_zip_reader_next(p->zip, &p->entry[p->count], NULL)) == PB_OK)
		assert_true(++p->count < MAX_ENTRIES);
	assert_int_equal(status, PB_EEND);
	return p;
}

static UNUSED void
close_package(struct package *p)
{
	pb_zip_reader_free(p->zip);
	pb_zip_reader_free(p->outer);
	pb_bundle_file_close(&p->file);
	pb_buf_done(&p->token);
	free(p);
}

static UNUSED const struct pb_zip_entry *
find_entry(const struct package *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->entry[i].name, name) == 0)
			return &p->entry[i];
	return NULL;
}

static UNUSED bool
has(const struct package *p, const char *name)
{
	return find_entry(p, name) != NULL;
}

static UNUSED struct pb_buf
bytes_of(const struct package *p, const char *name)
{
	const struct pb_zip_entry *entry = find_entry(p, name);
	struct pb_buf buf = PB_BUF_EMPTY;

	if (entry == NULL)
		fail_msg("no entry %s", name);
	assert_int_equal(pb_zip_reader_whole(p->zip, entry, SIZE_MAX / 4, &buf, NULL), PB_OK);
	return buf;
}

static UNUSED bool
contains(const struct pb_buf *buf, const char *word)
{
	return memmem(buf->data, buf->len, word, strlen(word)) != NULL;
}

#endif
