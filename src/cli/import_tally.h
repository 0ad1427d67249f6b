/* What an import tells while it goes on, and at its end. */
#ifndef PB_CLI_IMPORT_TALLY_H
#define PB_CLI_IMPORT_TALLY_H

#include "capture/survey.h"
#include "cli/progress.h"

/* Files: how many, and the names of the first of them. */
#define PB_TALLY_NAMES 5
struct pb_tally_files {
	uint64_t count;
	struct pb_buf names; /* each with its NUL */
};

struct pb_import_tally {
	bool json;
	uint64_t kept;
	uint64_t first_seq;
	uint64_t last_seq;
	uint64_t second;               /* of those kept, whose bytes were imported before */
	uint64_t known;                /* passed over to resume */
	struct pb_tally_files odd;     /* of those kept: they do not begin as mail does */
	bool outlook;                  /* a .pst, .ost or .msg is among them, or passed over */
	struct pb_tally_files skipped; /* files */
	struct pb_tally_files entries; /* of archives, skipped */
	uint64_t refused;
	struct pb_error said; /* the last reason told */
	bool no_memory;
	bool stopped;           /* by a signal */
	struct pb_buf refusals; /* JSON objects with commas between */
	struct pb_progress *progress;
};

/* Events that fill the tally, print a line for each message that was kept (JSON), and refusals. */
struct pb_import_events pb_import_tally_events(struct pb_import_tally *tally);

void pb_import_tally_done(struct pb_import_tally *tally);

/* An import that was asked to stop: what is kept, and how to keep the rest. */
void pb_import_tally_say_stopped(const struct pb_import_tally *tally);

/* The last line, or lines. */
void pb_import_tally_print(const struct pb_import_tally *tally);

/* The same for a survey: nothing was kept. */
void pb_import_tally_print_survey(
    const struct pb_import_tally *tally, const struct pb_survey *survey);

#endif
