#include "herald/memory.h"

#include <string.h>

#include "core/limits.h"
#include "core/syntax.h"

/* The numbers of a row, from the first on; that one is 0 if it remembers nothing. */
#define WORD 0 /* and 1 */
#define SINCE_US 1
#define UNTIL_US 2
#define TOLD 3
#define NAME 4
#define NUMBERS (NAME + PB_ALERT_NAME / sizeof(uint64_t))

_Static_assert(NUMBERS <= PB_BOARD_NUMBERS && PB_ALERT_NAME % sizeof(uint64_t) == 0,
    "an alert's name fills numbers of a row");

#define OF_RECORD                                                                                  \
	(UINT64_C(1) << PB_ALERT_RECORD | UINT64_C(1) << (PB_ALERT_WAYS + PB_ALERT_RECORD))

/* The first number last, and wiped before: a process that is killed leaves no half of two. */
static void
write_row(struct pb_board *board, size_t row, const uint64_t number[NUMBERS])
{
	bool same = true;

	for (unsigned i = 0; i < NUMBERS; i++)
		same = same && pb_board_get(board, row, i) == number[i];
	if (same)
		return;
	pb_board_set(board, row, WORD, 0);
	for (unsigned i = NUMBERS - 1; i > WORD; i--)
		pb_board_set(board, row, i, number[i]);
	pb_board_set(board, row, WORD, number[WORD]);
}

void
pb_memory_keep(struct pb_board *board, const struct pb_alerts *alerts, bool recording)
{
	for (size_t i = 0; board != NULL && i < PB_LIMIT_ALERTS; i++) {
		uint64_t number[NUMBERS] = { 0 };
		struct pb_alert_kept kept;

		if (pb_alerts_keep(alerts, i, &kept)) {
			number[WORD] = 1 + (uint64_t)kept.word;
			number[SINCE_US] = (uint64_t)kept.since_us;
			number[UNTIL_US] = (uint64_t)kept.until_us;
			number[TOLD] = recording ? kept.told & ~OF_RECORD : kept.told;
			memcpy(&number[NAME], kept.name, sizeof(kept.name));
		}
		write_row(board, 1 + i, number);
	}
}

/* As this program writes it: a herald that was taken over may have been the one before. */
static bool
read_row(const struct pb_board *board, size_t row, struct pb_alert_kept *kept)
{
	uint64_t number[NUMBERS];

	for (unsigned i = 0; i < NUMBERS; i++)
		number[i] = pb_board_get(board, row, i);
	if (number[WORD] == 0 || number[WORD] > PB_ALERT_WORDS)
		return false;
	*kept = (struct pb_alert_kept){ .word = (enum pb_alert_word)(number[WORD] - 1),
		.since_us = (int64_t)number[SINCE_US],
		.until_us = (int64_t)number[UNTIL_US],
		.told = number[TOLD] };
	memcpy(kept->name, &number[NAME], sizeof(kept->name));
	if (kept->since_us <= 0 || kept->until_us < 0 ||
	    memchr(kept->name, '\0', sizeof(kept->name)) == NULL)
		return false;
	return pb_alert_about(kept->word) == NULL ? kept->name[0] == '\0'
						  : pb_syntax_name(kept->name);
}

void
pb_memory_recall(const struct pb_board *board, struct pb_alerts *alerts, int64_t monotonic_us)
{
	struct pb_alert_kept kept;

	for (size_t i = 0; board != NULL && i < PB_LIMIT_ALERTS; i++)
		if (read_row(board, 1 + i, &kept))
			pb_alerts_resume(alerts, &kept, monotonic_us);
}
