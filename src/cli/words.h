/* The closed words of the formats, in the user's language.  JSON has them as they stand. */
#ifndef PB_CLI_WORDS_H
#define PB_CLI_WORDS_H

#include <stdint.h>

/* "message", "timestamp" ...: of a record; "?" outside the vocabulary. */
const char *pb_words_type(uint8_t type);

/* What happened, by the event that facts name (FORMAT 1.5); another as it stands. */
const char *pb_words_event(const char *event);

/* "received", "sent"; "" for anything else. */
const char *pb_words_direction(const char *direction);

/* What a delivery report says became of a message, and what a receipt says was done with it. */
const char *pb_words_delivery(const char *action);
const char *pb_words_disposition(const char *type);

/* A finding on a message (FORMAT 6.1), as a sentence. */
const char *pb_words_finding(const char *code);

/* Why there is no view, by the name of its state. */
const char *pb_words_unseen(const char *state);

/* "2026-05-06 17:42:00 UTC" */
#define PB_WORDS_TIME_LEN 24
void pb_words_time(int64_t time_s, char out[PB_WORDS_TIME_LEN]);

#endif
