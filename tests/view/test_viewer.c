/* The parent's side over the real child: what a view is, and what any death of the child costs. */
#include "view/fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/view_wire.h"
#include "lib/memory.h"
#include "lib/world.h"
#include "view/check.h"

#define LETTER "From: Camille Exemple <c@exemple.example>\r\nSubject: essai\r\n\r\nBonjour.\r\n"

static void
message_gives_a_view_and_a_text(void **state)
{
	struct fixture *f = *state;

	see(f, LETTER);
	assert_string_equal(text_at(item_at(f->root, "from", 0), "name"), "Camille Exemple");
	assert_string_equal(text_at(item_at(f->root, "from", 0), "addr"), "c@exemple.example");
	assert_string_equal(text_at(f->root, "subject"), "essai");
	assert_int_equal(number_at(f->root, "v"), 1);
	assert_int_equal(number_at(f->root, "text_len"), 9);
	assert_text(f, "Bonjour.\n");
}

static void
nothing_at_all_has_a_view(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(look(f, "", 0), PB_VIEW_MADE);
	assert_string_equal(text_at(pb_json_get(f->root, "class"), "kind"), "letter");
	assert_int_equal(f->text.len, 0);
}

static void
one_child_makes_many_views(void **state)
{
	struct fixture *f = *state;
	long process;

	assert_int_equal(pb_viewer_process(f->viewer), 0);
	see(f, LETTER);
	process = pb_viewer_process(f->viewer);
	assert_true(process > 0);
	for (int i = 0; i < 100; i++)
		see(f, LETTER);
	assert_int_equal(pb_viewer_process(f->viewer), process);
}

static void
child_says_how_it_is_confined(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(pb_viewer_confinement(f->viewer), 0);
	see(f, LETTER);
	assert_true(pb_viewer_confinement(f->viewer) & PB_WIRE_SECCOMP);
}

/* What the processes of Linux say of themselves. */
static bool
has_status(long process, const char *line)
{
	char path[64], text[256];
	bool has = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/status", process);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(text, sizeof(text), file) != NULL)
		has = has || strcmp(text, line) == 0;
	fclose(file);
	return has;
}

static void
child_runs_under_a_filter_without_privileges(void **state)
{
	struct fixture *f = *state;

	see(f, LETTER);
	assert_true(has_status(pb_viewer_process(f->viewer), "Seccomp:\t2\n"));
	assert_true(has_status(pb_viewer_process(f->viewer), "NoNewPrivs:\t1\n"));
}

static void
child_has_one_stream_and_no_other_descriptor(void **state)
{
	struct fixture *f = *state;
	char path[64];
	struct stat info;

	assert_true(open("/dev/null", O_RDONLY) > 2);
	see(f, LETTER);
	for (int fd = 0; fd < 100; fd++) {
		snprintf(path, sizeof(path), "/proc/%ld/fd/%d", pb_viewer_process(f->viewer), fd);
		assert_int_equal(lstat(path, &info) == 0, fd <= 2);
	}
}

static void
message_that_kills_the_child_has_a_state_and_the_next_is_seen(void **state)
{
	struct fixture *f = *state;
	pid_t process;

	/* Killed while it waits: that tells nothing of the next message, which is seen. */
	see(f, LETTER);
	process = (pid_t)pb_viewer_process(f->viewer);
	assert_int_equal(kill(process, SIGKILL), 0);
	see(f, LETTER);
	assert_int_not_equal(pb_viewer_process(f->viewer), process);
}

/* A clock that stands, and leaps ahead when it is looked at for the last of `looks` times. */
struct leaping {
	struct fixture f; /* first: torn down as such */
	struct pb_world world;
	struct pb_clock clock;
	int64_t now_us, leap_us;
	int looks; /* 0: no more leaps */
};

static int64_t
leaping_us(void *ctx)
{
	struct leaping *l = ctx;

	if (l->looks > 0 && --l->looks == 0)
		l->now_us += l->leap_us;
	return l->now_us;
}

static int
setup_leaping(void **state)
{
	struct leaping *l = calloc(1, sizeof(*l));
	char *program = test_program("probant-mime");

	assert_non_null(l);
	l->world = *pb_sys_world();
	l->clock = (struct pb_clock){ .ctx = l, .monotonic_us = leaping_us };
	l->world.clock = &l->clock;
	assert_int_equal(pb_viewer_new(&l->world, program, &l->f.viewer, NULL), PB_OK);
	free(program);
	*state = l;
	return 0;
}

/* From now on, behind the look that is made before a message is sent. */
static void
leap(struct leaping *l, int64_t leap_us)
{
	l->leap_us = leap_us;
	l->looks = 2;
}

/* As one that loops does, for what a message before has done to it: that tells nothing of this
 * one, whether it is short or longer than what a stream holds. */
static void
child_that_stands_still_after_a_view_costs_the_next_message_nothing(void **state)
{
	struct leaping *l = *state;
	size_t len = (size_t)8 * 1024 * 1024;
	char *message = malloc(len);

	assert_non_null(message);
	memset(message, 'x', len);
	for (size_t i = 0; i < 2; i++) {
		see(&l->f, LETTER);
		assert_int_equal(kill((pid_t)pb_viewer_process(l->f.viewer), SIGSTOP), 0);
		leap(l, PB_LIMIT_VIEW_MS * INT64_C(1000));
		assert_int_equal(look(&l->f, message, i == 0 ? 80 : len), PB_VIEW_MADE);
	}
	free(message);
}

static void
once_a_message_took_too_long_others_may_take_less(void **state)
{
	struct leaping *l = *state;

	see(&l->f, LETTER);
	assert_int_equal(pb_viewer_limit(l->f.viewer, 0), PB_LIMIT_VIEW_MS);
	assert_int_equal(kill((pid_t)pb_viewer_process(l->f.viewer), SIGSTOP), 0);
	leap(l, PB_LIMIT_VIEW_MS * INT64_C(1000));
	see(&l->f, LETTER);
	assert_int_equal(pb_viewer_limit(l->f.viewer, 0), PB_LIMIT_VIEW_WARY_MS);
	assert_int_equal(pb_viewer_limit(l->f.viewer, (size_t)10 * 1024 * 1024),
	    PB_LIMIT_VIEW_WARY_MS + 10 * PB_LIMIT_VIEW_WARY_MIB_MS);
	assert_true(pb_viewer_limit(l->f.viewer, PB_LIMIT_VIEW_MESSAGE) <= PB_LIMIT_VIEW_MS);
}

static void
so_they_may_once_the_child_died_after_seconds(void **state)
{
	struct leaping *l = *state;

	see(&l->f, LETTER);
	assert_int_equal(kill((pid_t)pb_viewer_process(l->f.viewer), SIGKILL), 0);
	see(&l->f, LETTER);
	assert_int_equal(pb_viewer_limit(l->f.viewer, 0), PB_LIMIT_VIEW_MS);
	assert_int_equal(kill((pid_t)pb_viewer_process(l->f.viewer), SIGKILL), 0);
	leap(l, PB_LIMIT_VIEW_WARY_MS * INT64_C(1000));
	see(&l->f, LETTER);
	assert_int_equal(pb_viewer_limit(l->f.viewer, 0), PB_LIMIT_VIEW_WARY_MS);
}

/*
 * Memory that runs out ends the child, as GLib does it.  The limit is set from outside on a child
 * that has made a view, so the message goes to a fresh one as well, which has memory: it is seen.
 */
static void
child_without_memory_costs_nothing_but_itself(void **state)
{
	struct fixture *f = *state;
	struct rlimit little = { 1024 * 1024, 1024 * 1024 };
	size_t len = (size_t)16 * 1024 * 1024;
	char *message = malloc(len);
	pid_t process;

	assert_non_null(message);
	memset(message, 'x', len);
	see(f, LETTER);
	process = (pid_t)pb_viewer_process(f->viewer);
	assert_int_equal(prlimit(process, RLIMIT_AS, &little, NULL), 0);
	assert_int_equal(look(f, message, len), PB_VIEW_MADE);
	assert_int_not_equal(pb_viewer_process(f->viewer), process);
	free(message);
}

/* In a process of its own, whose limit of memory the child inherits. */
static int
looks_with_little_memory(void)
{
	const rlim_t bytes = (rlim_t)160 * 1024 * 1024;
	const struct rlimit little = { bytes, bytes };
	size_t len = (size_t)126 * 1024 * 1024;
	void *message = mmap(NULL, len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	     *state = NULL;
	enum pb_view_state view_state;
	struct fixture *f;

	if (message == MAP_FAILED || setrlimit(RLIMIT_AS, &little) != 0)
		return 1;
	setup(&state);
	f = state;
	view_state = look(f, message, len);
	see(f, LETTER);
	teardown(&state);
	return view_state == PB_VIEW_DIED ? 0 : 2;
}

static void
message_that_there_is_no_memory_for_dies_and_the_next_is_seen(void **state)
{
	pid_t pid;
	int status = 0;

	(void)state;
	if (!test_memory_can_fail()) /* a sanitizer reserves more than any limit */
		skip();
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(looks_with_little_memory());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
message_beyond_the_limit_is_not_sent(void **state)
{
	struct fixture *f = *state;

	/* Its octets are never read. */
	assert_int_equal(look(f, "", (size_t)PB_LIMIT_VIEW_MESSAGE + 1), PB_VIEW_TOO_LARGE);
	assert_int_equal(pb_viewer_process(f->viewer), 0);
	see(f, LETTER);
}

static void
program_that_is_not_there_is_said(void **state)
{
	struct pb_viewer *viewer = NULL;
	struct pb_buf view = PB_BUF_EMPTY, text = PB_BUF_EMPTY;
	enum pb_view_state view_state = 0;
	struct pb_error err;

	(void)state;
	assert_int_equal(
	    pb_viewer_new(pb_sys_world(), "/nowhere/probant-mime", &viewer, &err), PB_OK);
	assert_int_equal(
	    pb_viewer_view(viewer, "", 0, &view, &text, &view_state, &err), PB_EUNAVAIL);
	assert_string_equal(err.object, "/nowhere/probant-mime");
	assert_int_equal(view_state, 0);
	pb_viewer_free(viewer);
	pb_viewer_free(NULL);
}

/* A program that a test writes in shell: as wrong as a child can be. */
static struct pb_viewer *
viewer_of(const char *script, const char *dir)
{
	struct pb_viewer *viewer = NULL;
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/child", dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", script);
	fclose(file);
	assert_int_equal(chmod(path, 0700), 0);
	assert_int_equal(pb_viewer_new(pb_sys_world(), path, &viewer, NULL), PB_OK);
	return viewer;
}

static enum pb_status
look_within(unsigned limit_ms, const char *script, enum pb_view_state *ret_state)
{
	struct pb_buf view = PB_BUF_EMPTY, text = PB_BUF_EMPTY;
	char *dir = test_directory();
	struct pb_viewer *viewer = viewer_of(script, dir);
	enum pb_status status;

	pb_viewer_set_limit(viewer, limit_ms);
	status = pb_viewer_view(viewer, "0123456789", 10, &view, &text, ret_state, NULL);
	if (status == PB_OK && *ret_state != PB_VIEW_MADE)
		assert_int_equal(view.len + text.len, 0);
	pb_viewer_free(viewer);
	pb_buf_done(&view);
	pb_buf_done(&text);
	test_directory_remove(dir);
	return status;
}

static enum pb_status
look_with(const char *script, enum pb_view_state *ret_state)
{
	return look_within(5000, script, ret_state);
}

/* The same with a wish for an attachment. */
static enum pb_status
take_with(const char *script, enum pb_view_state *ret_state)
{
	struct pb_buf octets = PB_BUF_EMPTY;
	char *dir = test_directory();
	struct pb_viewer *viewer = viewer_of(script, dir);
	enum pb_status status;

	pb_viewer_set_limit(viewer, 5000);
	status = pb_viewer_attachment(viewer, "0123456789", 10, 1, &octets, ret_state, NULL);
	if (status == PB_OK && *ret_state != PB_VIEW_MADE)
		assert_int_equal(octets.len, 0);
	pb_viewer_free(viewer);
	pb_buf_done(&octets);
	test_directory_remove(dir);
	return status;
}

static void
program_that_ends_or_says_something_else_is_unavailable(void **state)
{
	enum pb_view_state view_state;

	(void)state;
	assert_int_equal(look_with("exit 0", &view_state), PB_EUNAVAIL);
	assert_int_equal(
	    look_with("printf 'pbmime1\\003'; cat >/dev/null", &view_state), PB_EUNAVAIL);
}

#define HELLO "printf 'pbmime3\\000'; "
#define ZEROS "\\000\\000\\000\\000\\000\\000\\000"
#define DONE "\\000"
#define TAKE "head -c 17 >/dev/null; "

/* A child that lives from its n-th run on, and gives an attachment then. */
#define FROM_RUN(n)                                                                                \
	"echo >> $0.runs; " HELLO "[ $(wc -l < $0.runs) -ge " n " ] || kill -9 $$; " TAKE          \
	"printf '" DONE ZEROS "\\005" ZEROS "\\000abcde'; cat"

static void
message_whose_first_child_is_killed_is_given_to_another(void **state)
{
	enum pb_view_state view_state = 0;

	(void)state;
	assert_int_equal(take_with(FROM_RUN("2"), &view_state), PB_OK);
	assert_int_equal(view_state, PB_VIEW_MADE);
}

static void
message_that_two_children_die_on_is_given_to_no_third(void **state)
{
	enum pb_view_state view_state = 0;

	(void)state;
	assert_int_equal(take_with(FROM_RUN("3"), &view_state), PB_OK);
	assert_int_equal(view_state, PB_VIEW_DIED);
}

/* Slow or fast, the machine has no time for the second to die. */
static void
two_children_have_the_time_of_one(void **state)
{
	enum pb_view_state view_state = 0;

	(void)state;
	assert_int_equal(look_within(600, HELLO "sleep 0.4; kill -9 $$", &view_state), PB_OK);
	assert_int_equal(view_state, PB_VIEW_TIMEOUT);
}

static void
child_that_says_nothing_of_its_first_message_times_out(void **state)
{
	enum pb_view_state view_state = 0;

	(void)state;
	assert_int_equal(look_within(50, HELLO "exec sleep 100", &view_state), PB_OK);
	assert_int_equal(view_state, PB_VIEW_TIMEOUT);
}

static void
answer_that_is_cut_short_is_a_death(void **state)
{
	enum pb_view_state view_state = 0;

	(void)state;
	assert_int_equal(
	    look_with(HELLO TAKE "printf '" DONE ZEROS "\\005" ZEROS "\\000{'", &view_state),
	    PB_OK);
	assert_int_equal(view_state, PB_VIEW_DIED);
}

static void
answer_that_is_no_view_is_a_bad_reply(void **state)
{
	enum pb_view_state view_state = 0;

	(void)state;
	assert_int_equal(
	    look_with(HELLO TAKE "printf '" DONE ZEROS "\\002" ZEROS "\\000{}'; cat", &view_state),
	    PB_OK);
	assert_int_equal(view_state, PB_VIEW_BAD_REPLY);
}

static void
answer_longer_than_allowed_is_a_bad_reply(void **state)
{
	enum pb_view_state view_state = 0;

	(void)state;
	assert_int_equal(
	    look_with(HELLO TAKE "printf '" DONE "\\377" ZEROS ZEROS "\\000'; cat", &view_state),
	    PB_OK);
	assert_int_equal(view_state, PB_VIEW_BAD_REPLY);
}

static void
answer_to_another_wish_is_a_bad_reply(void **state)
{
	enum pb_view_state view_state = 0;

	(void)state;
	assert_int_equal(
	    look_with(HELLO TAKE "printf '\\001" ZEROS "\\002" ZEROS "\\000{}'; cat", &view_state),
	    PB_OK);
	assert_int_equal(view_state, PB_VIEW_BAD_REPLY);
}

#define MIXED                                                                                      \
	"Content-Type: multipart/mixed; boundary=m\n\n--m\n"                                       \
	"Content-Type: multipart/alternative; boundary=a\n\n--a\n\nBonjour.\n--a\n"                \
	"Content-Type: text/html\n\n<p>Bonjour\n--a--\n--m\n"                                      \
	"Content-Disposition: attachment; filename=a.txt\n"                                        \
	"Content-Transfer-Encoding: base64\n\nw6kNCg==\n--m\n"                                     \
	"Content-Type: application/pdf\n\n%PDF\n--m--\n"

static void
text_for_a_person_is_of_one_alternative_and_without_attachments(void **state)
{
	struct fixture *f = *state;
	enum pb_view_state view_state;
	bool html_left = false;

	assert_int_equal(pb_viewer_read(f->viewer, MIXED, strlen(MIXED), &f->view, &f->text,
			     &html_left, &view_state, NULL),
	    PB_OK);
	assert_int_equal(view_state, PB_VIEW_MADE);
	assert_true(html_left);
	assert_text(f, "Bonjour.");
	see(f, MIXED);
	assert_text(f, "Bonjour.\fBonjour\f\xc3\xa9\n");
}

static enum pb_status
take(struct fixture *f, const char *message, uint64_t number)
{
	enum pb_view_state view_state = 0;
	enum pb_status status = pb_viewer_attachment(
	    f->viewer, message, strlen(message), number, &f->text, &view_state, NULL);

	assert_true(status != PB_OK || view_state == PB_VIEW_MADE);
	return status;
}

static void
attachment_comes_decoded_by_its_number(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(take(f, MIXED, 1), PB_OK);
	assert_text(f, "\xc3\xa9\r\n");
	assert_int_equal(take(f, MIXED, 2), PB_OK);
	assert_text(f, "%PDF");
	assert_int_equal(take(f, MIXED, 0), PB_ENOENT);
	assert_int_equal(take(f, MIXED, 3), PB_ENOENT);
	assert_int_equal(take(f, "", 1), PB_ENOENT);
	assert_int_equal(f->text.len, 0);
}

static void
attachment_longer_than_its_message_is_a_bad_reply(void **state)
{
	enum pb_view_state view_state = 0;

	(void)state;
	assert_int_equal(
	    take_with(HELLO TAKE "printf '" DONE ZEROS "\\013" ZEROS "\\00012345678901'; cat",
		&view_state),
	    PB_OK);
	assert_int_equal(view_state, PB_VIEW_BAD_REPLY);
	assert_int_equal(
	    take_with(HELLO TAKE "printf '" DONE ZEROS "\\002" ZEROS "\\000ab'; cat", &view_state),
	    PB_OK);
	assert_int_equal(view_state, PB_VIEW_MADE);
}

static enum pb_status
judge(const char *json)
{
	return pb_view_check(json, strlen(json), 0);
}

static void
check_takes_views_and_refuses_everything_else(void **state)
{
#define CLASS "\"class\":{\"kind\":\"letter\",\"attachments\":0}"
#define END ",\"text_len\":0}"
	static const char *const bad[] = { "", "[]", "{\"v\":1" END, "{\"v\":2," CLASS END,
		"{\"v\":1," CLASS "}", "{\"v\":1," CLASS ",\"text_len\":1}",
		"{\"v\":1," CLASS ",\"other\":1" END, "{\"v\":1," CLASS ",\"to\":[]" END,
		"{\"v\":1," CLASS ",\"to\":[{}]" END, "{\"v\":1," CLASS ",\"to\":[\"a\"]" END,
		"{\"v\":1," CLASS ",\"to\":{\"name\":\"a\"}" END,
		"{\"v\":1," CLASS ",\"to\":[{\"name\":\"a\",\"x\":\"b\"}]" END,
		"{\"v\":1," CLASS ",\"subject\":1" END,
		"{\"v\":1," CLASS ",\"subject\":\"\\u0000\"" END,
		"{\"v\":1," CLASS ",\"subject\":\"\\u001b[31m\"" END,
		"{\"v\":1," CLASS ",\"findings\":[{\"code\":\"Jean\"}]" END,
		"{\"v\":1," CLASS ",\"date_s\":-1" END,
		"{\"v\":1," CLASS ",\"date_s\":253402300800" END,
		"{\"v\":1," CLASS ",\"text_cut\":false" END,
		"{\"v\":1," CLASS ",\"attachments\":[{\"name\":\"a\"}]" END,
		"{\"v\":1,\"class\":{\"kind\":\"Jean Exemple\",\"attachments\":0}" END,
		"{\"v\":1,\"class\":{\"kind\":\"mdn\",\"attachments\":0,\"mdn\":\"Exemple\"}" END,
		"{\"v\":1,\"class\":{\"kind\":\"mdn\",\"attachments\":0,\"mdn_code\":\"a b\"}" END,
		"{\"v\":1,\"class\":{\"kind\":\"xdm\",\"attachments\":0,\"documents\":[\"x\"]}" END,
		"{\"v\":1,\"class\":{\"kind\":\"xdm\",\"attachments\":0,\"types\":[\"x/y\"]}" END };
	static const char *const good[] = { "{\"v\":1," CLASS END,
		"{\"v\":1,\"to\":[{\"addr\":\"a@b.test\"}],\"subject\":\"\","
		"\"findings\":[{\"code\":\"tnef\"}]," CLASS END,
		"{\"v\":1,\"class\":{\"kind\":\"mdn\",\"urgent\":true,\"urgent_by\":\"priority\","
		"\"attachments\":2,\"types\":[\"application/pdf\",\"other\"],\"documents\":"
		"[\"34133-9\"],\"mdn\":\"displayed\",\"mdn_code\":\"E-1042\"}" END };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(judge(bad[i]), PB_EDATA);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(judge(good[i]), PB_OK);
}

static void
states_have_names(void **state)
{
	(void)state;
	assert_string_equal(pb_view_state_name(PB_VIEW_MADE), "made");
	assert_string_equal(pb_view_state_name(PB_VIEW_DIED), "died");
	assert_string_equal(pb_view_state_name(PB_VIEW_TIMEOUT), "timeout");
	assert_string_equal(pb_view_state_name(PB_VIEW_TOO_LARGE), "too_large");
	assert_string_equal(pb_view_state_name(PB_VIEW_BAD_REPLY), "bad_reply");
	assert_string_equal(pb_view_state_name((enum pb_view_state)0), "unknown");
	assert_string_equal(pb_view_state_name((enum pb_view_state)9), "unknown");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TEST_LEAPING(name) cmocka_unit_test_setup_teardown(name, setup_leaping, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(nothing_at_all_has_a_view),
		TEST(message_gives_a_view_and_a_text), TEST(one_child_makes_many_views),
		TEST(child_says_how_it_is_confined),
		TEST(child_runs_under_a_filter_without_privileges),
		TEST(child_has_one_stream_and_no_other_descriptor),
		TEST(message_that_kills_the_child_has_a_state_and_the_next_is_seen),
		TEST_LEAPING(child_that_stands_still_after_a_view_costs_the_next_message_nothing),
		TEST_LEAPING(once_a_message_took_too_long_others_may_take_less),
		TEST_LEAPING(so_they_may_once_the_child_died_after_seconds),
		TEST(child_without_memory_costs_nothing_but_itself),
		cmocka_unit_test(message_that_there_is_no_memory_for_dies_and_the_next_is_seen),
		TEST(message_beyond_the_limit_is_not_sent),
		cmocka_unit_test(program_that_is_not_there_is_said),
		cmocka_unit_test(program_that_ends_or_says_something_else_is_unavailable),
		cmocka_unit_test(message_whose_first_child_is_killed_is_given_to_another),
		cmocka_unit_test(message_that_two_children_die_on_is_given_to_no_third),
		cmocka_unit_test(two_children_have_the_time_of_one),
		cmocka_unit_test(child_that_says_nothing_of_its_first_message_times_out),
		cmocka_unit_test(answer_that_is_cut_short_is_a_death),
		cmocka_unit_test(answer_that_is_no_view_is_a_bad_reply),
		cmocka_unit_test(answer_longer_than_allowed_is_a_bad_reply),
		cmocka_unit_test(answer_to_another_wish_is_a_bad_reply),
		TEST(text_for_a_person_is_of_one_alternative_and_without_attachments),
		TEST(attachment_comes_decoded_by_its_number),
		cmocka_unit_test(attachment_longer_than_its_message_is_a_bad_reply),
		cmocka_unit_test(check_takes_views_and_refuses_everything_else),
		cmocka_unit_test(states_have_names) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
