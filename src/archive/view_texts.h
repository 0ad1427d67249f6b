/* What of a view is indexed as which field: what the index is made of, and phrases are looked for
 * in. */
#ifndef PB_ARCHIVE_VIEW_TEXTS_H
#define PB_ARCHIVE_VIEW_TEXTS_H

#include "core/json.h"
#include "index/shelves.h"

/* One text of a field.  Anything but PB_OK ends the walk. */
typedef enum pb_status pb_view_text_fn(
    void *arg, enum pb_index_field field, const void *text, size_t len);

/* Of a view (FORMAT 6.1), and the text of its text parts, which may be NULL.  What `each` answers.
 */
enum pb_status pb_view_texts(const struct pb_json *view, const struct pb_buf *body,
    pb_view_text_fn *each, void *arg) PB_MUST_CHECK;

#endif
