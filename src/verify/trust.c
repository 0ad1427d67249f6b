#include <string.h>

#include "core/error.h"
#include "verify/state.h"

static void
find(struct pb_verify_state *state, enum pb_verdict weight, const char *code, const char *text)
{
	pb_verification_find(state->v, PB_CHECK_LOG_KEY, weight, PB_NO_SEQ, code, text, "%s", "");
}

/* Does the trust file name this key for this log?  *ret_known: it names some key for it. */
static bool
trusted(const struct pb_trust *trust, const struct pb_note_verifier *key, bool *ret_known)
{
	const struct pb_note_verifier *named;

	*ret_known = false;
	for (size_t i = 0; (named = pb_trust_log(trust, key->name, i)) != NULL; i++) {
		*ret_known = true;
		if (named->type == key->type &&
		    memcmp(named->public_key, key->public_key, PB_ED25519_PUBLIC_LEN) == 0)
			return true;
	}
	return false;
}

void
pb_verify_trust(struct pb_verify_state *state)
{
	const struct pb_note_verifier *key = pb_verification_log_key(state->v);
	const struct pb_trust *trust = state->options->trust;
	bool known;

	pb_verification_looked(state->v, PB_CHECK_LOG_KEY);
	if (key == NULL)
		find(state, PB_INVALID, "log_key_missing",
		    N_("The log does not state the key that signs it."));
	else if (trust == NULL)
		find(state, PB_INDETERMINATE, "no_trust_file",
		    N_("No trust file was given, so it is not known whose key signs this log."));
	else if (!trusted(trust, key, &known) && known)
		find(state, PB_INVALID, "log_key_differs",
		    N_("This log is signed by another key than the one that the trust file names "
		       "for it."));
	else if (!known)
		find(state, PB_INDETERMINATE, "log_not_trusted",
		    N_("The trust file does not name this log."));
}
