/* A message's octets in, its view out: the room's one door, also for tests. */
#ifndef PB_MIME_VIEW_H
#define PB_MIME_VIEW_H

#include "core/buf.h"
#include "core/view_wire.h"

/*
 * What is held while views are made: GMime, and the charsets, opened before there are no files
 * any more.  Once in a process.
 */
struct pb_mime;
struct pb_mime *pb_mime_start(void);
void pb_mime_end(struct pb_mime *mime);

/*
 * The view of a message (FORMAT 6.1) and the text of its text parts, with FF between them, as
 * src/view/viewer.h has them.  Ends the process when there is no memory.
 */
void pb_mime_view(const struct pb_mime *mime, const uint8_t *message, size_t len,
    struct pb_buf *view, struct pb_buf *text);

/* The same with the text as a person reads it: PB_WIRE_DONE or PB_WIRE_HTML_LEFT. */
enum pb_wire_answer pb_mime_read(const struct pb_mime *mime, const uint8_t *message, size_t len,
    struct pb_buf *view, struct pb_buf *text);

/* The decoded octets of attachment `number` of the view, from 1; none but with PB_WIRE_DONE. */
enum pb_wire_answer pb_mime_attachment(const struct pb_mime *mime, const uint8_t *message,
    size_t len, uint64_t number, struct pb_buf *octets);

#endif
