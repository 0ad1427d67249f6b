#include "archive/growth.h"

#include <stdlib.h>

#include "core/error.h"
#include "vault/frames.h"

#define DAY_S 86400
#define WEEK_S (7 * DAY_S)

/* One that a writer has just begun may have no header yet. */
static enum pb_status
read_segment(const struct pb_files *files, const char *dir, const char *name, bool newest,
    uint64_t *ret_created_s, uint64_t *ret_size, struct pb_error *err)
{
	struct pb_frames *frames = NULL;
	enum pb_status status = pb_frames_open(files, dir, name, &frames, err);

	if (status == PB_OK) {
		*ret_created_s = pb_frames_header(frames)->created_s;
		*ret_size = pb_frames_size(frames);
	} else if (status == PB_ECORRUPT && newest) {
		status = PB_OK;
	}
	pb_frames_close(frames);
	return status;
}

enum pb_status
pb_growth_read(const struct pb_files *files, const char *dir, int64_t now_s,
    struct pb_growth *ret_growth, struct pb_error *err)
{
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	struct pb_growth growth = { 0 };
	uint64_t now = now_s > 0 ? (uint64_t)now_s : 0, age_s = 0;
	enum pb_status status;
	size_t count;

	status = pb_frames_list(files, dir, &names, &count, NULL, NULL, err);
	for (size_t i = status == PB_OK ? count : 0; status == PB_OK && i > 0 && age_s < WEEK_S;
	     i--) {
		uint64_t created_s = now, size = 0;

		status = read_segment(files, dir, names[i - 1], i == count, &created_s, &size, err);
		age_s = created_s < now ? now - created_s : 0;
		if (age_s < WEEK_S)
			growth.bytes += size;
		growth.span_s = age_s < WEEK_S ? age_s : WEEK_S;
	}
	if (growth.span_s < DAY_S)
		growth = (struct pb_growth){ 0 };
	if (status == PB_OK)
		*ret_growth = growth;
	free(names);
	return status;
}

uint64_t
pb_growth_a_day(const struct pb_growth *growth)
{
	uint64_t span_s = growth->span_s;

	return span_s == 0
		   ? 0
		   : growth->bytes / span_s * DAY_S + growth->bytes % span_s * DAY_S / span_s;
}

uint64_t
pb_growth_days_left(uint64_t free_bytes, uint64_t bytes_a_day)
{
	return bytes_a_day == 0 ? UINT64_MAX : free_bytes / bytes_a_day;
}
