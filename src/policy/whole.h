/*
 * A capture policy with all that it names: the policy's text and, behind a NUL, if its map is a
 * file, the text of that.  So a master hands it to his services, who then have the same.
 */
#ifndef PB_POLICY_WHOLE_H
#define PB_POLICY_WHOLE_H

#include "core/world.h"
#include "policy/capture.h"

/* From its file; *ret_text is the caller's.  PB_ENOENT and the like, PB_EDATA, PB_ELIMIT. */
enum pb_status pb_policy_whole_read(const struct pb_files *files, const char *path,
    struct pb_buf *ret_text, struct pb_capture_policy **ret_policy,
    struct pb_error *err) PB_MUST_CHECK;
/* As it was handed over: read, understood, and both. */
enum pb_status pb_policy_whole_text(
    const struct pb_files *files, int fd, struct pb_buf *text, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_policy_whole_parse(const struct pb_buf *text,
    struct pb_capture_policy **ret_policy, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_policy_whole_handed(const struct pb_files *files, int fd, struct pb_buf *ret_text,
    struct pb_capture_policy **ret_policy, struct pb_error *err) PB_MUST_CHECK;
/* How much of it is the policy's own text. */
size_t pb_policy_whole_own(const struct pb_buf *text);

/* The file of a policy's map, appended to text, and into the policy; nothing if it has none. */
enum pb_status pb_policy_whole_map(const struct pb_files *files, struct pb_capture_policy *policy,
    struct pb_buf *text, struct pb_error *err) PB_MUST_CHECK;

#endif
