/*
 * The world as a parameter: files, clock, random numbers and HTTP are small tables
 * of functions handed down from main.  Only sys/ fills them with the operating
 * system; tests fill them with layers that fail the nth call, lose what was not
 * synced, or set the clock.
 *
 * File operations answer like the system calls they stand for: a number >= 0,
 * or the negative errno.  They may be short or answer -EINTR; core/io.h holds
 * the loops.  fds are small integers that only the same table understands.
 */
#ifndef PB_CORE_WORLD_H
#define PB_CORE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"

enum pb_file_type { PB_FILE_REGULAR, PB_FILE_DIRECTORY, PB_FILE_SYMLINK, PB_FILE_OTHER };

struct pb_file_info {
	enum pb_file_type type;
	uint32_t mode;       /* permission bits, 07777 */
	bool owned;          /* by the effective user of this process */
	uint64_t size;       /* bytes */
	uint64_t device;     /* of the file system: the same for all that stands on it */
	int64_t modified_us; /* since 1970 */
};

/* Called once per entry ("." and ".." left out); non-zero stops and is returned. */
typedef int pb_list_fn(void *arg, const char *name);

struct pb_files {
	void *ctx;
	/* open(2): O_CLOEXEC is implied; mode counts with O_CREAT. */
	int (*open)(void *ctx, const char *path, int flags, unsigned mode);
	/* A file without a name on the file system of that directory (O_TMPFILE). */
	int (*open_unnamed)(void *ctx, const char *dir);
	int (*close)(void *ctx, int fd);
	int64_t (*read)(void *ctx, int fd, void *to, size_t len);
	int64_t (*pread)(void *ctx, int fd, void *to, size_t len, uint64_t offset);
	int64_t (*pwrite)(void *ctx, int fd, const void *from, size_t len, uint64_t offset);
	int (*truncate)(void *ctx, int fd, uint64_t len);
	/* fdatasync(2): data, and the length needed to read it. */
	int (*sync)(void *ctx, int fd);
	/* fsync(2) of the directory: its entries. */
	int (*sync_dir)(void *ctx, const char *path);
	/* Drop clean pages, so that the next reads come from the medium. */
	int (*drop_cache)(void *ctx, int fd);
	/* Begin to write these bytes to the medium, without waiting; makes nothing durable. */
	int (*write_out)(void *ctx, int fd, uint64_t offset, uint64_t len);
	int (*stat_fd)(void *ctx, int fd, struct pb_file_info *ret_info);
	/* follow: stat(2), else lstat(2). */
	int (*stat)(void *ctx, const char *path, bool follow, struct pb_file_info *ret_info);
	int (*list)(void *ctx, const char *path, pb_list_fn *each, void *arg);
	int (*mkdir)(void *ctx, const char *path, unsigned mode);
	int (*rename)(void *ctx, const char *from, const char *to);
	/* remove(3): a file, or an empty directory. */
	int (*unlink)(void *ctx, const char *path);
	/* flock(2), exclusive, without waiting: -EWOULDBLOCK if another holds it. */
	int (*lock)(void *ctx, int fd);
	/* Bytes that an unprivileged user can still write there. */
	int64_t (*free_bytes)(void *ctx, const char *path);
};

struct pb_clock {
	void *ctx;
	/* Wall clock, µs since 1970-01-01T00:00:00Z. */
	int64_t (*now_us)(void *ctx);
	/* Never steps back; for ages and rates only. */
	int64_t (*monotonic_us)(void *ctx);
	/* Wait so long; a signal may end it sooner. */
	void (*sleep_us)(void *ctx, int64_t us);
};

struct pb_random {
	void *ctx;
	/* len bytes fit for keys (getrandom(2)); 0, or the negative errno. */
	int (*fill)(void *ctx, void *to, size_t len);
};

/* One HTTP exchange.  What is borrowed lives until the call returns. */
struct pb_http_request {
	const char *authority; /* whose it is, by name, for who asks in another process; or NULL */
	const char *url;       /* http or https */
	const char *content_type; /* of the body; NULL: GET, else POST */
	const void *body;
	size_t body_len;
	const char *accept;       /* the media type wanted, or NULL */
	const char *token;        /* a bearer token (RFC 6750), or NULL */
	size_t max;               /* of the answer's body, bytes: more is PB_ELIMIT */
	uint32_t timeout_ms;      /* for the whole exchange */
	const char *client_pem;   /* path of a client certificate with its key, PEM; or NULL */
	const char *server_roots; /* path of PEM roots for https; NULL: the system's */
	bool foreign;             /* somebody else chose the address: this machine is not asked */
};

struct pb_http_reply {
	unsigned status;        /* 200... */
	char content_type[128]; /* in lower case, without parameters; "" if there is none */
	uint32_t retry_after_s; /* 0: not said */
	struct pb_buf body;     /* owned by the caller, who clears it before */
};

/*
 * The network, as far as it is needed: PB_OK if an answer came whole, whatever its
 * status code; PB_EUNAVAIL if not (refused, no such host, timed out, cut off; err->why
 * says which, and err->cause is ECONNREFUSED or ETIMEDOUT of the first and third, ENETDOWN where
 * nobody was asked, since who would ask is away); PB_ELIMIT; PB_EINVAL: no such URL.
 */
struct pb_http {
	void *ctx;
	enum pb_status (*exchange)(void *ctx, const struct pb_http_request *request,
	    struct pb_http_reply *ret_reply, struct pb_error *err);
};

struct pb_world {
	const struct pb_files *files;
	const struct pb_clock *clock;
	const struct pb_random *random;
};

#endif
