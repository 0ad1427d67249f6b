#include "archive/fresh.h"

static struct pb_kept
take_first(struct pb_fresh *f)
{
	struct pb_kept plain = f->entry[f->first].plain;

	f->first = (f->first + 1) % PB_FRESH_RECORDS;
	f->count--;
	return plain;
}

void
pb_fresh_put(struct pb_fresh *fresh, uint64_t seq, struct pb_kept *take_plain)
{
	struct pb_fresh_entry *entry =
	    &fresh->entry[(fresh->first + fresh->count) % PB_FRESH_RECORDS];

	if (fresh->count == PB_FRESH_RECORDS) {
		pb_kept_done(take_plain);
		return;
	}
	*entry = (struct pb_fresh_entry){ seq, *take_plain };
	*take_plain = PB_KEPT_NOTHING;
	fresh->count++;
}

bool
pb_fresh_take(struct pb_fresh *fresh, uint64_t seq, struct pb_kept *ret_plain)
{
	while (fresh->count > 0 && fresh->entry[fresh->first].seq < seq) {
		struct pb_kept passed = take_first(fresh);

		pb_kept_done(&passed);
	}
	if (fresh->count == 0 || fresh->entry[fresh->first].seq != seq)
		return false;
	*ret_plain = take_first(fresh);
	return true;
}

void
pb_fresh_clear(struct pb_fresh *fresh)
{
	while (fresh->count > 0) {
		struct pb_kept left = take_first(fresh);

		pb_kept_done(&left);
	}
}
