#include "archive/code.h"

#include "core/buf.h"
#include "core/error.h"

enum pb_status
pb_code_make(const struct pb_random *random, char ret_code[PB_CODE_SIZE], struct pb_error *err)
{
	static const char signs[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char *to = ret_code;
	uint8_t bits[32];
	int answer = random->fill(random->ctx, bits, sizeof(bits));

	if (answer < 0)
		return pb_fail_sys(err, answer, N_("draw random numbers"), "%s", "recovery code");
	for (size_t i = 0; i < sizeof(bits); i++) {
		if (i > 0 && i % 4 == 0)
			*to++ = '-';
		*to++ = signs[bits[i] % 32];
	}
	*to = '\0';
	pb_wipe(bits, sizeof(bits));
	return PB_OK;
}
