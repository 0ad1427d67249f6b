/* What a verifier brings along: the files that --trust, --tsa-roots and --against name. */
#ifndef PB_CLI_OUTSIDE_H
#define PB_CLI_OUTSIDE_H

#include "cli/command.h"
#include "core/buf.h"

/* An option that was not given leaves data NULL; one whose file is empty does not. */
struct pb_outside {
	const void *trust;
	size_t trust_len;
	const void *tsa_roots;
	size_t tsa_roots_len;
	const void *against; /* a checkpoint, if a bundle was named the one out of it */
	size_t against_len;
	struct pb_buf file[3]; /* owns the above */
};

/* Read them, and see that each is what its option takes: else the error names the file. */
enum pb_status pb_outside_read(const struct pb_world *world, const struct pb_options *options,
    struct pb_outside *ret_outside, struct pb_error *err) PB_MUST_CHECK;
void pb_outside_done(struct pb_outside *outside);

#endif
