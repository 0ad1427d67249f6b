#include "crypto/library.h"

#include <openssl/err.h>
#include <stdbool.h>

#include "core/error.h"

/* Empties the queue.  The first entry is the cause; others only say which call passed it on. */
static bool
memory_ran_out(const char **ret_cause)
{
	unsigned long code = ERR_peek_error();
	const char *cause = ERR_reason_error_string(code);
	bool found = false;

	*ret_cause = cause == NULL ? "-" : cause;
	while ((code = ERR_get_error()) != 0)
		found = found || ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
	return found;
}

enum pb_status
pb_library_openssl(struct pb_error *err, const char *what)
{
	const char *cause;

	if (memory_ran_out(&cause))
		return pb_fail_memory(err, what);
	return pb_fail(err, PB_ECRYPTO, what, N_("the cryptographic library refused it"),
	    "OpenSSL: %s", cause);
}

enum pb_status
pb_library_refused(struct pb_error *err, enum pb_status status, const char *what, const char *why,
    const char *object)
{
	const char *cause;

	if (memory_ran_out(&cause))
		return pb_fail_memory(err, what);
	return pb_fail(err, status, what, why, "%s", object);
}

enum pb_status
pb_library_gcrypt(struct pb_error *err, gcry_error_t answer, const char *what)
{
	if (gcry_err_code(answer) == GPG_ERR_ENOMEM)
		return pb_fail_memory(err, what);
	return pb_fail(err, PB_ECRYPTO, what, N_("the cryptographic library refused it"),
	    "libgcrypt: %s", gcry_strerror(answer));
}
