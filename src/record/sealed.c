#include "record/sealed.h"

#include <string.h>

#include "core/error.h"
#include "core/io.h"

/* What errors call the unnamed file. */
static const char spill_name[] = "(sealed record, unnamed file)";

enum pb_status
pb_sealed_read(
    const struct pb_sealed *sealed, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	if (offset > sealed->payload_len || len > sealed->payload_len - offset)
		return pb_fail(err, PB_ECORRUPT, N_("read a sealed record"), N_("it ends before"),
		    "offset %llu", (unsigned long long)offset);
	if (sealed->fd >= 0)
		return pb_io_pread_exact(
		    sealed->files, sealed->fd, spill_name, to, len, offset, err);
	if (len > 0)
		memcpy(to, sealed->memory.data + offset, len);
	return PB_OK;
}

void
pb_sealed_done(struct pb_sealed *sealed)
{
	if (sealed->fd >= 0)
		pb_io_close(sealed->files, &sealed->fd);
	pb_buf_done(&sealed->memory);
	pb_kept_done(&sealed->plain);
	pb_secret_free(sealed->r);
	*sealed = PB_SEALED_EMPTY;
}
