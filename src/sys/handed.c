#include "sys/handed.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/error.h"
#include "core/io.h"
#include "sys/tables.h"

#define SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

enum pb_status
pb_handed_new(const void *data, size_t len, int *ret_fd, struct pb_error *err)
{
	static const char name[] = "(memory)";
	int fd = memfd_create("probant", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	enum pb_status status;

	if (fd < 0)
		return pb_fail_sys(err, -errno, N_("hand octets over"), "%s", name);
	status = pb_io_pwrite(&pb_sys_files_table, fd, name, data, len, 0, err);
	if (status == PB_OK && fcntl(fd, F_ADD_SEALS, SEALS) != 0)
		status = pb_fail_sys(err, -errno, N_("hand octets over"), "%s", name);
	if (status != PB_OK) {
		(void)close(fd);
		return status;
	}
	*ret_fd = fd;
	return PB_OK;
}

bool
pb_handed_sealed(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);

	return seals >= 0 && (seals & SEALS) == SEALS;
}

bool
pb_handed_served(int fd)
{
	struct statfs system;

	return fstatfs(fd, &system) != 0 || system.f_type == FUSE_SUPER_MAGIC;
}
