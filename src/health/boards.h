/* What the processes of a policy tell of themselves, all of it (sys/board.h). */
#ifndef PB_HEALTH_BOARDS_H
#define PB_HEALTH_BOARDS_H

#include "policy/capture.h"
#include "sys/board.h"

/* A row of zeros: nothing is told. */
struct pb_boards {
	const struct pb_capture_policy *policy; /* borrowed */
	struct pb_board_row writer;
	struct pb_board_row *archive; /* by archive of the policy */
	struct pb_board_row *door;    /* by door */
	/* Those that the stamper asks, by what the writer found their answers worth. */
	struct pb_board_row *authority;
	size_t authority_count;
	struct pb_board_row stamper;
};

/* What cannot be read, or is not as the policy has it, is not told.  PB_ENOMEM. */
enum pb_status pb_boards_read(const struct pb_files *files, const struct pb_capture_policy *policy,
    struct pb_boards *ret_boards, struct pb_error *err) PB_MUST_CHECK;
void pb_boards_done(struct pb_boards *boards);

#endif
