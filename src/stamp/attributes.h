/* The signed attributes of a token (RFC 5652 11, RFC 5035).  For this room's files alone. */
#ifndef PB_STAMP_ATTRIBUTES_H
#define PB_STAMP_ATTRIBUTES_H

#include "stamp/token_openssl.h"

/*
 * Exactly one content-type, of id-ct-TSTInfo, one message-digest, and one signing-certificate
 * of either kind or of both; each with one value.  NULL, or why not: an English sentence.
 */
const char *pb_attributes_fault(const CMS_SignerInfo *si);

/*
 * Does each signing-certificate attribute name this certificate first, and is there
 * one?  SHA-1 names in ESSCertID alone, which has no other (RFC 2634 5.4.1).  PB_ENOMEM.
 */
enum pb_status pb_attributes_name(const CMS_SignerInfo *si, const X509 *certificate,
    bool *ret_named, struct pb_error *err) PB_MUST_CHECK;

#endif
