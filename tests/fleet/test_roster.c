#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fleet/roster.h"

#define HEAD "name;origin;path;mailboxes\n"
#define CHENE "chene;chene.example/c;/srv/chene;@chene.example a@b.example\n"
#define REST                                                                                       \
	"otherwise: pass # keep\n"                                                                 \
	"doors:\n"                                                                                 \
	"  - {name: m, kind: milter, listen: \"unix:/m\", on_failure: defer}\n"
#define TILLEULS                                                                                   \
	"  - name: tilleuls # first\n"                                                             \
	"    path: /srv/tilleuls\n"                                                                \
	"    mailboxes: [a@tilleuls.example]\n"
#define PLATANES                                                                                   \
	"  - name: platanes\n"                                                                     \
	"    mailboxes:\n"                                                                         \
	"      - a@platanes.example\n"                                                             \
	"    path: /srv/platanes\n"
#define ADDED                                                                                      \
	"  - name: chene\n"                                                                        \
	"    path: /srv/chene\n"                                                                   \
	"    mailboxes:\n"                                                                         \
	"      - '@chene.example'\n"                                                               \
	"      - a@b.example\n"
#define TOP "policy: capture\n# theirs\narchives:\n"

static struct pb_buf
borrow(const char *text)
{
	return (struct pb_buf){ .data = (uint8_t *)(uintptr_t)text, .len = strlen(text) };
}

/* The policy that comes of it, or what is wrong, and where. */
static void
check_add(const char *yaml, const char *csv, const char *expected)
{
	struct pb_buf before = borrow(yaml), after = PB_BUF_EMPTY;
	struct pb_capture_policy *policy = NULL;
	struct pb_fleet_list *list = NULL;
	struct pb_error err = { 0 };
	bool known[8], of_list = true;
	enum pb_status status = pb_fleet_list_read(csv, strlen(csv), NULL, &list, &err);

	if (status == PB_OK) {
		status = pb_roster_add(&before, list, known, &after, &policy, &of_list, &err);
		assert_true((status == PB_OK) == (policy != NULL));
	}
	if (status != PB_OK) {
		pb_buf_clear(&after);
		assert_int_equal(pb_buf_printf(&after, "%s: %s: %s", of_list ? "list" : "policy",
				     err.object, err.why),
		    PB_OK);
	}
	assert_string_equal(pb_buf_text(&after), expected);
	pb_buf_done(&after);
	pb_capture_policy_free(policy);
	pb_fleet_list_free(list);
}

static void
archives_are_put_behind_the_last_and_nothing_else_is_touched(void **state)
{
	(void)state;
	check_add(TOP TILLEULS PLATANES "# behind\n\n" REST, HEAD CHENE,
	    TOP TILLEULS PLATANES ADDED "# behind\n\n" REST);
	check_add(REST TOP TILLEULS, HEAD CHENE, REST TOP TILLEULS ADDED);
	/* written without a space before "-" */
	check_add("policy: capture\narchives:\n- name: a\n  path: /a\n  mailboxes: [a@a.example]\n"
		  "\n" REST,
	    "name;origin;path;mailboxes\nb;b;/b;b@b.example\n",
	    "policy: capture\narchives:\n- name: a\n  path: /a\n  mailboxes: [a@a.example]\n"
	    "- name: b\n  path: /b\n  mailboxes:\n    - b@b.example\n\n" REST);
}

static void
a_policy_without_archives_gets_the_first_ones(void **state)
{
	(void)state;
	check_add(
	    "policy: capture\n" REST, HEAD CHENE, "policy: capture\n" REST "archives:\n" ADDED);
}

static void
what_the_policy_has_is_passed_over(void **state)
{
	(void)state;
	check_add(TOP TILLEULS REST, HEAD "tilleuls;t;/srv/tilleuls;a@tilleuls.example\n" CHENE,
	    TOP TILLEULS ADDED REST);
	check_add(TOP TILLEULS REST, HEAD "tilleuls;t;/srv/other;a@tilleuls.example\n",
	    "list: line 2, column path (/srv/tilleuls): the policy has it at another path");
	check_add(TOP TILLEULS REST, HEAD "tilleuls;t;/srv/tilleuls;b@tilleuls.example\n",
	    "list: line 2, column mailboxes: the policy has other mailboxes for it");
}

static void
what_cannot_stand_is_named_by_its_line_and_column(void **state)
{
	(void)state;
	check_add(TOP TILLEULS REST, HEAD CHENE "Frene;f;/srv/frene;a@frene.example\n",
	    "list: line 3, column name: a name is 1 to 32 lower-case letters, digits and hyphens");
	check_add(TOP TILLEULS REST, HEAD CHENE "chene;f;/srv/frene;a@frene.example\n",
	    "list: line 3, column name: another archive has this name");
	check_add(TOP TILLEULS REST,
	    "nom;origine;chemin;bo\xc3\xaetes\n" CHENE "frene;f;srv/frene;a@frene.example\n",
	    "list: line 3, column chemin: a path begins with /, and has no . or .. and no empty "
	    "name in it");
	check_add(TOP TILLEULS REST, HEAD CHENE "frene;f;/srv/chene/frene;a@frene.example\n",
	    "list: line 3, column path (/srv/chene): another archive stands there, or in it");
	check_add(TOP TILLEULS REST, HEAD "frene;f;/srv/tilleuls;a@frene.example\n" CHENE,
	    "list: line 2, column path (/srv/tilleuls): another archive stands there, or in it");
	check_add(TOP TILLEULS REST, HEAD CHENE "frene;f;/srv/frene;A@B.example\n",
	    "list: line 3, column mailboxes: a mailbox belongs to one archive, once");
	check_add(TOP TILLEULS REST, HEAD CHENE "frene;f;/srv/frene;a@tilleuls.example\n",
	    "list: line 3, column mailboxes: a mailbox belongs to one archive, once");
	check_add(TOP TILLEULS REST, HEAD CHENE "frene;f;/srv/frene;frene.example\n",
	    "list: line 3, column mailboxes (cabinet@tilleuls.example, \"@tilleuls.example\"): "
	    "this is no mailbox");
}

static void
a_list_says_what_it_has(void **state)
{
	(void)state;
	check_add(REST, "", "list: line 1: it is empty");
	check_add(REST, HEAD, "list: line 1: it names no practice");
	check_add(REST, "name;mailboxes\na;a@a.example\n",
	    "list: line 1, column origin: this column is missing");
	check_add(
	    REST, "name;origin;mailbox\n", "list: line 1, column mailbox: there is no such column");
	check_add(REST, "name;origin;nom;mailboxes\n",
	    "list: line 1, column nom: this column is there twice");
	check_add(REST, HEAD ";a;/a;a@a.example\n",
	    "list: line 2, column name: something must stand here");
	check_add(REST, "name;origin;mailboxes\na;a;a@a.example\n",
	    "list: line 2, column path (--root DIR): something must stand here");
}

static void
where_a_map_says_whose_mail_is_whose_a_row_needs_no_mailboxes(void **state)
{
	(void)state;
	check_add(TOP TILLEULS REST, "name;origin;path\nb;b;/b\n",
	    "list: line 2, column mailboxes: nothing would come into this archive");
	check_add(TOP TILLEULS "map: file /etc/map\n" REST, "name;origin;path\nb;b;/b\n",
	    TOP TILLEULS "  - name: b\n    path: /b\nmap: file /etc/map\n" REST);
	check_add(TOP TILLEULS "map: file /etc/map\n" REST, HEAD "b;b;/b;\n" CHENE,
	    TOP TILLEULS "  - name: b\n    path: /b\n" ADDED "map: file /etc/map\n" REST);
}

static void
a_fault_of_the_policy_is_the_policys(void **state)
{
	(void)state;
	check_add("policy: capture\n", HEAD CHENE, "policy: line 1: doors: this key is missing");
	check_add(TOP TILLEULS "otherwize: pass\n", HEAD CHENE,
	    "policy: line 7: otherwize: there is no such key here");
	/* without archives it is read with those of the list alone: its own lines are counted */
	check_add("policy: capture\notherwise: archive x\ndoors: [{name: m, kind: milter, "
		  "listen: \"unix:/m\", on_failure: defer}]\n",
	    HEAD CHENE,
	    "policy: line 2: otherwise (archive NAME): no archive of the policy has this name");
}

static void
archives_written_otherwise_are_not_touched(void **state)
{
	(void)state;
	check_add(
	    "policy: capture\narchives: [{name: a, path: /a, mailboxes: [a@a.example]}]\n" REST,
	    HEAD CHENE, "policy: line 2: its archives are not each on lines of their own");
}

/* ---- one less ------------------------------------------------------------------------------- */

static void
check_remove(const char *yaml, size_t archive, const char *expected)
{
	struct pb_buf before = borrow(yaml), after = PB_BUF_EMPTY;
	struct pb_error err = { 0 };
	enum pb_status status = pb_roster_remove(&before, archive, &after, &err);

	if (status != PB_OK) {
		pb_buf_clear(&after);
		assert_int_equal(pb_buf_printf(&after, "%s: %s", err.object, err.why), PB_OK);
	}
	assert_string_equal(pb_buf_text(&after), expected);
	pb_buf_done(&after);
}

static void
an_archive_is_taken_out_and_nothing_else_is_touched(void **state)
{
	(void)state;
	check_remove(
	    TOP TILLEULS "  # theirs\n" PLATANES REST, 0, TOP "  # theirs\n" PLATANES REST);
	check_remove(
	    TOP TILLEULS "  # theirs\n" PLATANES REST, 1, TOP TILLEULS "  # theirs\n" REST);
}

static void
what_would_leave_no_policy_is_refused(void **state)
{
	(void)state;
	check_remove(
	    TOP TILLEULS REST, 0, "line 3: archives: here belongs a list, of one value or more");
	check_remove(TOP TILLEULS PLATANES
	    "otherwise: archive platanes\n"
	    "doors:\n  - {name: m, kind: milter, listen: \"unix:/m\", "
	    "on_failure: defer}\n",
	    1, "line 7: otherwise (archive NAME): no archive of the policy has this name");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(archives_are_put_behind_the_last_and_nothing_else_is_touched),
		cmocka_unit_test(a_policy_without_archives_gets_the_first_ones),
		cmocka_unit_test(what_the_policy_has_is_passed_over),
		cmocka_unit_test(what_cannot_stand_is_named_by_its_line_and_column),
		cmocka_unit_test(a_list_says_what_it_has),
		cmocka_unit_test(where_a_map_says_whose_mail_is_whose_a_row_needs_no_mailboxes),
		cmocka_unit_test(a_fault_of_the_policy_is_the_policys),
		cmocka_unit_test(archives_written_otherwise_are_not_touched),
		cmocka_unit_test(an_archive_is_taken_out_and_nothing_else_is_touched),
		cmocka_unit_test(what_would_leave_no_policy_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
