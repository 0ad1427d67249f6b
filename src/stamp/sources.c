#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "stamp/chain.h"

#define URL_SIZE (sizeof(((struct pb_stamp_sources *)0)->crl[0]))
#define URLS_MAX (sizeof(((struct pb_stamp_sources *)0)->crl) / URL_SIZE)

/* Plain http, of octets that a URL is made of (RFC 3986 2), and not yet there. */
static void
add(char urls[URLS_MAX][URL_SIZE], size_t *count, const GENERAL_NAME *name)
{
	const char *url;
	size_t len;

	if (name->type != GEN_URI || *count == URLS_MAX)
		return;
	url = (const char *)ASN1_STRING_get0_data(name->d.uniformResourceIdentifier);
	len = (size_t)ASN1_STRING_length(name->d.uniformResourceIdentifier);
	if (len < 8 || len >= URL_SIZE || memcmp(url, "http://", 7) != 0)
		return;
	for (size_t i = 0; i < len; i++)
		if (url[i] <= ' ' || url[i] > '~')
			return;
	for (size_t i = 0; i < *count; i++)
		if (strlen(urls[i]) == len && memcmp(urls[i], url, len) == 0)
			return;
	memcpy(urls[*count], url, len);
	urls[*count][len] = '\0';
	(*count)++;
}

/* RFC 5280 4.2.1.13. */
static void
add_lists(X509 *certificate, struct pb_stamp_sources *sources)
{
	CRL_DIST_POINTS *points =
	    X509_get_ext_d2i(certificate, NID_crl_distribution_points, NULL, NULL);

	for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
		const DIST_POINT *point = sk_DIST_POINT_value(points, i);

		if (point->distpoint == NULL || point->distpoint->type != 0)
			continue;
		for (int j = 0; j < sk_GENERAL_NAME_num(point->distpoint->name.fullname); j++)
			add(sources->crl, &sources->crl_count,
			    sk_GENERAL_NAME_value(point->distpoint->name.fullname, j));
	}
	CRL_DIST_POINTS_free(points);
}

/* RFC 5280 4.2.2.1. */
static void
add_issuers(X509 *certificate, struct pb_stamp_sources *sources)
{
	AUTHORITY_INFO_ACCESS *access = X509_get_ext_d2i(certificate, NID_info_access, NULL, NULL);

	for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access); i++) {
		const ACCESS_DESCRIPTION *place = sk_ACCESS_DESCRIPTION_value(access, i);

		if (OBJ_obj2nid(place->method) == NID_ad_ca_issuers)
			add(sources->issuer, &sources->issuer_count, place->location);
	}
	AUTHORITY_INFO_ACCESS_free(access);
}

static bool
has_issuer(STACK_OF(X509) * chain, X509 *certificate)
{
	for (int i = 0; i < sk_X509_num(chain); i++)
		if (X509_check_issued(sk_X509_value(chain, i), certificate) == X509_V_OK)
			return true;
	return false;
}

/* A root says nothing of itself that anybody would take from it. */
static void
add_all(STACK_OF(X509) * chain, struct pb_stamp_sources *sources)
{
	for (int i = 0; i < sk_X509_num(chain); i++) {
		X509 *certificate = sk_X509_value(chain, i);

		if (X509_check_issued(certificate, certificate) == X509_V_OK)
			continue;
		add_lists(certificate, sources);
		if (!has_issuer(chain, certificate))
			add_issuers(certificate, sources);
	}
}

enum pb_status
pb_stamp_sources(
    const void *chain_pem, size_t len, struct pb_stamp_sources *ret_sources, struct pb_error *err)
{
	const char *what = N_("look where revocation data is published");
	struct pb_stamp_sources *sources = calloc(1, sizeof(*sources));
	STACK_OF(X509) *chain = sk_X509_new_null();
	enum pb_status status;

	ERR_clear_error();
	if (sources == NULL || chain == NULL)
		status = pb_fail_memory(err, what);
	else
		status = pb_chain_read(chain_pem, len, chain, NULL, err);
	if (status == PB_OK) {
		add_all(chain, sources);
		if (pb_chain_memory())
			status = pb_fail_memory(err, what);
	}
	if (status == PB_OK)
		*ret_sources = *sources;
	pb_chain_pool_free(chain);
	free(sources);
	ERR_clear_error();
	return status;
}
