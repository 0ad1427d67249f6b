/* Whole reads and writes on a descriptor that is open already: a pipe, a socket. */
#ifndef PB_SYS_PIPE_H
#define PB_SYS_PIPE_H

#include <stddef.h>

/* 1: all of it; 0: the stream had ended before; negative errno (-EPIPE: it ended within). */
int pb_pipe_read(int fd, void *to, size_t len);

/* 0, or the negative errno. */
int pb_pipe_write(int fd, const void *from, size_t len);

#endif
