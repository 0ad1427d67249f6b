#include "log/trust.h"

#include <stdlib.h>
#include <string.h>

#include "log/trust_members.h"

#define NEVER UINT64_MAX /* no time */

void
pb_trust_free(struct pb_trust *trust)
{
	if (trust == NULL)
		return;
	free(trust->members);
	free(trust->logs);
	free(trust->text);
	free(trust);
}

const struct pb_note_verifier *
pb_trust_log(const struct pb_trust *trust, const char *origin, size_t index)
{
	for (size_t i = 0; i < trust->logs_count; i++)
		if (strcmp(trust->logs[i].name, origin) == 0 && index-- == 0)
			return &trust->logs[i];
	return NULL;
}

static int
compare_times(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

/* When the group had witnessed: the kth of its members' times, k as needed, in order. */
static uint64_t
group_time_s(const struct pb_trust *trust, size_t group, const uint64_t *times_s)
{
	uint64_t sorted[PB_LIMIT_TRUST_LINES];
	size_t count = 0;

	for (size_t i = 0; i < group; i++)
		if (trust->members[i].group == group)
			sorted[count++] = times_s[i];
	qsort(sorted, count, sizeof(sorted[0]), compare_times);
	return sorted[trust->members[group].needed - 1];
}

enum pb_trust_quorum
pb_trust_check(const struct pb_trust *trust, const struct pb_note *note, uint64_t *ret_time_s)
{
	uint64_t times_s[PB_LIMIT_TRUST_LINES]; /* of each member, or NEVER */

	*ret_time_s = 0;
	for (size_t i = 0; i < trust->members_count; i++) {
		const struct pb_trust_member *member = &trust->members[i];

		times_s[i] = NEVER;
		if (!member->witness)
			times_s[i] = group_time_s(trust, i, times_s);
		else if (pb_note_verify(note, &member->verifier, &times_s[i]) == PB_NOTE_FORGED)
			return PB_QUORUM_FORGED;
	}
	if (trust->quorum == PB_TRUST_NOWHERE)
		return PB_QUORUM_NONE;
	if (times_s[trust->quorum] == NEVER)
		return PB_QUORUM_MISSED;
	*ret_time_s = times_s[trust->quorum];
	return PB_QUORUM_MET;
}

enum pb_status
pb_trust_format(const struct pb_note_verifier *log_key, struct pb_buf *buf)
{
	struct pb_buf key = PB_BUF_EMPTY;
	enum pb_status status;

	if (log_key->type != PB_NOTE_ED25519)
		return PB_EINVAL;
	status = pb_note_verifier_format(log_key, &key);
	if (status == PB_OK)
		status = pb_buf_printf(
		    buf, "log %.*s\nquorum none\n", (int)key.len, (const char *)key.data);
	pb_buf_done(&key);
	return status;
}
