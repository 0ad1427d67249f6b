/*
 * Views: what a person would read in a message, worked out by a child program (`probant-mime`) that
 * has no key, no file and no network, since parsers of mail are where hostile octets do harm, and
 * the libraries that are good at it abort when memory runs out.  Its death costs the view of one
 * message, and nothing else.
 */
#ifndef PB_VIEW_VIEWER_H
#define PB_VIEW_VIEWER_H

#include "core/buf.h"
#include "core/world.h"

/* One child, started when it is first needed and again after it died.  One thread at a time. */
struct pb_viewer;

/* How the view of a message ended.  Anything but PB_VIEW_MADE: the message is there, unseen. */
enum pb_view_state {
	PB_VIEW_MADE = 1,
	PB_VIEW_DIED = 2,      /* the child ended on it: a signal, a limit of memory */
	PB_VIEW_TIMEOUT = 3,   /* it took longer than pb_viewer_limit and was killed */
	PB_VIEW_TOO_LARGE = 4, /* longer than PB_LIMIT_VIEW_MESSAGE: not sent */
	PB_VIEW_BAD_REPLY = 5  /* what it answered is not as it must be */
};

/* "died", "timeout" ...: for status and lists. */
const char *pb_view_state_name(enum pb_view_state state);

/* program: path of probant-mime (pb_sys_beside finds it).  Borrows world. */
enum pb_status pb_viewer_new(const struct pb_world *world, const char *program,
    struct pb_viewer **ret_viewer, struct pb_error *err) PB_MUST_CHECK;
void pb_viewer_free(struct pb_viewer *viewer); /* ends the child; NULL is fine */

/* Another limit than PB_LIMIT_VIEW_MS for one message. */
void pb_viewer_set_limit(struct pb_viewer *viewer, unsigned limit_ms);

/* What a message of that length may take now: less, once another one took too long. */
unsigned pb_viewer_limit(const struct pb_viewer *viewer, size_t len);

/*
 * What the child said of its confinement when it last started: PB_WIRE_LANDLOCK | PB_WIRE_SECCOMP
 * (core/view_wire.h); a kernel may have one and not the other.  0: none, or none has started yet.
 */
unsigned pb_viewer_confinement(const struct pb_viewer *viewer);

/* The child's process, or 0. */
long pb_viewer_process(const struct pb_viewer *viewer);

/*
 * The view of a message.  On PB_OK *ret_state says how it went; PB_VIEW_MADE: `view` holds its JSON
 * (FORMAT 6.1, checked to be that: at most PB_LIMIT_VIEW octets), and `text` the text of its text
 * parts, UTF-8, parts separated by a FF (at most PB_LIMIT_VIEW_TEXT; cut there, and then the view
 * says so).  Both are cleared first.  Another status: about us (PB_ENOMEM, PB_EUNAVAIL: the
 * program cannot be started).
 */
enum pb_status pb_viewer_view(struct pb_viewer *viewer, const void *message, size_t len,
    struct pb_buf *view, struct pb_buf *text, enum pb_view_state *ret_state,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * The same for a person who reads it: `text` leaves out attached texts, what only programs that
 * know no MIME show, and HTML beside a text/plain that stands for the same (then *ret_html_left).
 */
enum pb_status pb_viewer_read(struct pb_viewer *viewer, const void *message, size_t len,
    struct pb_buf *view, struct pb_buf *text, bool *ret_html_left, enum pb_view_state *ret_state,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * The decoded octets of attachment `number` of a message, as its view lists them, from 1; `octets`
 * is cleared first.  *ret_state as above; PB_ENOENT: it has no such attachment; PB_ELIMIT: it
 * stands in a message inside, of which only the beginning is decoded.
 */
enum pb_status pb_viewer_attachment(struct pb_viewer *viewer, const void *message, size_t len,
    uint64_t number, struct pb_buf *octets, enum pb_view_state *ret_state,
    struct pb_error *err) PB_MUST_CHECK;

#endif
