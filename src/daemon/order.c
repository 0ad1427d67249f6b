#include "daemon/order.h"

/* A session ends behind its message, whose client may be slow. */
#define GRACE_US (30 * 1000000LL)
/* What has come is committed, and the stop stated in every archive: there may be thousands. */
#define GRACE_WRITER_US (600 * 1000000LL)

int64_t
pb_order_grace_us(enum pb_stage stage)
{
	return stage == PB_STAGE_WRITER ? GRACE_WRITER_US : GRACE_US;
}

static enum pb_deed
when_due(enum pb_deed deed, int64_t due_us, int64_t now_us, int64_t *ret_next_us)
{
	if (now_us >= due_us)
		return deed;
	if (due_us < *ret_next_us)
		*ret_next_us = due_us;
	return PB_DEED_NONE;
}

enum pb_deed
pb_order(enum pb_phase phase, const struct pb_standing *standing, enum pb_stage first,
    int64_t now_us, int64_t *ret_next_us)
{
	if (phase == PB_PHASE_UP)
		return standing->running
			   ? PB_DEED_NONE
			   : when_due(PB_DEED_START, standing->due_us, now_us, ret_next_us);
	if (!standing->running || standing->stage > first)
		return PB_DEED_NONE;
	if (!standing->told)
		return PB_DEED_TELL;
	return when_due(PB_DEED_KILL, standing->due_us, now_us, ret_next_us);
}
