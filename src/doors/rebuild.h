/*
 * A message rebuilt from what a milter is told of it: fields by name and value, the body in
 * pieces.  An MTA has taken it apart before, so that these are not the octets of the wire, though
 * mostly equal to them; what had to be done here is told in words.
 */
#ifndef PB_DOORS_REBUILD_H
#define PB_DOORS_REBUILD_H

#include <stdbool.h>
#include <stddef.h>

/* Begin with write, ctx and spaced set and all else zero. */
struct pb_rebuild {
	void (*write)(void *ctx, const void *data, size_t len); /* len > 0 */
	void *ctx;
	bool spaced;   /* a value comes with the white space before it (SMFIP_HDR_LEADSPC) */
	bool body;     /* the header has ended */
	bool unfolded; /* an LF alone became CR LF, in a field of several lines */
	bool unspaced; /* a space was put before a value */
	bool content;  /* a body that is not empty has begun */
};

/* Not behind the end of the header.  An LF in the value, as between folded lines, becomes CR LF. */
void pb_rebuild_field(struct pb_rebuild *rebuild, const char *name, const char *value);
/* The empty line; nothing if it was there already. */
void pb_rebuild_end_of_header(struct pb_rebuild *rebuild);
/* As it comes. */
void pb_rebuild_body(struct pb_rebuild *rebuild, const void *data, size_t len);

/*
 * What was done, as `rebuilt` of struct pb_transit says it: "folds", "spaces"; "empty_line": one
 * was put behind a header without a body, where an MTA does not tell whether there was one.
 */
#define PB_REBUILD_WORDS 3
size_t pb_rebuild_words(const struct pb_rebuild *rebuild, const char *ret_words[PB_REBUILD_WORDS]);

#endif
