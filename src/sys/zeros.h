/* Memory for a large table that is reached at random. */
#ifndef PB_SYS_ZEROS_H
#define PB_SYS_ZEROS_H

#include <stddef.h>

/*
 * len octets of zeros, freed with free(); NULL: there is no such memory.  Much of them lies in
 * large pages where the system has them, so that pages need not be looked up so often.
 */
void *pb_zeros(size_t len);

#endif
