/* How an authority answered: tsa/<name>.state, and when it may be asked again. */
#include <stdio.h>
#include <string.h>

#include "archive/authorities.h"
#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"

#define STATE_MAX 4096
/* Behind a failure a minute, doubled with each, up to an hour. */
#define BACK_OFF_S 60
#define BACK_OFF_MAX_S 3600
/* Nobody makes us wait longer than that. */
#define RETRY_MAX_S (24 * 3600)

static bool
take_time(const struct pb_json *value, int64_t *ret_us)
{
	uint64_t number;

	if (!pb_json_as_u64(value, &number) || number > INT64_MAX)
		return false;
	*ret_us = (int64_t)number;
	return true;
}

static bool
decode(const struct pb_json *root, struct pb_tsa_state *state)
{
	const char *reason = pb_json_string(pb_json_get(root, "reason"));

	if (!take_time(pb_json_get(root, "tried_us"), &state->tried_us) ||
	    !take_time(pb_json_get(root, "good_us"), &state->good_us) ||
	    !pb_json_as_u64(pb_json_get(root, "failures"), &state->failures) ||
	    !pb_json_as_u64(pb_json_get(root, "retry_s"), &state->retry_s) || reason == NULL ||
	    strlen(reason) >= sizeof(state->reason) ||
	    strspn(reason, "abcdefghijklmnopqrstuvwxyz_") != strlen(reason))
		return false;
	memcpy(state->reason, reason, strlen(reason) + 1);
	return true;
}

static enum pb_status
make_paths(
    const char *dir, const struct pb_tsa *tsa, struct pb_path *path, struct pb_path *temporary)
{
	char file[PB_TSA_NAME_MAX + 16];
	enum pb_status status;

	(void)snprintf(file, sizeof(file), "%s.state", tsa->name);
	status = pb_path_make(path, dir, PB_DIR_TSA, file, NULL);
	if (status == PB_OK)
		status = pb_path_make(temporary, dir, PB_DIR_TMP, file, NULL);
	return status;
}

void
pb_authorities_recall(const struct pb_files *files, const char *dir, struct pb_tsa *tsa)
{
	struct pb_tsa_state state = { 0 };
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_path path, temporary;
	struct pb_json *root = NULL;

	memset(&tsa->state, 0, sizeof(tsa->state));
	if (make_paths(dir, tsa, &path, &temporary) == PB_OK &&
	    pb_io_read_regular(files, path.text, STATE_MAX, &text, NULL) == PB_OK &&
	    pb_json_parse(text.data, text.len, &root, NULL) == PB_OK && decode(root, &state))
		tsa->state = state;
	pb_json_free(root);
	pb_buf_done(&text);
}

void
pb_authorities_remember(const struct pb_files *files, const char *dir, const struct pb_tsa *tsa)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_path path, temporary;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &text);
	pb_json_object_begin(&w, NULL);
	pb_json_u64(&w, "tried_us", (uint64_t)tsa->state.tried_us);
	pb_json_u64(&w, "good_us", (uint64_t)tsa->state.good_us);
	pb_json_u64(&w, "failures", tsa->state.failures);
	pb_json_u64(&w, "retry_s", tsa->state.retry_s);
	pb_json_text(&w, "reason", tsa->state.reason);
	pb_json_object_end(&w);
	if (pb_json_writer_status(&w) == PB_OK &&
	    make_paths(dir, tsa, &path, &temporary) == PB_OK &&
	    pb_io_replace_file(
		files, path.text, temporary.text, text.data, text.len, false, NULL) != PB_OK)
		text.len = 0; /* derived: it is asked sooner than it would be */
	pb_buf_done(&text);
}

int64_t
pb_authorities_wait_us(const struct pb_tsa *tsa, int64_t now_us)
{
	const struct pb_tsa_state *state = &tsa->state;
	uint64_t wait_s = tsa->interval_s, back_off_s = BACK_OFF_S, i;
	int64_t end_us;

	if (state->tried_us == 0 || now_us < state->tried_us) /* the clock went back */
		return 0;
	for (i = 1; i < state->failures && back_off_s < BACK_OFF_MAX_S; i++)
		back_off_s *= 2;
	if (back_off_s > BACK_OFF_MAX_S)
		back_off_s = BACK_OFF_MAX_S;
	if (state->failures > 0 && back_off_s > wait_s)
		wait_s = back_off_s;
	if (state->failures > 0 && state->retry_s > wait_s)
		wait_s = state->retry_s < RETRY_MAX_S ? state->retry_s : RETRY_MAX_S;
	end_us = (int64_t)wait_s * 1000000;
	return now_us - state->tried_us >= end_us ? 0 : end_us - (now_us - state->tried_us);
}
