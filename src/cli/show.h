/* `show`: one record, in one of its forms. */
#ifndef PB_CLI_SHOW_H
#define PB_CLI_SHOW_H

#include "anchor/bounds.h"
#include "cli/access.h"
#include "core/json.h"

struct pb_show {
	const struct pb_world *world;
	const struct pb_options *options;
	struct pb_access *access;
	struct pb_leaf leaf;
	struct pb_opened *opened; /* borrowed from access */
	uint8_t sha256[PB_DIGEST_LEN];
	bool message; /* it holds one */
};

/* What is known of it, to be shown. */
struct pb_look {
	struct pb_json *facts;    /* NULL: none that can be read */
	struct pb_json *envelope; /* the same; not of a message */
	struct pb_bounds bounds;
	bool bounded;          /* bounds were looked for */
	const char *state;     /* why there is no view: "died" ...; NULL: there is one */
	struct pb_buf written; /* the view (FORMAT 6.1) as it stands */
	struct pb_json *view;  /* and parsed; NULL: there is none */
	struct pb_buf text;    /* UTF-8, parts separated by a FF; NUL-terminated */
	bool html_left;
	struct pb_buf observed;      /* lines: what observations say of it, and it of others */
	struct pb_buf observed_json; /* [{"record":N,"event":"...","speaks":N,"of":[N,...]},...] */
};

/*
 * Look into the record.  That the program which reads messages fails on this one, or cannot be
 * started, is a state; that anchors cannot be read is said, and shown as nothing.
 */
enum pb_status pb_show_look(
    const struct pb_show *show, struct pb_look *look, struct pb_error *err) PB_MUST_CHECK;
void pb_look_done(struct pb_look *look);

/* The decoded octets of an attachment, from 1.  PB_EUNAVAIL: its message could not be read. */
enum pb_status pb_show_attachment(const struct pb_show *show, uint64_t number,
    struct pb_buf *octets, struct pb_error *err) PB_MUST_CHECK;

/* For a person. */
enum pb_status pb_show_text(
    const struct pb_show *show, const struct pb_look *look, struct pb_error *err) PB_MUST_CHECK;

/* Of that, a message; and its header as it stands, where there is no view: none of it decoded. */
void pb_show_message(const struct pb_show *show, const struct pb_look *look);
enum pb_status pb_show_unread(
    const struct pb_show *show, const struct pb_look *look, struct pb_error *err) PB_MUST_CHECK;

/* One document; look NULL: of its parts alone. */
void pb_show_json(const struct pb_show *show, const struct pb_look *look);

/* What the record is made of, for a person. */
enum pb_status pb_show_parts(const struct pb_show *show, struct pb_error *err) PB_MUST_CHECK;

#endif
