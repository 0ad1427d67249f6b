/* Octets that one process hands another as a descriptor. */
#ifndef PB_SYS_HANDED_H
#define PB_SYS_HANDED_H

#include <stdbool.h>
#include <stddef.h>

#include "probant/status.h"

/*
 * They stand in memory alone, and nobody can change them any more (memfd_create(2), with all its
 * seals).  *ret_fd is the caller's.
 */
enum pb_status pb_handed_new(
    const void *data, size_t len, int *ret_fd, struct pb_error *err) PB_MUST_CHECK;

/* Can nobody change what stands behind that descriptor, nor its length? */
bool pb_handed_sealed(int fd);

/* Does another program answer who reads it, whenever it likes (FUSE)? */
bool pb_handed_served(int fd);

#endif
