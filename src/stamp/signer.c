#include <openssl/err.h>

#include "core/error.h"
#include "stamp/attributes.h"
#include "stamp/chain.h"
#include "stamp/signature.h"

/* Whose signature is looked at: nobody sends more look-alikes in good faith. */
#define LOOK_ALIKES_MAX 8

static bool
meant(const struct pb_token *token, X509 *certificate)
{
	return CMS_SignerInfo_cert_cmp(token->si, certificate) == 0;
}

static enum pb_status
named(const struct pb_token *token, STACK_OF(X509) * certificates, X509 **signer,
    struct pb_error *err)
{
	enum pb_status status = PB_OK;
	bool found = *signer != NULL;

	for (int i = 0; status == PB_OK && !found && i < sk_X509_num(certificates); i++) {
		X509 *certificate = sk_X509_value(certificates, i);

		if (!meant(token, certificate))
			continue;
		status = pb_attributes_name(token->si, certificate, &found, err);
		if (status == PB_OK && found)
			*signer = certificate;
	}
	return status;
}

/* The first is remembered, whether or not the signature holds under any. */
static enum pb_status
signed_by(const struct pb_token *token, STACK_OF(X509) * certificates, X509 **first, X509 **signer,
    struct pb_error *err)
{
	enum pb_status status = PB_OK;
	bool holds = *signer != NULL;
	int looked = 0;

	for (int i = 0; status == PB_OK && !holds && i < sk_X509_num(certificates); i++) {
		X509 *certificate = sk_X509_value(certificates, i);

		if (!meant(token, certificate) || looked++ == LOOK_ALIKES_MAX)
			continue;
		if (*first == NULL)
			*first = certificate;
		status = pb_signature_holds(token, certificate, &holds, err);
		if (status == PB_OK && holds)
			*signer = certificate;
	}
	return status;
}

enum pb_status
pb_chain_signer(const struct pb_token *token, STACK_OF(X509) * pool,
    const struct pb_stamp_roots *roots, X509 **ret_signer, struct pb_error *err)
{
	STACK_OF(X509) *chosen = roots == NULL ? NULL : roots->certificates;
	X509 *signer = NULL, *first = NULL;
	enum pb_status status = named(token, pool, &signer, err);

	if (status == PB_OK)
		status = named(token, chosen, &signer, err);
	if (status == PB_OK && signer == NULL)
		status = signed_by(token, pool, &first, &signer, err);
	if (status == PB_OK && signer == NULL)
		status = signed_by(token, chosen, &first, &signer, err);
	if (status == PB_OK)
		*ret_signer = signer != NULL ? signer : first;
	return status;
}
