/* Archives of one writer that commit at the same time, each by a thread, as its server does it. */
#include <pthread.h>

#include "daemon/capture.h"
#include "daemon/depots_stop.h"
#include "sys/world.h"

#define ARCHIVES 6
#define FAILING 2
#define ROUNDS 20

struct together {
	struct fixture f; /* of this one */
	struct capture c;
	pthread_t thread;
	enum pb_status status;
};

static void
found(struct together *t, const struct fixture *f, unsigned number)
{
	char name[16];

	t->f = *f;
	(void)snprintf(name, sizeof(name), "together%u", number);
	t->f.dir = pb_path_join(f->root, name);
	t->f.world.files = &t->f.faulty.table;
	t->f.world.clock = &t->f.clock.table;
	t->f.world.random = pb_sys_world()->random;
	fresh(&t->f);
	prepare(&t->c, &t->f);
	submit(&t->c);
}

static void *
commit_some(void *arg)
{
	struct together *t = arg;

	for (unsigned i = 0; t->status == PB_OK && i < ROUNDS; i++)
		t->status = try_submit(&t->c);
	return NULL;
}

static void
one_whose_sync_fails_stops_and_the_others_keep_all(void **state)
{
	struct together *t = calloc(ARCHIVES, sizeof(*t));
	const struct fixture *f = *state;

	assert_non_null(t);
	for (unsigned i = 0; i < ARCHIVES; i++)
		found(&t[i], f, i);
	fail_call(&t[FAILING].f, 30, EIO, true);
	for (unsigned i = 0; i < ARCHIVES; i++)
		assert_int_equal(pthread_create(&t[i].thread, NULL, commit_some, &t[i]), 0);
	for (unsigned i = 0; i < ARCHIVES; i++)
		assert_int_equal(pthread_join(t[i].thread, NULL), 0);
	heal(&t[FAILING].f);
	for (unsigned i = 0; i < ARCHIVES; i++) {
		unsigned told = t[i].c.acknowledged;

		assert_int_equal(t[i].status != PB_OK, i == FAILING);
		assert_int_equal(pb_depot_broken(t[i].c.depot), i == FAILING);
		if (i == FAILING)
			end_unsaid(&t[i].c);
		else
			end(&t[i].c);
		assert_in_range(count_type(&t[i].f, PB_RECORD_CAPTURE), told, ROUNDS + 4);
		assert_int_equal(told == ROUNDS + 1, i != FAILING);
		assert_holds(&t[i].f);
		free(t[i].f.dir);
	}
	free(t);
}

static void
all_of_them_say_that_capture_stops(void **state)
{
	struct together *t = calloc(ARCHIVES, sizeof(*t));
	struct pb_policy_archive archive[ARCHIVES];
	const struct pb_capture_policy policy = { .archive = archive, .archive_count = ARCHIVES };
	struct pb_depot *depot[ARCHIVES];

	assert_non_null(t);
	for (unsigned i = 0; i < ARCHIVES; i++) {
		found(&t[i], *state, i);
		archive[i] = t[i].c.archive;
		depot[i] = t[i].c.depot;
	}
	pb_depots_stop(depot, &policy, 0);
	for (unsigned i = 0; i < ARCHIVES; i++) {
		end_unsaid(&t[i].c);
		assert_false(exists(at(&t[i].f, "capturing")));
		assert_int_equal(count_events(&t[i].f, "stop", NULL), 1);
		assert_holds(&t[i].f);
		free(t[i].f.dir);
	}
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_whose_sync_fails_stops_and_the_others_keep_all),
		cmocka_unit_test(all_of_them_say_that_capture_stops),
	};

	return cmocka_run_group_tests(tests, found_with_its_authority, forget_template);
}
