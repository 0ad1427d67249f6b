#include "archive/code.h"

#include <string.h>

#include "core/buf.h"
#include "core/error.h"

#define SIGNS 32 /* of a code; there are as many different ones */
#define GROUP 4

static const char signs[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

enum pb_status
pb_code_make(const struct pb_random *random, char ret_code[PB_CODE_SIZE], struct pb_error *err)
{
	char *to = ret_code;
	uint8_t bits[SIGNS];
	int answer = random->fill(random->ctx, bits, sizeof(bits));

	if (answer < 0)
		return pb_fail_sys(err, answer, N_("draw random numbers"), "%s", "recovery code");
	for (size_t i = 0; i < sizeof(bits); i++) {
		if (i > 0 && i % GROUP == 0)
			*to++ = '-';
		*to++ = signs[bits[i] % SIGNS];
	}
	*to = '\0';
	pb_wipe(bits, sizeof(bits));
	return PB_OK;
}

/* 0: it is none. */
static char
sign_of(char typed)
{
	if (typed >= 'a' && typed <= 'z')
		typed = (char)(typed - 'a' + 'A');
	if (typed == 'O')
		return '0';
	if (typed == 'I' || typed == 'L')
		return '1';
	return typed != '\0' && strchr(signs, typed) != NULL ? typed : '\0';
}

bool
pb_code_typed(const char *text, size_t len, char ret_code[PB_CODE_SIZE])
{
	size_t count = 0, at = 0;

	for (size_t i = 0; i < len; i++) {
		char sign = sign_of(text[i]);

		if (text[i] == '-' || text[i] == ' ')
			continue;
		if (sign == '\0' || count == SIGNS)
			return false;
		if (count > 0 && count % GROUP == 0)
			ret_code[at++] = '-';
		ret_code[at++] = sign;
		count++;
	}
	ret_code[at] = '\0';
	return count == SIGNS && (len != at || memcmp(text, ret_code, len) != 0);
}
