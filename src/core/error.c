#include "core/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

static const char *const status_names[PB_STATUS_COUNT] = {
	[PB_OK] = "OK",
	[PB_EEND] = "EEND",
	[PB_EINVAL] = "EINVAL",
	[PB_EDATA] = "EDATA",
	[PB_ELIMIT] = "ELIMIT",
	[PB_ENOENT] = "ENOENT",
	[PB_EEXIST] = "EEXIST",
	[PB_EACCESS] = "EACCESS",
	[PB_ELOCKED] = "ELOCKED",
	[PB_ENOMEM] = "ENOMEM",
	[PB_EIO] = "EIO",
	[PB_ENOSPC] = "ENOSPC",
	[PB_ECORRUPT] = "ECORRUPT",
	[PB_ESTOPPED] = "ESTOPPED",
	[PB_ECRYPTO] = "ECRYPTO",
	[PB_EUNAVAIL] = "EUNAVAIL",
	[PB_EDESTROYED] = "EDESTROYED",
};

const char *
pb_status_name(enum pb_status status)
{
	if ((unsigned)status >= PB_STATUS_COUNT)
		return "UNKNOWN";
	return status_names[status];
}

static void fill(struct pb_error *err, const struct pb_error *base, const char *object,
    va_list args) PB_PRINTF(3, 0);

/*
 * The object's name is made before err changes: it may be printed from
 * err->object itself.  A safe text is never shorter than its source, so what
 * this first buffer cuts would not have fitted either.
 */
static void
fill(struct pb_error *err, const struct pb_error *base, const char *object, va_list args)
{
	char text[2 * sizeof(err->object)] = "";

	if (vsnprintf(text, sizeof(text), object, args) < 0)
		text[0] = '\0';
	*err = *base;
	pb_text_safe_copy(err->object, sizeof(err->object), (const uint8_t *)text, strlen(text));
}

enum pb_status
pb_fail(struct pb_error *err, enum pb_status status, const char *what, const char *why,
    const char *object, ...)
{
	struct pb_error base = { .status = status, .what = what, .why = why };
	va_list args;

	if (err != NULL) {
		va_start(args, object);
		fill(err, &base, object, args);
		va_end(args);
	}
	return status;
}

static enum pb_status
status_of_errno(int cause)
{
	switch (cause) {
	case ENOSPC:
	case EDQUOT:
		return PB_ENOSPC;
	case ENOENT:
	case ENOTDIR:
		return PB_ENOENT;
	case EACCES:
	case EPERM:
	case EROFS:
		return PB_EACCESS;
	case EEXIST:
		return PB_EEXIST;
	case ENOMEM:
		return PB_ENOMEM;
	case EWOULDBLOCK:
		return PB_ELOCKED;
	default:
		return PB_EIO;
	}
}

enum pb_status
pb_fail_sys(struct pb_error *err, long negative_errno, const char *what, const char *object, ...)
{
	int cause = (int)-negative_errno;
	enum pb_status status = status_of_errno(cause);
	struct pb_error base = { .status = status, .what = what, .cause = cause };
	va_list args;

	if (err != NULL) {
		va_start(args, object);
		fill(err, &base, object, args);
		va_end(args);
	}
	return status;
}

enum pb_status
pb_fail_memory(struct pb_error *err, const char *what)
{
	return pb_fail(err, PB_ENOMEM, what, N_("memory ran out"), "%s", "");
}

enum pb_status
pb_fail_of(struct pb_error *err, enum pb_status status, const char *object)
{
	if (err != NULL && status != PB_OK && status != PB_ENOMEM && err->object[0] == '\0')
		pb_text_safe_copy(
		    err->object, sizeof(err->object), (const uint8_t *)object, strlen(object));
	return status;
}

enum pb_status
pb_fail_todo(struct pb_error *err, enum pb_status status, const char *todo)
{
	if (err != NULL)
		err->todo = todo;
	return status;
}

void
pb_panic(const char *condition, const char *file, int line)
{
	fprintf(stderr, "probant: broken invariant: %s (%s:%d)\n", condition, file, line);
	abort();
}
