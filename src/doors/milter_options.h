/* What an MTA and a milter agree on before anything else (SMFIC_OPTNEG). */
#ifndef PB_DOORS_MILTER_OPTIONS_H
#define PB_DOORS_MILTER_OPTIONS_H

#include "core/buf.h"

/* Steps behind which the MTA does not wait for an answer, and what else is asked of it (SMFIP_*).
 */
#define PB_MILTER_NO_REPLY_HEADER 0x00000080u
#define PB_MILTER_NO_UNKNOWN 0x00000100u /* tells nothing of commands that it does not know */
#define PB_MILTER_NO_REPLY_CONNECT 0x00001000u
#define PB_MILTER_NO_REPLY_HELO 0x00002000u
#define PB_MILTER_NO_REPLY_MAIL 0x00004000u
#define PB_MILTER_NO_REPLY_DATA 0x00010000u
#define PB_MILTER_NO_REPLY_UNKNOWN 0x00020000u
#define PB_MILTER_NO_REPLY_END_OF_HEADER 0x00040000u
#define PB_MILTER_NO_REPLY_BODY 0x00080000u
#define PB_MILTER_LEADING_SPACE 0x00100000u /* a value comes with the white space before it */

/*
 * The data of SMFIC_OPTNEG, versions 2 and later, and that of our answer, appended: of all that we
 * want what is offered.  *ret_protocol: which of the above.  PB_EDATA; PB_ENOMEM.
 */
enum pb_status pb_milter_agree(const uint8_t *data, size_t len, struct pb_buf *answer,
    uint32_t *ret_protocol, struct pb_error *err) PB_MUST_CHECK;

#endif
