/* What `doctor` finds in an archive: nothing, and each fault that is planted. */
#include "archive/fixture.h"

#include "doctor/canary.h"
#include "doctor/doctor.h"
#include "lib/memory.h"

static struct pb_doctor
doctor_of(struct fixture *f)
{
	return (struct pb_doctor){ .world = &f->world };
}

/* The worst of what it found of that. */
static enum pb_condition
worst(const struct pb_doctor *d, const char *area)
{
	enum pb_condition worst = PB_FINE;
	bool found = false;

	assert_int_equal(d->symptoms.status, PB_OK);
	for (size_t i = 0; i < d->symptoms.count; i++) {
		const struct pb_symptom *symptom = &d->symptoms.symptom[i];

		if (strcmp(symptom->area, area) != 0)
			continue;
		found = true;
		if (symptom->condition > worst)
			worst = symptom->condition;
		assert_string_equal(symptom->name, "tilleuls");
		assert_true(symptom->condition == PB_FINE || symptom->todo != NULL);
	}
	assert_true(found);
	return worst;
}

static void
look_at_all(struct fixture *f, struct pb_doctor *d)
{
	pb_doctor_files(d, "tilleuls", f->dir);
	pb_doctor_keys(d, "tilleuls", f->dir);
	pb_doctor_disk(d, "tilleuls", f->dir);
	pb_doctor_times(d, "tilleuls", f->dir);
	pb_doctor_authorities(d, "tilleuls", f->dir);
}

static void
an_archive_that_is_well_is_fine(void **state)
{
	struct fixture *f = *state;
	struct pb_doctor d = doctor_of(f);

	add_commits(f, NULL, 2);
	look_at_all(f, &d);
	assert_int_equal(worst(&d, "permissions"), PB_FINE);
	assert_int_equal(worst(&d, "keys"), PB_FINE);
	assert_int_equal(worst(&d, "clock"), PB_FINE);
	assert_int_equal(worst(&d, "authority"), PB_FINE);
	assert_int_equal(worst(&d, "certificates"), PB_FINE);
	pb_symptoms_done(&d.symptoms);
}

static void
a_clock_that_was_set_back_is_wrong(void **state)
{
	struct fixture *f = *state;
	struct pb_doctor d = doctor_of(f);

	add_commits(f, NULL, 1);
	pass_time(f, -2);
	pb_doctor_times(&d, "tilleuls", f->dir);
	assert_int_equal(worst(&d, "clock"), PB_WRONG);
	pb_symptoms_done(&d.symptoms);
}

static int64_t
nearly_full(void *ctx, const char *path)
{
	(void)ctx;
	(void)path;
	return 500 * 1000 * 1000;
}

static int64_t
soon_full(void *ctx, const char *path)
{
	(void)ctx;
	(void)path;
	return INT64_C(4000) * 1000 * 1000;
}

static void
a_disk_without_room_is_wrong_before_it_is_full(void **state)
{
	struct fixture *f = *state;
	struct pb_doctor d = doctor_of(f);

	f->faulty.table.free_bytes = soon_full;
	pb_doctor_disk(&d, "tilleuls", f->dir);
	assert_int_equal(worst(&d, "disk"), PB_ATTENTION);
	f->faulty.table.free_bytes = nearly_full;
	pb_doctor_disk(&d, "tilleuls", f->dir);
	assert_int_equal(worst(&d, "disk"), PB_WRONG);
	pb_symptoms_done(&d.symptoms);
}

static void
rights_of_others_are_wrong(void **state)
{
	static const char *const names[] = { "", "vault", "private/log.key", "tsa/local.pem" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct pb_doctor d = doctor_of(f);
		struct stat before;

		assert_int_equal(stat(at(f, names[i]), &before), 0);
		assert_int_equal(chmod(f->path, before.st_mode | 0004), 0);
		pb_doctor_files(&d, "tilleuls", f->dir);
		assert_int_equal(worst(&d, "permissions"), PB_WRONG);
		assert_int_equal(chmod(at(f, names[i]), before.st_mode), 0);
		pb_symptoms_done(&d.symptoms);
	}
}

static void
a_key_that_is_not_the_logs_is_wrong(void **state)
{
	struct fixture *f = *state;
	struct pb_doctor d = doctor_of(f);
	struct pb_buf other = slurp(at(f, "private/export.key"));

	spit(at(f, "private/log.key"), other.data, other.len);
	pb_buf_done(&other);
	pb_doctor_keys(&d, "tilleuls", f->dir);
	assert_int_equal(worst(&d, "keys"), PB_WRONG);
	pb_symptoms_done(&d.symptoms);
}

static int
of_another(void *ctx, const char *path, bool follow, struct pb_file_info *ret_info)
{
	const struct pb_files *files = pb_sys_world()->files;
	int answer = files->stat(files->ctx, path, follow, ret_info);

	(void)ctx;
	ret_info->owned = false;
	return answer;
}

/* Nothing is wrong with it: nobody is to bring keys back from a backup. */
static void
an_archive_of_another_user_is_no_damaged_one(void **state)
{
	struct fixture *f = *state;
	struct pb_doctor d = doctor_of(f);

	f->faulty.table.stat = of_another;
	pb_doctor_files(&d, "tilleuls", f->dir);
	pb_doctor_keys(&d, "tilleuls", f->dir);
	assert_int_equal(worst(&d, "permissions"), PB_ATTENTION);
	assert_int_equal(worst(&d, "keys"), PB_ATTENTION);
	pb_symptoms_done(&d.symptoms);
}

static void
a_root_is_told_before_it_ends(void **state)
{
	struct fixture *f = *state;
	struct pb_doctor d = doctor_of(f);

	pass_time(f, INT64_C(20) * 365 * 86400 - 40 * 86400);
	pb_doctor_authorities(&d, "tilleuls", f->dir);
	assert_int_equal(worst(&d, "certificates"), PB_ATTENTION);
	pass_time(f, 60 * 86400);
	pb_doctor_authorities(&d, "tilleuls", f->dir);
	assert_int_equal(worst(&d, "certificates"), PB_WRONG);
	pb_symptoms_done(&d.symptoms);
}

static void
an_archive_that_is_not_there_is_wrong(void **state)
{
	struct fixture *f = *state;
	struct pb_doctor d = doctor_of(f);
	char moved[600];

	(void)snprintf(moved, sizeof(moved), "%s.moved", f->dir);
	assert_int_equal(rename(f->dir, moved), 0);
	look_at_all(f, &d);
	assert_int_equal(worst(&d, "permissions"), PB_WRONG);
	assert_int_equal(worst(&d, "keys"), PB_WRONG);
	assert_int_equal(rename(moved, f->dir), 0);
	pb_symptoms_done(&d.symptoms);
}

static void
what_there_is_no_memory_for_is_not_silently_fine(void **state)
{
	const struct pb_symptom symptom = { PB_WRONG, "keys", "", "said", "", NULL };
	struct pb_symptoms symptoms = { 0 };

	(void)state;
	if (!test_memory_can_fail())
		skip();
	test_memory_fail_own(1, false);
	pb_symptom_add(&symptoms, &symptom, "%s", "x");
	(void)test_memory_restore();
	assert_int_equal(symptoms.status, PB_ENOMEM);
	pb_symptom_add(&symptoms, &symptom, "%s", "x");
	assert_int_equal(symptoms.count, 0);
	pb_symptoms_done(&symptoms);
}

/* ---- canaries ------------------------------------------------------------------------------- */

static void
a_canary_is_a_message_of_nobody(void **state)
{
	struct fixture *f = *state;
	struct pb_canary one, other;
	const char *text;

	assert_int_equal(pb_canary_make(&f->world, "camille@tilleuls.example", &one, NULL), PB_OK);
	assert_int_equal(pb_canary_make(&f->world, "@ormes.example", &other, NULL), PB_OK);
	assert_string_equal(one.recipient, "camille@tilleuls.example");
	assert_string_equal(other.recipient, "canary@ormes.example");
	assert_string_not_equal(one.digits, other.digits);
	text = (const char *)one.text.data;
	assert_non_null(strstr(text, "From: Probant <canary@probant.invalid>\r\n"));
	assert_non_null(strstr(text, "Date: Wed, 06 May 2026 16:02:00 +0000\r\n"));
	assert_non_null(strstr(text, "\r\n\r\nNobody wrote this"));
	/* As it goes by a door, whose dots would be doubled. */
	assert_null(strstr(text, "\n."));
	for (size_t i = 0; i < one.text.len; i++)
		if (one.text.data[i] == '\n')
			assert_int_equal(one.text.data[i - 1], '\r');
	assert_string_equal(text + one.text.len - 2, "\r\n");
	pb_canary_done(&one);
	pb_canary_done(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_archive_that_is_well_is_fine, set_up),
		cmocka_unit_test_setup(a_clock_that_was_set_back_is_wrong, set_up),
		cmocka_unit_test_setup(a_disk_without_room_is_wrong_before_it_is_full, set_up),
		cmocka_unit_test_setup(rights_of_others_are_wrong, set_up),
		cmocka_unit_test_setup(a_key_that_is_not_the_logs_is_wrong, set_up),
		cmocka_unit_test_setup(an_archive_of_another_user_is_no_damaged_one, set_up),
		cmocka_unit_test_setup(a_root_is_told_before_it_ends, set_up),
		cmocka_unit_test_setup(an_archive_that_is_not_there_is_wrong, set_up),
		cmocka_unit_test(what_there_is_no_memory_for_is_not_silently_fine),
		cmocka_unit_test_setup(a_canary_is_a_message_of_nobody, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
