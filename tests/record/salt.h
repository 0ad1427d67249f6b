/* A salt with an expander of its own. */
#ifndef PB_TEST_SALT_H
#define PB_TEST_SALT_H

#include "record/commitment.h"

static inline enum pb_status
salt_of(struct pb_secret *r, uint8_t index, uint8_t out[PB_SALT_LEN])
{
	struct pb_expander *expander = NULL;
	enum pb_status status = pb_expander_new(&expander, NULL);

	if (status == PB_OK)
		status = pb_commitment_salt(expander, r, index, out, NULL);
	pb_expander_free(expander);
	return status;
}

#endif
