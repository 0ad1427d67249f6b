/*
 * What the daemon tells whoever keeps its standard error, a journal say: a line for each event.
 * Never a word, name or address of a message.
 */
#ifndef PB_DAEMON_LOG_H
#define PB_DAEMON_LOG_H

#include "probant/status.h"

void pb_log(const char *format, ...) PB_PRINTF(1, 2);
/* "what: object: why"; about: a door or an archive, or NULL. */
void pb_log_error(const char *about, const struct pb_error *err);

#endif
