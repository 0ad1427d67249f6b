/* A request, with the reason why it is refused.  For this room's files alone. */
#ifndef PB_STAMP_REQUEST_READ_H
#define PB_STAMP_REQUEST_READ_H

#include "stamp/reply.h"
#include "stamp/request.h"

/* As pb_stamp_request_parse; with PB_EDATA, the answer that an authority gives. */
enum pb_status pb_stamp_request_read(const void *der, size_t len,
    struct pb_stamp_request *ret_request, enum pb_stamp_failure *ret_failure,
    struct pb_error *err) PB_MUST_CHECK;

#endif
