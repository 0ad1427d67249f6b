/*
 * What a writer may have done, even one that somebody has taken over: a timestamp asked of an
 * authority of the policy, at its address and with its certificate; and what certificates point
 * to, fetched from a web server's port of another machine.
 */
#ifndef PB_STAMPER_PERMITTED_H
#define PB_STAMPER_PERMITTED_H

#include "core/world.h"
#include "policy/timestamp.h"
#include "relay/exchange.h"

/*
 * The request that a question makes, which borrows of both.  PB_ENOENT: the policy has no such
 * authority; PB_EACCESS: from there nothing is fetched.
 */
enum pb_status pb_permitted(const struct pb_timestamp_policy *policy,
    const struct pb_question *question, struct pb_http_request *ret_request,
    struct pb_error *err) PB_MUST_CHECK;

#endif
