#include "token/find.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/error.h"

#define SLOTS_MAX 64
#define ATTRIBUTES_MAX 8

static const char OPENING[] = N_("open a key on a token");

/* ---- answers -------------------------------------------------------------------------------- */

enum pb_status
pb_token_fail(struct pb_error *err, CK_RV answer, const char *what)
{
	const char *said = p11_kit_strerror(answer);

	switch (answer) {
	case CKR_PIN_INCORRECT:
	case CKR_PIN_INVALID:
	case CKR_PIN_LEN_RANGE:
		return pb_fail(err, PB_EACCESS, what, N_("the PIN is wrong"), "%s", said);
	case CKR_PIN_LOCKED:
	case CKR_PIN_EXPIRED:
	case CKR_USER_NOT_LOGGED_IN:
	case CKR_USER_PIN_NOT_INITIALIZED:
		return pb_fail(err, PB_EACCESS, what, N_("the token refuses"), "%s", said);
	case CKR_KEY_FUNCTION_NOT_PERMITTED:
		(void)pb_fail(err, PB_EACCESS, what, N_("the token refuses"), "%s", said);
		return pb_fail_todo(err, PB_EACCESS,
		    N_("the key must be allowed to derive (CKA_DERIVE), if it is RSA to decrypt "
		       "(CKA_DECRYPT): that is set when it is put on the token"));
	case CKR_HOST_MEMORY:
		return pb_fail_memory(err, what);
	default:
		return pb_fail(err, PB_EUNAVAIL, what, N_("the token does not do it"), "%s", said);
	}
}

/* ---- modules -------------------------------------------------------------------------------- */

static enum pb_status
load_one(const char *path, struct pb_token_key *key, struct pb_error *err)
{
	CK_RV answer;

	key->modules = calloc(2, sizeof(key->modules[0]));
	if (key->modules == NULL)
		return pb_fail_memory(err, OPENING);
	key->one = true;
	key->modules[0] = p11_kit_module_load(path, 0);
	if (key->modules[0] == NULL)
		return pb_fail(
		    err, PB_EUNAVAIL, OPENING, N_("the module does not load"), "%s", path);
	answer = p11_kit_module_initialize(key->modules[0]);
	if (answer == CKR_OK)
		return PB_OK;
	p11_kit_module_release(key->modules[0]);
	key->modules[0] = NULL;
	return pb_token_fail(err, answer, OPENING);
}

static enum pb_status
load(P11KitUri *uri, struct pb_token_key *key, struct pb_error *err)
{
	const char *path = p11_kit_uri_get_module_path(uri);

	if (path != NULL)
		return load_one(path, key, err);
	key->modules = p11_kit_modules_load_and_initialize(0);
	if (key->modules == NULL || key->modules[0] == NULL) {
		(void)pb_fail(err, PB_EUNAVAIL, OPENING, N_("the system has no PKCS#11 module"),
		    "%s", "p11-kit");
		return pb_fail_todo(err, PB_EUNAVAIL,
		    N_("register one with p11-kit, or name it: pkcs11:...?module-path=FILE"));
	}
	return PB_OK;
}

/* ---- the token ------------------------------------------------------------------------------ */

/* Tokens of one module that the URI means; the last one's slot goes to ret_slot. */
static size_t
count_tokens(CK_FUNCTION_LIST *module, P11KitUri *uri, CK_SLOT_ID *ret_slot)
{
	CK_SLOT_ID slot[SLOTS_MAX];
	CK_ULONG count = SLOTS_MAX;
	CK_TOKEN_INFO token;
	CK_INFO info;
	size_t found = 0;

	if (module->C_GetInfo(&info) != CKR_OK || !p11_kit_uri_match_module_info(uri, &info) ||
	    module->C_GetSlotList(CK_TRUE, slot, &count) != CKR_OK)
		return 0;
	for (CK_ULONG i = 0; i < count; i++) {
		if (module->C_GetTokenInfo(slot[i], &token) != CKR_OK ||
		    !p11_kit_uri_match_token_info(uri, &token) ||
		    (token.flags & CKF_TOKEN_INITIALIZED) == 0)
			continue;
		*ret_slot = slot[i];
		found++;
	}
	return found;
}

/* Exactly one: a PIN tried on another one could lock that. */
static enum pb_status
find_token(P11KitUri *uri, struct pb_token_key *key, CK_SLOT_ID *ret_slot, struct pb_error *err)
{
	size_t found = 0;

	for (size_t i = 0; key->modules[i] != NULL; i++) {
		size_t here = count_tokens(key->modules[i], uri, ret_slot);

		if (here > 0)
			key->module = key->modules[i];
		found += here;
	}
	if (found == 1)
		return PB_OK;
	(void)pb_fail(err, found == 0 ? PB_ENOENT : PB_EINVAL, OPENING,
	    found == 0 ? N_("no such token is there") : N_("that names more than one token"), "%s",
	    "");
	return pb_fail_todo(err, found == 0 ? PB_ENOENT : PB_EINVAL,
	    N_("`p11tool --list-tokens` or `pkcs11-tool -L` shows what is there"));
}

/* How near the token is to locking itself (PKCS #11 2.40 3.2, CK_TOKEN_INFO). */
static enum pb_status
wrong_pin(struct pb_token_key *key, CK_SLOT_ID slot, enum pb_status status, struct pb_error *err)
{
	CK_TOKEN_INFO token;

	if (key->module->C_GetTokenInfo(slot, &token) != CKR_OK)
		return status;
	if ((token.flags & CKF_USER_PIN_FINAL_TRY) != 0)
		return pb_fail_todo(err, status, N_("one more wrong PIN, and the token is locked"));
	return (token.flags & CKF_USER_PIN_LOCKED) != 0
		   ? pb_fail_todo(err, status,
			 N_("the token is locked: its security officer's PIN "
			    "(PUK) unlocks it"))
		   : status;
}

static enum pb_status
log_in(struct pb_token_key *key, CK_SLOT_ID slot, const char *pin, size_t pin_len,
    struct pb_error *err)
{
	CK_UTF8CHAR text[256];
	CK_RV answer;

	answer = key->module->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &key->session);
	if (answer != CKR_OK)
		return pb_token_fail(err, answer, OPENING);
	key->in_session = true;
	if (pin_len > sizeof(text))
		return pb_fail(err, PB_EACCESS, OPENING, N_("the PIN is wrong"), "%s", "");
	for (size_t i = 0; i < pin_len; i++) /* the call takes one that it could change */
		text[i] = (CK_UTF8CHAR)pin[i];
	answer = key->module->C_Login(key->session, CKU_USER, text, pin_len);
	pb_wipe(text, sizeof(text));
	return answer == CKR_OK || answer == CKR_USER_ALREADY_LOGGED_IN
		   ? PB_OK
		   : wrong_pin(key, slot, pb_token_fail(err, answer, OPENING), err);
}

/* ---- the key -------------------------------------------------------------------------------- */

/* A private key with what else the URI says: its label, its id. */
static CK_ULONG
describe(P11KitUri *uri, CK_OBJECT_CLASS *class, CK_ATTRIBUTE wanted[ATTRIBUTES_MAX])
{
	CK_ATTRIBUTE_PTR stated;
	CK_ULONG count = 0, all = 0;

	wanted[count++] = (CK_ATTRIBUTE){ CKA_CLASS, class, sizeof(*class) };
	stated = p11_kit_uri_get_attributes(uri, &all);
	for (CK_ULONG i = 0; i < all && count < ATTRIBUTES_MAX; i++)
		if (stated[i].type != CKA_CLASS)
			wanted[count++] = stated[i];
	return count;
}

/* The curve by its OBJECT IDENTIFIER (RFC 5480 2.1.1.1); of another one no reader's point is. */
static size_t
point_len(struct pb_token_key *key)
{
	static const CK_BYTE p256[] = { 0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 };
	static const CK_BYTE p384[] = { 0x06, 5, 0x2b, 0x81, 4, 0, 0x22 };
	CK_BYTE curve[64];
	CK_ATTRIBUTE params = { CKA_EC_PARAMS, curve, sizeof(curve) };

	if (key->type != CKK_EC ||
	    key->module->C_GetAttributeValue(key->session, key->key, &params, 1) != CKR_OK)
		return 0;
	if (params.ulValueLen == sizeof(p256) && memcmp(curve, p256, sizeof(p256)) == 0)
		return 1 + 2 * 32;
	if (params.ulValueLen == sizeof(p384) && memcmp(curve, p384, sizeof(p384)) == 0)
		return 1 + 2 * 48;
	return SIZE_MAX;
}

static enum pb_status
find_key(P11KitUri *uri, struct pb_token_key *key, struct pb_error *err)
{
	CK_FUNCTION_LIST *module = key->module;
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE wanted[ATTRIBUTES_MAX];
	CK_ATTRIBUTE type = { CKA_KEY_TYPE, &key->type, sizeof(key->type) };
	CK_OBJECT_HANDLE found[2];
	CK_ULONG count = 0;
	CK_RV answer;

	answer = module->C_FindObjectsInit(key->session, wanted, describe(uri, &class, wanted));
	if (answer == CKR_OK) {
		answer = module->C_FindObjects(key->session, found, 2, &count);
		(void)module->C_FindObjectsFinal(key->session);
	}
	if (answer != CKR_OK)
		return pb_token_fail(err, answer, OPENING);
	if (count != 1)
		return pb_fail(err, count == 0 ? PB_ENOENT : PB_EINVAL, OPENING,
		    count == 0 ? N_("the token has no such private key")
			       : N_("that names more than one private key"),
		    "%s", "");
	key->key = found[0];
	answer = module->C_GetAttributeValue(key->session, key->key, &type, 1);
	if (answer != CKR_OK)
		return pb_token_fail(err, answer, OPENING);
	key->point_len = point_len(key);
	return PB_OK;
}

enum pb_status
pb_token_find(
    P11KitUri *uri, const char *pin, size_t pin_len, struct pb_token_key *key, struct pb_error *err)
{
	CK_SLOT_ID slot = 0;
	enum pb_status status = load(uri, key, err);

	if (status == PB_OK)
		status = find_token(uri, key, &slot, err);
	if (status == PB_OK)
		status = log_in(key, slot, pin, pin_len, err);
	return status == PB_OK ? find_key(uri, key, err) : status;
}

void
pb_token_key_done(struct pb_token_key *key)
{
	if (key->in_session)
		(void)key->module->C_CloseSession(key->session);
	if (key->modules != NULL && !key->one) {
		p11_kit_modules_finalize_and_release(key->modules);
	} else if (key->modules != NULL) {
		if (key->modules[0] != NULL) {
			(void)p11_kit_module_finalize(key->modules[0]);
			p11_kit_module_release(key->modules[0]);
		}
		free(key->modules);
	}
	*key = (struct pb_token_key){ .modules = NULL };
}
