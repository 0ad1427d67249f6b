/*
 * A line is "<time_us> <reason> <archive> <queue id in hex, or ->".  It is written behind the last
 * whole one and synced before its message passes:
 *
 *     pwrite            a crash leaves a part of it without LF, which does not count: the message
 *                       did not pass
 *     fdatasync         and here it stands for good
 *
 * Lines are taken away by replacing the file, after their records are durable: a crash between
 * says a gap twice.
 */
#include "doors/gaps.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"
#include "core/text.h"
#include "relay/stated.h"

#define WHAT N_("remember mail that was let through")
#define LINE_ROOM 320 /* octets of a line: 20, 32, 32, twice PB_LIMIT_QUEUE_ID, and to spare */

struct pb_gaps {
	const struct pb_files *files;
	char *dir, *path, *temporary;
	pthread_mutex_t lock;
	uint64_t len; /* of the whole lines, octets */
	size_t count; /* of them */
	bool named;   /* the file's name is durable, since this process wrote there */
};

/* ---- lines ---------------------------------------------------------------------------------- */

static enum pb_status
put_line(struct pb_buf *text, const struct pb_gap *gap)
{
	char hex[2 * PB_LIMIT_QUEUE_ID + 1] = "-";
	bool named = gap->queue_id_len > 0 && gap->queue_id_len <= PB_LIMIT_QUEUE_ID;

	if (named)
		pb_hex_encode(gap->queue_id, gap->queue_id_len, hex);
	return pb_buf_printf(text, "%lld %s %s %s\n", (long long)gap->time_us, gap->reason,
	    gap->archive[0] != '\0' ? gap->archive : "-", hex);
}

/* The next word of a line, which is cut off behind it; NULL: there is none. */
static char *
next_word(char **line)
{
	char *word = *line, *end = strchr(word, ' ');

	*line = end != NULL ? end + 1 : word + strlen(word);
	if (end != NULL)
		*end = '\0';
	return *word != '\0' ? word : NULL;
}

/* Of those that stand in a line: a to z, 0 to 9, - and _. */
static bool
is_plain(const char *word)
{
	return word != NULL && word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0';
}

/* Of a line that can't be read it is known that a message passed, and no more. */
static void
parse_line(char *line, struct pb_gap *ret_gap)
{
	char *time = next_word(&line), *reason = next_word(&line), *archive = next_word(&line);
	char *name = next_word(&line);
	size_t hex_len = name != NULL ? strlen(name) : 0;
	uint64_t time_us;

	*ret_gap = (struct pb_gap){ .archive = "", .reason = "unknown" };
	if (time == NULL || !pb_decimal_parse(time, strlen(time), &time_us) ||
	    time_us > INT64_MAX || reason == NULL || !pb_stated_reason(reason) ||
	    !is_plain(archive))
		return;
	ret_gap->time_us = (int64_t)time_us;
	ret_gap->reason = reason;
	ret_gap->archive = strcmp(archive, "-") != 0 ? archive : "";
	/* In place: two digits become one octet. */
	if (hex_len % 2 == 0 && hex_len / 2 <= PB_LIMIT_QUEUE_ID &&
	    pb_hex_decode(name, hex_len, (uint8_t *)name, hex_len / 2)) {
		ret_gap->queue_id = (uint8_t *)name;
		ret_gap->queue_id_len = hex_len / 2;
	}
}

static size_t
count_lines(const struct pb_buf *text)
{
	size_t count = 0;

	for (size_t n = 0; n < text->len; n++)
		count += text->data[n] == '\n';
	return count;
}

/* All lines of text, which they borrow and change. */
static enum pb_status
parse(struct pb_buf *text, struct pb_gap **ret_gaps, size_t *ret_count)
{
	char *at = (char *)text->data, *end;
	size_t count = count_lines(text), i = 0;
	struct pb_gap *gaps;

	if ((gaps = calloc(count + 1, sizeof(*gaps))) == NULL)
		return PB_ENOMEM;
	for (; i < count; i++, at = end + 1) {
		end = memchr(at, '\n', (size_t)((char *)text->data + text->len - at));
		*end = '\0';
		parse_line(at, &gaps[i]);
	}
	*ret_gaps = gaps;
	*ret_count = count;
	return PB_OK;
}

/* ---- the file ------------------------------------------------------------------------------- */

/* Octets of it from `from` to `to`, appended to text. */
static enum pb_status
read_span(struct pb_gaps *g, uint64_t from, uint64_t to, struct pb_buf *text, struct pb_error *err)
{
	struct pb_buf whole = PB_BUF_EMPTY;
	enum pb_status status;

	if (from == to)
		return PB_OK;
	status = pb_io_read_unlinked(g->files, g->path, PB_LIMIT_GAPS + LINE_ROOM, &whole, err);
	if (status == PB_OK && whole.len < to)
		status = pb_fail(err, PB_ECORRUPT, WHAT, N_("it ends before"), "%s", g->path);
	if (status == PB_OK && pb_buf_append(text, whole.data + from, to - from) != PB_OK)
		status = pb_fail_memory(err, WHAT);
	pb_buf_done(&whole);
	return status;
}

/* How much of what stands there are whole lines. */
static enum pb_status
measure(struct pb_gaps *g, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status =
	    pb_io_read_unlinked(g->files, g->path, PB_LIMIT_GAPS + LINE_ROOM, &text, err);
	const uint8_t *last = text.len > 0 ? memrchr(text.data, '\n', text.len) : NULL;

	if (status == PB_ENOENT)
		status = PB_OK;
	if (status == PB_OK) {
		g->len = last != NULL ? (uint64_t)(last + 1 - text.data) : 0;
		g->count = count_lines(&text);
	}
	pb_buf_done(&text);
	return status;
}

static enum pb_status
append(struct pb_gaps *g, const struct pb_buf *text, struct pb_error *err)
{
	enum pb_status status;
	int fd = -1;

	if (text->len > PB_LIMIT_GAPS - g->len)
		return pb_fail(err, PB_ELIMIT, WHAT,
		    N_("there is more of it than a door remembers"), "%s", g->path);
	status = pb_io_open(g->files, g->path, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600, &fd, err);
	if (status == PB_OK)
		status = pb_io_pwrite(g->files, fd, g->path, text->data, text->len, g->len, err);
	if (status == PB_OK)
		status = pb_io_sync(g->files, fd, g->path, err);
	if (status == PB_OK && !g->named) {
		status = pb_io_sync_dir(g->files, g->dir, err);
		g->named = status == PB_OK;
	}
	if (status == PB_OK) {
		g->len += text->len;
		g->count += count_lines(text);
	} else if (fd >= 0) { /* it does not pass */
		(void)g->files->truncate(g->files->ctx, fd, g->len);
	}
	pb_io_close(g->files, &fd);
	return status;
}

enum pb_status
pb_gaps_add(struct pb_gaps *gaps, const struct pb_gap *gap, size_t count, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < count; i++)
		if (put_line(&text, &gap[i]) != PB_OK)
			status = pb_fail_memory(err, WHAT);
	if (status == PB_OK) {
		(void)pthread_mutex_lock(&gaps->lock);
		status = append(gaps, &text, err);
		(void)pthread_mutex_unlock(&gaps->lock);
	}
	pb_buf_done(&text);
	return status;
}

bool
pb_gaps_empty(struct pb_gaps *gaps)
{
	bool empty;

	(void)pthread_mutex_lock(&gaps->lock);
	empty = gaps->len == 0;
	(void)pthread_mutex_unlock(&gaps->lock);
	return empty;
}

size_t
pb_gaps_count(struct pb_gaps *gaps)
{
	size_t count;

	(void)pthread_mutex_lock(&gaps->lock);
	count = gaps->count;
	(void)pthread_mutex_unlock(&gaps->lock);
	return count;
}

/* ---- recording ------------------------------------------------------------------------------ */

static int
compare(const void *a, const void *b)
{
	const struct pb_gap *left = a, *right = b;
	int order = strcmp(left->archive, right->archive);

	if (order == 0)
		order = strcmp(left->reason, right->reason);
	if (order == 0)
		order = (left->time_us > right->time_us) - (left->time_us < right->time_us);
	return order;
}

static bool
same_run(const struct pb_gap *a, const struct pb_gap *b)
{
	return strcmp(a->archive, b->archive) == 0 && strcmp(a->reason, b->reason) == 0;
}

/* What is not recorded, as lines in `left`; any_recorded: there is something to take away. */
static enum pb_status
record_runs(struct pb_gap *gap, size_t count, pb_gap_record_fn *record, void *ctx,
    struct pb_buf *left, bool *any_recorded, struct pb_error *err)
{
	enum pb_status first = PB_OK, status;
	struct pb_error other;
	size_t from, to;

	qsort(gap, count, sizeof(*gap), compare);
	for (from = 0; from < count; from = to) {
		for (to = from + 1; to < count && same_run(&gap[from], &gap[to]);)
			to++;
		status = record(ctx, &gap[from], to - from, first == PB_OK ? err : &other);
		if (status == PB_OK)
			*any_recorded = true;
		else if (first == PB_OK)
			first = status;
		for (size_t i = from; status != PB_OK && i < to; i++)
			if (put_line(left, &gap[i]) != PB_OK)
				return pb_fail_memory(err, WHAT);
	}
	return first;
}

/* What is left, and what was added since the file was `read` octets long. */
static enum pb_status
replace(struct pb_gaps *g, uint64_t read, struct pb_buf *left, struct pb_error *err)
{
	enum pb_status status;

	(void)pthread_mutex_lock(&g->lock);
	status = read_span(g, read, g->len, left, err);
	if (status == PB_OK)
		status = pb_io_replace_file(
		    g->files, g->path, g->temporary, left->data, left->len, true, err);
	if (status == PB_OK) {
		g->len = left->len;
		g->count = count_lines(left);
	} else if (measure(g, NULL) != PB_OK) { /* the last sync may have failed alone */
		g->len = PB_LIMIT_GAPS;         /* nothing passes by it any more */
	}
	(void)pthread_mutex_unlock(&g->lock);
	return status;
}

enum pb_status
pb_gaps_record(struct pb_gaps *gaps, pb_gap_record_fn *record, void *ctx, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY, left = PB_BUF_EMPTY;
	struct pb_gap *gap = NULL;
	enum pb_status status, recorded = PB_OK;
	bool any_recorded = false;
	size_t count = 0;
	uint64_t len;

	(void)pthread_mutex_lock(&gaps->lock);
	len = gaps->len;
	status = read_span(gaps, 0, len, &text, err);
	(void)pthread_mutex_unlock(&gaps->lock);
	if (status == PB_OK && parse(&text, &gap, &count) != PB_OK)
		status = pb_fail_memory(err, WHAT);
	if (status == PB_OK)
		recorded = record_runs(gap, count, record, ctx, &left, &any_recorded, err);
	if (status == PB_OK && recorded != PB_ENOMEM && any_recorded)
		status = replace(gaps, len, &left, recorded == PB_OK ? err : NULL);
	free(gap);
	pb_buf_done(&text);
	pb_buf_done(&left);
	return recorded != PB_OK ? recorded : status;
}

enum pb_status
pb_gaps_remove(struct pb_gaps *gaps, struct pb_error *err)
{
	int answer;

	if (!pb_gaps_empty(gaps))
		return PB_OK;
	answer = gaps->files->unlink(gaps->files->ctx, gaps->path);
	return answer == 0 ? PB_OK : pb_fail_sys(err, answer, WHAT, "%s", gaps->path);
}

/* ---- life ----------------------------------------------------------------------------------- */

static char *
path_of(const char *dir, const char *door, const char *suffix)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	char *path = NULL;

	if (pb_buf_printf(&buf, "%s/%s%s", dir, door, suffix) == PB_OK)
		path = strdup(pb_buf_text(&buf));
	pb_buf_done(&buf);
	return path;
}

enum pb_status
pb_gaps_new(const struct pb_files *files, const char *dir, const char *door,
    struct pb_gaps **ret_gaps, struct pb_error *err)
{
	struct pb_gaps *gaps = calloc(1, sizeof(*gaps));
	enum pb_status status;

	if (gaps == NULL)
		return pb_fail_memory(err, WHAT);
	gaps->files = files;
	(void)pthread_mutex_init(&gaps->lock, NULL);
	gaps->dir = strdup(dir);
	gaps->path = path_of(dir, door, ".gap");
	gaps->temporary = path_of(dir, door, ".gap.new");
	if (gaps->dir == NULL || gaps->path == NULL || gaps->temporary == NULL)
		status = pb_fail_memory(err, WHAT);
	else
		status = measure(gaps, err);
	if (status == PB_OK)
		*ret_gaps = gaps;
	else
		pb_gaps_free(gaps);
	return status;
}

void
pb_gaps_free(struct pb_gaps *gaps)
{
	if (gaps == NULL)
		return;
	(void)pthread_mutex_destroy(&gaps->lock);
	free(gaps->dir);
	free(gaps->path);
	free(gaps->temporary);
	free(gaps);
}
