/* What `status` says of certificates that end. */
#ifndef PB_CLI_ENDS_H
#define PB_CLI_ENDS_H

#include "archive/ends.h"
#include "core/json.h"

/* A line behind the room of a label: what, its name (or ""), and when. */
void pb_ends_say_one(const char *what, const char *name, int64_t ends_s, int64_t now_s);
/* Of those that end soon, or have ended. */
void pb_ends_say(const struct pb_ends *ends, int64_t now_s);

/* The members "ends_s", "days_left", "ended"; the array "certificates", of all. */
void pb_ends_json_one(int64_t ends_s, int64_t now_s, struct pb_json_writer *w);
void pb_ends_json(const struct pb_ends *ends, int64_t now_s, struct pb_json_writer *w);

#endif
