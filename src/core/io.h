/*
 * Whole reads and writes over a struct pb_files: the loops around short
 * answers and EINTR, in one place.  A sync is never repeated (FORMAT 4): any
 * answer but 0 is a failure, EINTR too.
 *
 * `path` names the file in errors only, except where a call opens it.
 */
#ifndef PB_CORE_IO_H
#define PB_CORE_IO_H

#include "core/buf.h"
#include "core/world.h"

/* open(2) again after EINTR. */
enum pb_status pb_io_open(const struct pb_files *files, const char *path, int flags, unsigned mode,
    int *ret_fd, struct pb_error *err) PB_MUST_CHECK;

/*
 * The same for a file that somebody may have put there to harm: PB_ECORRUPT
 * unless it is a regular one.  Never waits, as open(2) of a FIFO does.  ret_info may be NULL.
 */
enum pb_status pb_io_open_regular(const struct pb_files *files, const char *path, int flags,
    int *ret_fd, struct pb_file_info *ret_info, struct pb_error *err) PB_MUST_CHECK;

/* Close and forget: *fd becomes -1; -1 is fine. */
void pb_io_close(const struct pb_files *files, int *fd);

/* Up to len bytes at the file's position; *ret_len 0 at the end. */
enum pb_status pb_io_read(const struct pb_files *files, int fd, const char *path, void *to,
    size_t len, size_t *ret_len, struct pb_error *err) PB_MUST_CHECK;

/* Up to len bytes from offset; less only at the end of the file. */
enum pb_status pb_io_pread(const struct pb_files *files, int fd, const char *path, void *to,
    size_t len, uint64_t offset, size_t *ret_len, struct pb_error *err) PB_MUST_CHECK;

/* All len bytes from offset; PB_ECORRUPT if the file ends before. */
enum pb_status pb_io_pread_exact(const struct pb_files *files, int fd, const char *path, void *to,
    size_t len, uint64_t offset, struct pb_error *err) PB_MUST_CHECK;

/* All len bytes to offset, or an error; then some may have been written. */
enum pb_status pb_io_pwrite(const struct pb_files *files, int fd, const char *path,
    const void *from, size_t len, uint64_t offset, struct pb_error *err) PB_MUST_CHECK;

enum pb_status pb_io_sync(
    const struct pb_files *files, int fd, const char *path, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_io_sync_dir(
    const struct pb_files *files, const char *path, struct pb_error *err) PB_MUST_CHECK;

/* A whole file, appended to buf.  PB_ELIMIT if it is longer than max bytes. */
enum pb_status pb_io_read_file(const struct pb_files *files, const char *path, size_t max,
    struct pb_buf *buf, struct pb_error *err) PB_MUST_CHECK;

/* The same of a file opened by pb_io_open_regular. */
enum pb_status pb_io_read_regular(const struct pb_files *files, const char *path, size_t max,
    struct pb_buf *buf, struct pb_error *err) PB_MUST_CHECK;

/* And what is a link is refused: of a directory in which somebody with fewer rights writes. */
enum pb_status pb_io_read_unlinked(const struct pb_files *files, const char *path, size_t max,
    struct pb_buf *buf, struct pb_error *err) PB_MUST_CHECK;

/*
 * A new file, mode 0600, synced, with its directory entry.  PB_EEXIST if the
 * name is taken.  On failure nothing of that name is left.
 */
enum pb_status pb_io_create_file(const struct pb_files *files, const char *path, const void *data,
    size_t len, struct pb_error *err) PB_MUST_CHECK;

/*
 * Replace `path` by these bytes, through `temporary` (same file system) and
 * rename(2): a reader sees the old or the new, whole.  durable: data synced
 * before the rename, the directory of `path` after it.  On failure `path` is
 * as it was, except when that last sync failed: then the new stands, perhaps
 * not for good.  `temporary` is gone in either case; an old one is removed.
 */
enum pb_status pb_io_replace_file(const struct pb_files *files, const char *path,
    const char *temporary, const void *data, size_t len, bool durable,
    struct pb_error *err) PB_MUST_CHECK;

/* dir + "/" + name, freed with free(); NULL if there is no memory. */
char *pb_path_join(const char *dir, const char *name);

#endif
