/*
 * index/<stem>.idx, and its key in slot 0 of keys/<stem>.key (FORMAT 3.5, 6.3).
 *
 * A file is replaced in this order, and a crash in between leaves one that its key does not open,
 * which is as good as none:
 *
 *   1. slot 0 gets the new key, durably     the old file can't be read any more
 *   2. the new file takes its place, durably
 */
#ifndef PB_ARCHIVE_INDEX_FILE_H
#define PB_ARCHIVE_INDEX_FILE_H

#include "core/world.h"
#include "index/shelves.h"

/* Write what `builder` holds under a key that is drawn for it. */
enum pb_status pb_index_file_write(const struct pb_world *world, const char *dir, const char *stem,
    struct pb_secret *segment_key, const struct pb_index_builder *builder,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * Take the file up into an empty builder.  PB_ENOENT: there is none that can be used, whatever
 * the reason; then the builder is of no use either.
 */
enum pb_status pb_index_file_load(const struct pb_files *files, const char *dir, const char *stem,
    struct pb_secret *segment_key, struct pb_index_builder *builder,
    struct pb_error *err) PB_MUST_CHECK;

/* An index opened to be searched, with all that it needs. */
struct pb_index_file {
	const struct pb_files *files; /* borrowed */
	int fd;
	struct pb_secret *key;
	struct pb_index *index;
};

/*
 * PB_ENOENT: there is none, or none that its key opens: the segment is not indexed.  PB_ECORRUPT:
 * it is damaged: `reindex` makes it again.
 */
enum pb_status pb_index_file_open(const struct pb_files *files, const char *dir, const char *origin,
    const char *stem, struct pb_secret *segment_key, struct pb_index_file *ret_file,
    struct pb_error *err) PB_MUST_CHECK;
void pb_index_file_close(struct pb_index_file *file);

/* Zero slot 0, durably, then remove the file: nobody can read it, whoever has a copy of it. */
enum pb_status pb_index_file_destroy(const struct pb_files *files, const char *dir,
    const char *stem, struct pb_error *err) PB_MUST_CHECK;

#endif
