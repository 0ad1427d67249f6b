/*
 * What probant-mime and its parent say to each other, on one stream, and in memory that they share
 * (sys/child.h).  Numbers are big-endian.
 *
 *     child   hello: PB_WIRE_HELLO, u8 flags (PB_WIRE_LANDLOCK ...)          once
 *     parent  u8 wish, u64 number, u64 length [, the message]                any number of times
 *     child   u8 answer, u64 length of the first, u64 length of the second, the two
 *
 * A message of PB_WIRE_SHARED octets or less stands at the beginning of the shared memory until it
 * is answered; a longer one comes by the stream, which costs two copies more.
 * The two are a view and a text, or one attachment and nothing.  A child that can't answer ends;
 * its parent ends it by closing the stream.
 */
#ifndef PB_CORE_VIEW_WIRE_H
#define PB_CORE_VIEW_WIRE_H

#define PB_WIRE_HELLO "pbmime3"
#define PB_WIRE_HELLO_LEN 8 /* with the flags */
#define PB_WIRE_SHARED ((size_t)1024 * 1024)
#define PB_WIRE_REQUEST_LEN 17
#define PB_WIRE_REPLY_LEN 17

/* What confines the child (sys/confine.h), in the flags of its hello. */
#define PB_WIRE_LANDLOCK 1
#define PB_WIRE_SECCOMP 2

/* What the parent wishes. */
enum pb_wire_wish {
	PB_WIRE_VIEW = 0,      /* the view, and all text that words are taken from */
	PB_WIRE_READING = 1,   /* the view, and the text as a person reads it */
	PB_WIRE_ATTACHMENT = 2 /* the octets of attachment `number`, from 1, decoded */
};

/* How it went.  A text may come with PB_WIRE_HTML_LEFT, an attachment with PB_WIRE_DONE alone. */
enum pb_wire_answer {
	PB_WIRE_DONE = 0,
	PB_WIRE_HTML_LEFT = 1, /* HTML was left out beside a text/plain that stands for the same */
	PB_WIRE_ABSENT = 2,    /* there is no such attachment */
	PB_WIRE_PARTIAL = 3    /* only its beginning is at hand: it is not given */
};

#endif
