#include "core/error.h"
#include "probant/verify.h"
#include "stamp/check.h"

/* FORMAT 2.2: "1 to 4 make a token invalid when they fail; so does 6." */
int
pb_stamp_fault_weight(enum pb_stamp_fault fault)
{
	switch (fault) {
	case PB_STAMP_GOOD:
		return PB_VALID;
	case PB_STAMP_NO_SIGNER:
	case PB_STAMP_UNKNOWN_ROOT:
		return PB_INDETERMINATE;
	default:
		return PB_INVALID;
	}
}

const char *
pb_stamp_fault_code(enum pb_stamp_fault fault)
{
	static const char *const codes[PB_STAMP_FAULT_COUNT] = {
		[PB_STAMP_GOOD] = "good",
		[PB_STAMP_IMPRINT] = "imprint",
		[PB_STAMP_REQUEST] = "request",
		[PB_STAMP_NONCE] = "nonce",
		[PB_STAMP_POLICY] = "policy",
		[PB_STAMP_ALGORITHM] = "algorithm",
		[PB_STAMP_SIGNATURE] = "signature",
		[PB_STAMP_ATTRIBUTES] = "attributes",
		[PB_STAMP_USAGE] = "usage",
		[PB_STAMP_FREE_OCTETS] = "free_octets",
		[PB_STAMP_REVOKED] = "revoked",
		[PB_STAMP_NOT_IN_TIME] = "not_in_time",
		[PB_STAMP_NO_SIGNER] = "no_signer",
		[PB_STAMP_UNKNOWN_ROOT] = "unknown_root",
	};

	pb_assert((unsigned)fault < PB_STAMP_FAULT_COUNT);
	return codes[fault];
}
