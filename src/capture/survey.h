/* What an import would find, without keeping anything. */
#ifndef PB_CAPTURE_SURVEY_H
#define PB_CAPTURE_SURVEY_H

#include "capture/import.h"

struct pb_survey {
	uint64_t messages;
	uint64_t bytes;             /* of the messages */
	uint64_t met[PB_MET_COUNT]; /* capture/finds.h */
};

/* refused, skipped, odd and progress of the events are called.  Writes nothing. */
enum pb_status pb_survey(const struct pb_world *world, const struct pb_sources *sources,
    const struct pb_import_events *events, struct pb_survey *ret_survey,
    struct pb_error *err) PB_MUST_CHECK;

#endif
