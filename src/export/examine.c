#include "export/examine.h"

#include "core/error.h"
#include "probant/bundle.h"

/* Beside the main one: hashing is nearly all of the work. */
#define THREADS 2

enum pb_status
pb_export_examine(const struct pb_world *world, const char *path, struct pb_error *err)
{
	const struct pb_bundle_check_options options = { .threads = THREADS };
	struct pb_verification *v = NULL;
	enum pb_status status = pb_bundle_check(world, path, &options, &v, err);

	if (status == PB_OK && pb_verification_verdict(v) == PB_INVALID) {
		(void)pb_fail(err, PB_ECORRUPT, N_("go on with an export"),
		    N_("what an earlier run had written is not what the archive holds"), "%s",
		    path);
		status = pb_fail_todo(err, PB_ECORRUPT,
		    N_("remove that file and the .json beside it, and export again"));
	}
	pb_verification_free(v);
	return status == PB_EDATA ? PB_ECORRUPT : status;
}
