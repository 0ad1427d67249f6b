/*
 * The postmark of an mbox (RFC 4155 appendix A): the line "From sender date" before each message.
 *
 * Programs disagree about it in every detail; what all write is "From ", anything, and a date as
 * asctime has it: weekday, month, day, time, and a year, in which a time zone may stand.
 */
#ifndef PB_CAPTURE_POSTMARK_H
#define PB_CAPTURE_POSTMARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The length of the postmark that data begins with, its line end included; 0 if there is
 * none.  It may end with the data only if that is the end of the file.
 */
size_t pb_postmark_len(const uint8_t *data, size_t len, bool end_of_file);

#endif
