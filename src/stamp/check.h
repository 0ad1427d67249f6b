/*
 * Is a token good?  FORMAT 2.2, clauses 2 to 6, with CMS_verify and not TS_*, whose
 * verifier can't read RSASSA-PSS (OpenSSL 3.0), and with our own comparison of revocation
 * dates with genTime.
 */
#ifndef PB_STAMP_CHECK_H
#define PB_STAMP_CHECK_H

#include "stamp/roots.h"
#include "stamp/token.h"

/* What is beside a token.  Everything is borrowed; NULL or 0: not at hand. */
struct pb_stamp_evidence {
	const uint8_t *imprint; /* of the data, by the token's algorithm; needed */
	const void *request;    /* DER */
	size_t request_len;
	const void *chain; /* PEM: more certificates, none of them a root by that */
	size_t chain_len;
	struct {
		const void *der;
		size_t len;
		bool ocsp; /* an OCSPResponse; else a CRL */
	} revocation[32];
	size_t revocation_count;
	const struct pb_stamp_roots *roots; /* NULL: no authority is known */
	int64_t now_s;                      /* for `sustained`; 0: not asked */
	bool exact;                         /* FORMAT 5.2: no octet of the token may be free */
};

/* One reason, worst first in the order of the enum. */
enum pb_stamp_fault {
	PB_STAMP_GOOD,
	/* invalid: about the token itself */
	PB_STAMP_IMPRINT,     /* not of this data */
	PB_STAMP_REQUEST,     /* the request is not of this data, or cannot be read */
	PB_STAMP_NONCE,       /* not the request's */
	PB_STAMP_POLICY,      /* not the one the request asked for */
	PB_STAMP_ALGORITHM,   /* a digest or signature algorithm that is too weak or unknown, or a
				 short key */
	PB_STAMP_SIGNATURE,   /* does not hold, or the signer's certificate is nowhere */
	PB_STAMP_ATTRIBUTES,  /* signed attributes missing or twice; ESSCertID absent or of another
				 certificate */
	PB_STAMP_USAGE,       /* key usage or extended key usage */
	PB_STAMP_FREE_OCTETS, /* `exact`: something is there that nothing covers */
	PB_STAMP_REVOKED,
	PB_STAMP_NOT_IN_TIME, /* a certificate of the path was not valid at genTime */
	/* indeterminate */
	PB_STAMP_NO_SIGNER,    /* the signer's certificate is not at hand */
	PB_STAMP_UNKNOWN_ROOT, /* no path to a root that the verifier chose */
	PB_STAMP_FAULT_COUNT
};

struct pb_stamp_verdict {
	enum pb_stamp_fault fault;
	const char *text; /* an English sentence, key for gettext */
	char detail[160]; /* which certificate, which algorithm...; terminal-safe; or "" */
	uint8_t key[32];  /* SHA-256 of the signer's SubjectPublicKeyInfo */
	char tsa[256];    /* as pb_token_info, from the certificate that was found */
	uint8_t root[32]; /* fingerprint of the root that the path led to; zeros */
	bool
	    self_issued_local; /* the path's root issued under the local policy OID of FORMAT 2.2 */
	bool revocation_known; /* every certificate below the root was covered by revocation data */
	bool sustained;        /* the path is still valid at now_s */
	int64_t ends_s;        /* notAfter of the signer's certificate */
};

/*
 * PB_OK whatever the verdict; another status is about us (PB_ENOMEM: nobody may take
 * that for a forgery).
 */
enum pb_status pb_stamp_check(const struct pb_token *token,
    const struct pb_stamp_evidence *evidence, struct pb_stamp_verdict *ret_verdict,
    struct pb_error *err) PB_MUST_CHECK;

/* PB_VALID, PB_INVALID or PB_INDETERMINATE of probant/verify.h, by FORMAT 2.2. */
int pb_stamp_fault_weight(enum pb_stamp_fault fault);
/* "imprint", "nonce"...: stable, for findings and JSON. */
const char *pb_stamp_fault_code(enum pb_stamp_fault fault);

/*
 * The path from the token's signer to a root, as PEM: the signer first, the root
 * last (if there is one; else as far as certificates are at hand).  Appended.
 */
enum pb_status pb_stamp_chain(const struct pb_token *token, const void *more_pem, size_t more_len,
    const struct pb_stamp_roots *roots, struct pb_buf *pem, struct pb_error *err) PB_MUST_CHECK;

/*
 * The bare token with exactly the path below the root as its certificates (FORMAT
 * 5.2), DER, appended.  PB_EDATA: no path is known, or it cannot be brought into that form.
 */
enum pb_status pb_stamp_exact(const struct pb_token *token, const void *more_pem, size_t more_len,
    const struct pb_stamp_roots *roots, struct pb_buf *der, struct pb_error *err) PB_MUST_CHECK;

/* Where to ask for revocation data and missing issuers: http URLs of the certificates of a PEM
 * chain. */
struct pb_stamp_sources {
	char crl[8][512];
	size_t crl_count;
	char issuer[8][512]; /* AIA caIssuers of certificates whose issuer is not in the chain */
	size_t issuer_count;
};
enum pb_status pb_stamp_sources(const void *chain_pem, size_t len,
    struct pb_stamp_sources *ret_sources, struct pb_error *err) PB_MUST_CHECK;

#endif
