/* Where something listens: "unix:/path", "192.0.2.1:25", "[2001:db8::1]:25". */
#ifndef PB_POLICY_ADDRESS_H
#define PB_POLICY_ADDRESS_H

#include "policy/capture.h"
#include "policy/reader.h"

/* In its one form, so that two addresses of one place are equal.  Into zeros. */
void pb_policy_address(struct pb_policy_reader *r, const struct pb_policy_node *mapping,
    const char *key, struct pb_policy_address *ret_address);
/* The same of a text that stands at `key` with others. */
void pb_policy_address_of(struct pb_policy_reader *r, const struct pb_policy_node *mapping,
    const char *key, const char *text, struct pb_policy_address *ret_address);
bool pb_policy_address_equal(const struct pb_policy_address *a, const struct pb_policy_address *b);
/* Nobody outside this machine is there: 127.0.0.0/8 (RFC 1122 3.2.1.3), ::1 (RFC 4291 2.5.3). */
bool pb_policy_address_loopback(const struct pb_policy_address *address);
/* As it is written; "" for zeros. */
#define PB_POLICY_ADDRESS_LEN 128
void pb_policy_address_format(
    const struct pb_policy_address *address, char out[PB_POLICY_ADDRESS_LEN]);
void pb_policy_address_done(struct pb_policy_address *address);

#endif
