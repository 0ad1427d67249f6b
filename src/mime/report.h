/* Receipts: message disposition notifications (RFC 8098) and delivery reports (RFC 3464). */
#ifndef PB_MIME_REPORT_H
#define PB_MIME_REPORT_H

#include "mime/facts.h"

/* The decoded octets of message/disposition-notification and of message/delivery-status. */
void pb_report_mdn(struct pb_facts *facts, const uint8_t *data, size_t len);
void pb_report_dsn(struct pb_facts *facts, const uint8_t *data, size_t len);

/* text/rfc822-headers (RFC 6522 section 4), or the message whole: which one a delivery report is
 * about. */
void pb_report_original(struct pb_facts *facts, const uint8_t *data, size_t len);

/* `[KO Intégration système !][code]` in a text, UTF-8: the first gives mdn.code. */
void pb_report_text(struct pb_facts *facts, const char *text, size_t len);

#endif
