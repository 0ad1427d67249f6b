/* FORMAT 2.2, clause 4: what the signer's certificate is for.  For this room's files alone. */
#ifndef PB_STAMP_USAGE_H
#define PB_STAMP_USAGE_H

#include <openssl/x509.h>

/* NULL, or why it is not one for timestamps: an English sentence. */
const char *pb_usage_fault(X509 *certificate);

#endif
