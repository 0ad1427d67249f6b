#include "crypto/pem.h"

#include "core/limits.h"

BIO *
pb_pem_reader(const void *pem, size_t len)
{
	return len > PB_LIMIT_PEM ? NULL : BIO_new_mem_buf(pem, (int)len);
}

enum pb_status
pb_pem_append(BIO *bio, struct pb_buf *buf)
{
	char *data = NULL;
	long len = BIO_get_mem_data(bio, &data);

	return len < 0 ? PB_ENOMEM : pb_buf_append(buf, data, (size_t)len);
}

int
pb_pem_no_passphrase(char *to, int size, int writing, void *arg)
{
	(void)to, (void)size, (void)writing, (void)arg;
	return -1;
}
