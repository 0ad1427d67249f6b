/* What the writer's board says of itself, and of the authorities that it has asked. */
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"
#include "daemon/writer_state.h"
#include "sys/service.h"

static size_t
count_asked(const struct writer *w)
{
	return w->stamps != NULL ? w->stamps->profile->authority_count : 0;
}

static const char *
name_asked(const struct writer *w, size_t at)
{
	const struct pb_stamps *stamps = w->stamps;

	return stamps->policy->authority[stamps->profile->authority[at]].name;
}

static uint64_t
now_us(const struct writer *w)
{
	const struct pb_clock *clock = w->world->clock;

	return (uint64_t)clock->now_us(clock->ctx);
}

/* Rows behind the first that have PB_BOARD_BEGUN_US are authorities' (health/boards.c). */
static void
begin(struct writer *w, const char **names)
{
	size_t archives = w->policy->archive_count, asked = count_asked(w);
	struct pb_error err = { 0 };

	names[0] = "writer";
	for (size_t i = 0; i < archives; i++)
		names[1 + i] = w->policy->archive[i].name;
	for (size_t i = 0; i < asked; i++)
		names[1 + archives + i] = name_asked(w, i);
	if (pb_service_board(names, 1 + archives + asked, &w->board, &err) != PB_OK)
		pb_log_error("writer", &err);
	for (size_t i = 0; i <= archives; i++)
		pb_board_set(w->board, i, PB_BOARD_FAILING_US, 0);
	for (size_t i = 0; i < asked; i++)
		pb_board_set(w->board, 1 + archives + i, PB_BOARD_BEGUN_US, now_us(w));
	pb_writer_tell_now(w, PB_BOARD_BEGUN_US);
}

/* Mail is kept, whether or not somebody can see that it is. */
void
pb_writer_board_open(struct writer *w)
{
	const char **names = calloc(1 + w->policy->archive_count + count_asked(w), sizeof(*names));

	if (names != NULL)
		begin(w, names);
	free(names);
}

void
pb_writer_tell_now(struct writer *w, enum pb_board_number number)
{
	pb_board_set(w->board, 0, number, now_us(w));
}

void
pb_writer_tell_authority(void *writer, const char *name, bool good)
{
	struct writer *w = writer;
	size_t asked = count_asked(w), at = 0, row;

	while (at < asked && strcmp(name_asked(w, at), name) != 0)
		at++;
	if (at == asked)
		return;
	row = 1 + w->policy->archive_count + at;
	pb_board_set(w->board, row, good ? PB_BOARD_STAMPED_US : PB_BOARD_FAILED_US, now_us(w));
	if (!good)
		pb_board_add(w->board, row, PB_BOARD_FAILURES, 1);
}
