/* Where the key is that a URI names.  For this room's files alone. */
#ifndef PB_TOKEN_FIND_H
#define PB_TOKEN_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include "probant/status.h"

struct pb_token_key {
	CK_FUNCTION_LIST **modules; /* all that were loaded, ended by NULL */
	bool one;                   /* they are a single one, of a module-path */
	CK_FUNCTION_LIST *module;   /* of the token; borrowed from modules */
	CK_SESSION_HANDLE session;
	bool in_session;
	CK_OBJECT_HANDLE key;
	CK_KEY_TYPE type;
	size_t point_len; /* of a point on its curve; 0: the token does not say which it is */
};

/* As pb_token_open; fills `key` as far as it came: pb_token_key_done in any case. */
enum pb_status pb_token_find(P11KitUri *uri, const char *pin, size_t pin_len,
    struct pb_token_key *key, struct pb_error *err) PB_MUST_CHECK;
void pb_token_key_done(struct pb_token_key *key);

/* What a token answered, as a status.  `what` was tried. */
enum pb_status pb_token_fail(struct pb_error *err, CK_RV answer, const char *what) PB_MUST_CHECK;

#endif
