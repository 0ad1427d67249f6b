/* Octets handed over as a descriptor: sealed, or not. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/world.h"
#include "sys/handed.h"
#include "sys/world.h"

static void
what_is_handed_over_cannot_be_changed(void **state)
{
	char got[8];
	int fd = -1;

	(void)state;
	assert_int_equal(pb_handed_new("sealed", 6, &fd, NULL), PB_OK);
	assert_true(pb_handed_sealed(fd));
	assert_false(pb_handed_served(fd));
	assert_int_equal(pread(fd, got, sizeof(got), 0), 6);
	assert_memory_equal(got, "sealed", 6);
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(ftruncate(fd, 3), -1);
	assert_int_equal(ftruncate(fd, 9), -1);
	assert_true(mmap(NULL, 6, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	(void)close(fd);
}

static void
nothing_at_all_can_be_handed_over(void **state)
{
	int fd = -1;

	(void)state;
	assert_int_equal(pb_handed_new(NULL, 0, &fd, NULL), PB_OK);
	assert_true(pb_handed_sealed(fd));
	assert_int_equal(lseek(fd, 0, SEEK_END), 0);
	(void)close(fd);
}

static void
whatever_could_still_change_is_not_sealed(void **state)
{
	static const int seals[] = { F_SEAL_WRITE, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_SEAL };
	char *dir = test_directory();
	int fd;

	(void)state;
	for (unsigned missing = 0; missing < 4; missing++) {
		int all = 0;

		assert_true((fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING)) >= 0);
		for (unsigned i = 0; i < 4; i++)
			all |= i == missing ? 0 : seals[i];
		assert_int_equal(fcntl(fd, F_ADD_SEALS, all), 0);
		assert_false(pb_handed_sealed(fd));
		(void)close(fd);
	}
	fd = pb_sys_world()->files->open_unnamed(NULL, dir);
	assert_true(fd >= 0);
	assert_false(pb_handed_sealed(fd));
	assert_false(pb_handed_served(fd));
	(void)close(fd);
	assert_false(pb_handed_sealed(fd));
	assert_true(pb_handed_served(fd));
	test_directory_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_at_all_can_be_handed_over),
		cmocka_unit_test(what_is_handed_over_cannot_be_changed),
		cmocka_unit_test(whatever_could_still_change_is_not_sealed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
