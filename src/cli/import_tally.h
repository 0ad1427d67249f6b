/* What an import tells while it goes on, and at its end. */
#ifndef PB_CLI_IMPORT_TALLY_H
#define PB_CLI_IMPORT_TALLY_H

#include "capture/survey.h"
#include "cli/progress.h"

struct pb_import_tally {
	bool json;
	uint64_t kept;
	uint64_t first_seq;
	uint64_t last_seq;
	uint64_t second;  /* of those kept, whose bytes were imported before */
	uint64_t known;   /* passed over to resume */
	uint64_t skipped; /* files */
	uint64_t entries; /* of archives, skipped */
	uint64_t refused;
	bool no_memory;
	struct pb_buf refusals; /* JSON objects with commas between */
	struct pb_progress *progress;
};

/* Events that fill the tally, print a line for each message that was kept (JSON), and refusals. */
struct pb_import_events pb_import_tally_events(struct pb_import_tally *tally);

/* The last line, or lines. */
void pb_import_tally_print(const struct pb_import_tally *tally);

/* The same for a survey: nothing was kept. */
void pb_import_tally_print_survey(
    const struct pb_import_tally *tally, const struct pb_survey *survey);

#endif
