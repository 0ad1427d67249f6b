/*
 * What probant-mime and its parent say to each other, on one stream.  Numbers are big-endian.
 *
 *     child   hello: PB_WIRE_HELLO, u8 flags (PB_WIRE_...)        once
 *     parent  u64 length, the message                              any number of times
 *     child   u64 length of the view, u64 length of the text, view, text
 *
 * A child that can't answer ends; its parent ends it by closing the stream.
 */
#ifndef PB_CORE_VIEW_WIRE_H
#define PB_CORE_VIEW_WIRE_H

#define PB_WIRE_HELLO "pbmime1"
#define PB_WIRE_HELLO_LEN 8 /* with the flags */
#define PB_WIRE_REPLY_LEN 16

/* What confines the child (sys/confine.h), in the flags of its hello. */
#define PB_WIRE_LANDLOCK 1
#define PB_WIRE_SECCOMP 2

#endif
