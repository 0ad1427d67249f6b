#include "crypto/fixture.h"

#include <gcrypt.h>
#include <openssl/crypto.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

static void
crypto_can_be_started_again_and_again(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_int_equal(pb_crypto_init(NULL), PB_OK);
}

static void
crypto_keeps_a_pool_for_the_keys_of_each_library(void **state)
{
	void *secure;

	(void)state;
	assert_int_equal(pb_crypto_init(NULL), PB_OK);
	assert_int_not_equal(CRYPTO_secure_malloc_initialized(), 0);
	secure = gcry_malloc_secure(1024 * 1024);
	assert_non_null(secure);
	assert_true(gcry_is_secure(secure));
	gcry_free(secure);
}

/* In a child: start without the right to lock one page, with stderr in the pipe. */
static _Noreturn void
start_without_locking(int to)
{
	static const struct rlimit none = { 0, 0 };
	struct pb_secret *secret = NULL;

	if (dup2(to, STDERR_FILENO) < 0 || setrlimit(RLIMIT_MEMLOCK, &none) != 0 ||
	    (geteuid() == 0 && setuid(NOBODY) != 0))
		_exit(2);
	if (pb_crypto_init(NULL) != PB_OK || pb_secret_new(32, &secret, NULL) != PB_OK ||
	    !gcry_is_secure(pb_secret_bytes(secret)))
		_exit(1);
	pb_secret_free(secret);
	_exit(0);
}

/* First of all tests: the child must be the first to start the libraries. */
static void
crypto_starts_in_silence_where_memory_may_not_be_locked(void **state)
{
	char noise[256] = "";
	int ends[2], status;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0)
		start_without_locking(ends[1]);
	assert_true(child > 0);
	close(ends[1]);
	assert_int_equal(read(ends[0], noise, sizeof(noise) - 1), 0);
	assert_string_equal(noise, "");
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crypto_starts_in_silence_where_memory_may_not_be_locked),
		cmocka_unit_test(crypto_can_be_started_again_and_again),
		cmocka_unit_test(crypto_keeps_a_pool_for_the_keys_of_each_library),
	};

	return cmocka_run_group_tests(tests, NULL, no_errors_are_left);
}
