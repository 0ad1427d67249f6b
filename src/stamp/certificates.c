#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "stamp/chain.h"

bool
pb_chain_memory(void)
{
	return pb_stamp_refused(NULL, PB_EDATA, "", "", "") == PB_ENOMEM;
}

enum pb_status
pb_chain_fingerprint(X509 *certificate, uint8_t out[32], struct pb_error *err)
{
	if (X509_digest(certificate, EVP_sha256(), out, NULL) == 1)
		return PB_OK;
	ERR_clear_error();
	return pb_fail_memory(err, N_("read a certificate")); /* nothing else can fail there */
}

int64_t
pb_chain_time_s(const ASN1_TIME *time)
{
	struct tm tm;
	int64_t days, year;

	if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1)
		return INT64_MIN;
	/* Days since 1970 of the proleptic Gregorian calendar, years beginning in March. */
	year = tm.tm_year + 1900 - (tm.tm_mon < 2);
	days = 365 * year + year / 4 - year / 100 + year / 400 +
	       (153 * ((tm.tm_mon + 10) % 12) + 2) / 5 + tm.tm_mday - 1 - 719468;
	return days * 86400 + tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec;
}

int64_t
pb_chain_gen_s(const struct pb_token *token)
{
	int64_t us = token->info.gen_time_us;

	return us / 1000000 - (us % 1000000 < 0);
}

/* The end of the text is where no further PEM begins. */
static bool
at_end(void)
{
	unsigned long code = ERR_peek_last_error();

	return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

/* One block.  PB_EEND: there is no more.  PB_EDATA: it is no certificate. */
static enum pb_status
read_one(BIO *bio, STACK_OF(X509) * certificates)
{
	char *name = NULL, *header = NULL;
	unsigned char *data = NULL;
	const unsigned char *at;
	enum pb_status status;
	X509 *certificate = NULL;
	long len = 0;

	if (PEM_read_bio(bio, &name, &header, &data, &len) != 1) {
		bool end = at_end();

		return pb_chain_memory() ? PB_ENOMEM : end ? PB_EEND : PB_EDATA;
	}
	at = data;
	if (strcmp(name, PEM_STRING_X509) == 0 && header[0] == '\0')
		certificate = d2i_X509(NULL, &at, len);
	if (certificate == NULL || at != data + len)
		status = pb_chain_memory() ? PB_ENOMEM : PB_EDATA;
	else
		status = sk_X509_push(certificates, certificate) > 0 ? PB_OK : PB_ENOMEM;
	if (status != PB_OK)
		X509_free(certificate);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(data);
	return status;
}

enum pb_status
pb_chain_read(const void *pem, size_t len, STACK_OF(X509) * certificates, bool *ret_whole,
    struct pb_error *err)
{
	const char *what = N_("read certificates");
	enum pb_status status = PB_OK;
	BIO *bio;

	if (len > PB_LIMIT_PEM)
		return pb_fail(err, PB_ELIMIT, what, N_("the file is too long"), "%zu bytes", len);
	bio = BIO_new_mem_buf(len == 0 ? "" : pem, (int)len);
	if (bio == NULL)
		return pb_fail_memory(err, what);
	while (status == PB_OK && sk_X509_num(certificates) < PB_LIMIT_CERTIFICATES)
		status = read_one(bio, certificates);
	BIO_free(bio);
	ERR_clear_error();
	if (status == PB_ENOMEM)
		return pb_fail_memory(err, what);
	if (ret_whole != NULL)
		*ret_whole = status == PB_EEND;
	return PB_OK;
}

void
pb_chain_pool_free(STACK_OF(X509) * pool)
{
	sk_X509_pop_free(pool, X509_free);
}

/*
 * From the octets, not from token->cms: OpenSSL keeps in a certificate what it made of its
 * extensions, also when memory ran out over it.
 */
static STACK_OF(X509) * embedded(const struct pb_token *token)
{
	const unsigned char *at = token->bytes;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)token->len);
	STACK_OF(X509) *pool = cms == NULL ? NULL : CMS_get1_certs(cms);

	if (cms != NULL && pool == NULL && !pb_chain_memory())
		pool = sk_X509_new_null(); /* it holds none */
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return pool;
}

enum pb_status
pb_chain_pool(const struct pb_token *token, const void *pem, size_t len, STACK_OF(X509) * *ret_pool,
    struct pb_error *err)
{
	STACK_OF(X509) *pool = embedded(token);
	enum pb_status status = PB_OK;

	if (pool == NULL)
		return pb_fail_memory(err, N_("read certificates"));
	if (pem != NULL)
		status = pb_chain_read(pem, len, pool, NULL, err);
	if (status == PB_OK)
		*ret_pool = pool;
	else
		pb_chain_pool_free(pool);
	return status;
}
