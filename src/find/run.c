/* A query over every segment, and what it found, one after the other. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"
#include "find/finding.h"

static const char what[] = N_("search the archive");

struct pb_found {
	struct pb_find *find;         /* borrowed */
	const struct pb_query *query; /* borrowed */
	struct pb_buf matches;        /* struct pb_match, sorted */
	size_t next;
	size_t missed; /* that could not be looked into */
};

static const struct pb_match *
match_at(const struct pb_found *found, size_t i)
{
	return (const struct pb_match *)(const void *)found->matches.data + i;
}

static size_t
match_count(const struct pb_found *found)
{
	return found->matches.len / sizeof(struct pb_match);
}

/* -1 before 1; what is equal stands by number, so that pages fit together. */
static int
by_number(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int
by_date(const void *a, const void *b)
{
	const struct pb_match *x = a, *y = b;

	if (x->date_s != y->date_s)
		return x->date_s < y->date_s ? 1 : -1;
	return by_number(y->seq, x->seq);
}

static int
by_size(const void *a, const void *b)
{
	const struct pb_match *x = a, *y = b;

	if (x->size != y->size)
		return by_number(y->size, x->size);
	return by_number(y->seq, x->seq);
}

static void
turn_round(struct pb_found *found)
{
	struct pb_match *match = (struct pb_match *)(void *)found->matches.data;
	size_t count = match_count(found);

	for (size_t i = 0; i < count / 2; i++) {
		struct pb_match other = match[i];

		match[i] = match[count - 1 - i];
		match[count - 1 - i] = other;
	}
}

/* Segments come in their order, so by seq they are sorted already. */
static void
sort_matches(struct pb_found *found, enum pb_find_sort sort, bool reverse)
{
	size_t count = match_count(found);

	if (count == 0)
		return;
	if (sort != PB_FIND_SEQ)
		qsort(found->matches.data, count, sizeof(struct pb_match),
		    sort == PB_FIND_DATE ? by_date : by_size);
	if (reverse)
		turn_round(found);
}

static enum pb_status
open_file(const struct pb_find *find, const char *stem, int *ret_fd, struct pb_error *err)
{
	char name[PB_CATALOG_STEM_LEN + 8];
	struct pb_path path;
	enum pb_status status;

	(void)snprintf(name, sizeof(name), "%s.idx", stem);
	status = pb_path_make(&path, find->archive->dir, PB_DIR_INDEX, name, err);
	if (status == PB_OK)
		status = pb_io_open_regular(find->archive->world->files, path.text,
		    O_RDONLY | O_NOFOLLOW, ret_fd, NULL, err);
	return status;
}

static enum pb_status
run_index(struct pb_find *find, struct pb_find_segment *segment, const struct pb_query *query,
    struct pb_buf *matches, struct pb_error *err)
{
	enum pb_status status;
	int fd = -1;

	status = open_file(find, segment->stem, &fd, err);
	if (status != PB_OK)
		return status;
	pb_index_use(segment->file.index, fd);
	status = pb_query_run(query, segment->file.index, matches, err);
	pb_index_use(segment->file.index, -1);
	pb_io_close(find->archive->world->files, &fd);
	if (status == PB_ECORRUPT)
		status = pb_fail_todo(err, status,
		    N_("the vault is not touched by that: `probant reindex --all` makes the index "
		       "anew"));
	return status;
}

static enum pb_status
run_segment(struct pb_find *find, struct pb_find_segment *segment, const struct pb_query *query,
    struct pb_buf *matches, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (segment->file.index != NULL)
		status = run_index(find, segment, query, matches, err);
	if (status == PB_OK && !pb_query_has_words(query))
		status = pb_find_tail(find, segment, query, matches, err);
	return status;
}

enum pb_status
pb_find_run(struct pb_find *find, const struct pb_query *query, enum pb_find_sort sort,
    bool reverse, struct pb_found **ret_found, struct pb_error *err)
{
	struct pb_found *found = calloc(1, sizeof(*found));
	enum pb_status status = PB_OK;

	if (found == NULL)
		return pb_fail_memory(err, what);
	found->find = find;
	found->query = query;
	for (size_t i = 0; i < find->count && status == PB_OK; i++)
		status = run_segment(find, &find->segment[i], query, &found->matches, err);
	if (status != PB_OK) {
		pb_found_free(found);
		return status;
	}
	sort_matches(found, sort, reverse);
	*ret_found = found;
	return PB_OK;
}

enum pb_status
pb_found_next(struct pb_found *found, struct pb_match *ret_match, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	struct pb_match match;
	bool meant = false;

	while (status == PB_OK && !meant) {
		if (found->next == match_count(found))
			return PB_EEND;
		match = *match_at(found, found->next++);
		meant = true;
		if (match.unsure)
			status = pb_find_look(found->find, found->query, match.seq, &meant, err);
		if (status == PB_EDATA) {
			found->missed++;
			status = PB_OK;
			meant = false;
		}
	}
	if (status == PB_OK)
		*ret_match = match;
	return status;
}

size_t
pb_found_left(const struct pb_found *found, size_t *ret_unsure)
{
	size_t count = match_count(found);

	*ret_unsure = found->missed;
	for (size_t i = found->next; i < count; i++)
		*ret_unsure += match_at(found, i)->unsure;
	return count - found->next + found->missed;
}

void
pb_found_free(struct pb_found *found)
{
	if (found == NULL)
		return;
	pb_buf_done(&found->matches);
	free(found);
}
