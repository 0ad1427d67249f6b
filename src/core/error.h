/* Filling a struct pb_error at the place where something fails. */
#ifndef PB_CORE_ERROR_H
#define PB_CORE_ERROR_H

#include "probant/status.h"

/* Marks a literal for the message catalogue; translated where it is printed. */
#define N_(text) text

/*
 * Record a failure in err (which may be NULL) and return `status`, so that
 * a failing call reads `return pb_fail(err, PB_EDATA, N_("..."), ...)`.
 * what and why are literals; object is a printf format for the object's name,
 * which is made terminal-safe and cut to fit.  cause and todo become 0, NULL.
 */
enum pb_status pb_fail(struct pb_error *err, enum pb_status status, const char *what,
    const char *why, const char *object, ...) PB_PRINTF(5, 6);

/*
 * The same from a system call's negative answer (-errno), as the tables of
 * core/world.h return it.  ENOSPC and EDQUOT give PB_ENOSPC, ENOENT and
 * ENOTDIR PB_ENOENT, EACCES, EPERM and EROFS PB_EACCESS, EEXIST PB_EEXIST,
 * ENOMEM PB_ENOMEM, EWOULDBLOCK PB_ELOCKED; the rest PB_EIO.
 */
enum pb_status pb_fail_sys(struct pb_error *err, long negative_errno, const char *what,
    const char *object, ...) PB_PRINTF(4, 5);

/* Memory ran out while doing `what`. */
enum pb_status pb_fail_memory(struct pb_error *err, const char *what);

/* Say of what a call failed that was given octets and no name.  Returns `status`. */
enum pb_status pb_fail_of(struct pb_error *err, enum pb_status status, const char *object);

/* Add to a failure what the user can do about it (a literal).  Returns `status`. */
enum pb_status pb_fail_todo(struct pb_error *err, enum pb_status status, const char *todo);

/*
 * A broken invariant of ours: say where on stderr and abort, in every build.
 * Evidence is never written by a program that has lost its footing.
 */
#define pb_assert(condition) ((condition) ? (void)0 : pb_panic(#condition, __FILE__, __LINE__))
_Noreturn void pb_panic(const char *condition, const char *file, int line);

#endif
