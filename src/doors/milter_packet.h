/* Packets of the milter protocol: the length of what follows, a letter, its data. */
#ifndef PB_DOORS_MILTER_PACKET_H
#define PB_DOORS_MILTER_PACKET_H

#include <stdbool.h>

#include "core/buf.h"

/* Where they stand in a packet. */
#define PB_MILTER_LETTER 4
#define PB_MILTER_DATA 5

/*
 * Go on with a packet, empty at first, from *at, which moves, up to `stop`.  *ret_whole: it is all
 * there, letter and data.  PB_EDATA: it is empty; PB_ELIMIT: longer than PB_LIMIT_MILTER_PACKET;
 * PB_ENOMEM.
 */
enum pb_status pb_milter_packet_gather(struct pb_buf *packet, const uint8_t **at,
    const uint8_t *stop, bool *ret_whole, struct pb_error *err) PB_MUST_CHECK;

enum pb_status pb_milter_packet_append(struct pb_buf *to, uint8_t letter, const void *data,
    size_t len, struct pb_error *err) PB_MUST_CHECK;

#endif
