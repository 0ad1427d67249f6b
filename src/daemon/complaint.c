#include "daemon/complaint.h"

#include <string.h>

#define AGAIN_US (60 * 1000000LL)

/* what and why are literals: the same one is the same. */
static bool
same(const struct pb_error *a, const struct pb_error *b)
{
	return a->status == b->status && a->what == b->what && a->why == b->why &&
	       a->cause == b->cause && strcmp(a->object, b->object) == 0;
}

bool
pb_complaint_is_new(
    struct pb_complaint *complaint, const char *about, const struct pb_error *err, int64_t now_us)
{
	if (complaint->about == about && same(&complaint->last, err) &&
	    now_us - complaint->said_us < AGAIN_US)
		return false;
	*complaint = (struct pb_complaint){ about, *err, now_us };
	return true;
}
