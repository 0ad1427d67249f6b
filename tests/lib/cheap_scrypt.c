/*
 * What a passphrase costs (crypto/reader.h), next to nothing for test archives, of which there are
 * hundreds.  Linked with --wrap=PKCS5_pbe2_set_scrypt; without it what looks at the cost.
 */
#include <openssl/x509.h>

/* What the linker calls the two. */
X509_ALGOR *__wrap_PKCS5_pbe2_set_scrypt(const EVP_CIPHER *cipher, const unsigned char *salt,
    int salt_len, unsigned char *iv, uint64_t n, uint64_t r, uint64_t p);
X509_ALGOR *__real_PKCS5_pbe2_set_scrypt(const EVP_CIPHER *cipher, const unsigned char *salt,
    int salt_len, unsigned char *iv, uint64_t n, uint64_t r, uint64_t p);

X509_ALGOR *
__wrap_PKCS5_pbe2_set_scrypt(const EVP_CIPHER *cipher, const unsigned char *salt, int salt_len,
    unsigned char *iv, uint64_t n, uint64_t r, uint64_t p)
{
	(void)n;
	(void)r;
	(void)p;
	return __real_PKCS5_pbe2_set_scrypt(cipher, salt, salt_len, iv, 2, 1, 1);
}
