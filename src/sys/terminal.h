/* The terminal: is there one, how wide, and what is asked and said on it. */
#ifndef PB_SYS_TERMINAL_H
#define PB_SYS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "probant/status.h"

bool pb_terminal_is(int fd);

/* Columns of the terminal at fd; 80 if it is none or does not say. */
unsigned pb_terminal_width(int fd);

/*
 * Ask on the controlling terminal, without echo, for one line; its bytes
 * without the line end go to `to`, their number to ret_len.  The terminal is
 * restored on every way out: a signal that ends or stops the program takes
 * effect after that, and after a stop the question is asked again.
 *
 * PB_EUNAVAIL: no terminal.  PB_ELIMIT: size bytes or longer.  PB_EIO: the
 * input ended or failed, or a signal came that the program handles (EINTR).
 * `to` is wiped on any failure.  Before other threads are started.
 */
enum pb_status pb_terminal_passphrase(
    const char *prompt, char *to, size_t size, size_t *ret_len, struct pb_error *err) PB_MUST_CHECK;

/*
 * One line of standard input, without its end; `prompt` is shown first if that is a terminal, on
 * standard error.  Read octet by octet: nothing behind it is taken.  PB_EEND: the input has
 * ended.  PB_ELIMIT: it has size bytes or more; it was passed over.
 */
enum pb_status pb_terminal_line(
    const char *prompt, char *to, size_t size, size_t *ret_len, struct pb_error *err) PB_MUST_CHECK;

/* Write all of it to fd, waiting where fd does not.  PB_EIO (cause EPIPE: nobody reads). */
enum pb_status pb_terminal_write(
    int fd, const void *data, size_t len, struct pb_error *err) PB_MUST_CHECK;

#endif
