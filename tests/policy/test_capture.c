#include "policy/fixture.h"

#include "core/limits.h"
#include "policy/capture.h"

/* Each refusal replaces one of its lines. */
static const char good[] = /* 1 */ "policy: capture\n"
				   /* 2 */ "archives:\n"
				   /* 3 */ "  - name: tilleuls\n"
				   /* 4 */ "    path: /srv/tilleuls\n"
				   /* 5 */ "    mailboxes: [cabinet@tilleuls.example]\n"
				   /* 6 */ "  - name: platanes\n"
				   /* 7 */ "    path: /srv/platanes\n"
				   /* 8 */ "    mailboxes: [\"@platanes.example\", b@x.example]\n"
				   /* 9 */ "otherwise: pass\n"
				   /* 10 */ "doors:\n"
				   /* 11 */ "  - name: milter\n"
				   /* 12 */ "    kind: milter\n"
				   /* 13 */ "    listen: unix:/run/probant/milter.sock\n"
				   /* 14 */ "    on_failure: defer\n"
				   /* 15 */ "  - name: filtre\n"
				   /* 16 */ "    kind: proxy\n"
				   /* 17 */ "    listen: 127.0.0.1:10025\n"
				   /* 18 */ "    next_hop: 127.0.0.1:10026\n"
				   /* 19 */ "    on_failure: defer-then-deliver 30 min\n";

#define DOOR0 "doors[0]."
#define DOOR1 "doors[1]."
#define PATH95 PATH45 PATH45 "/1234"
#define PATH45 "/12345678/12345678/12345678/12345678/12345678"

static enum pb_status
parse(const void *text, size_t len, struct pb_error *err)
{
	struct pb_capture_policy *policy = NULL;
	enum pb_status status = pb_capture_policy_parse(text, len, &policy, err);

	assert_true((status == PB_OK) == (policy != NULL));
	pb_capture_policy_free(policy);
	return status;
}

static void
check_all(const struct refusal *refusals, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_refusal(good, &refusals[i], parse);
}
#define CHECK_ALL(refusals) check_all(refusals, sizeof(refusals) / sizeof((refusals)[0]))

/* ---- the whole ------------------------------------------------------------------------------ */

static void
a_policy_says_what_it_is(void **state)
{
	static const struct refusal refusals[] = {
		{ 1, "", "line 2: policy (capture, timestamp)", "this key is missing" },
		{ 1, "policy: timestamp", "line 1: policy (capture)",
		    "this is a policy of another kind" },
		{ 1, "policy: recherche", "line 1: policy (capture, timestamp)",
		    "this is none of the words that can stand here" },
		{ 1, "policy: [capture]", "line 1: policy", "here belongs a value" },
	};

	(void)state;
	CHECK_ALL(refusals);
	check_refusal("\n",
	    &(struct refusal){
		1, "- capture", "line 1", "here belongs a mapping: keys and values" },
	    parse);
}

static void
a_key_that_is_not_known_is_refused_before_one_that_lacks(void **state)
{
	static const char UNKNOWN[] = "there is no such key here";
	static const struct refusal refusals[] = {
		{ 9, "otherwize: pass", "line 9: otherwize", UNKNOWN },
		{ 14, "    on_failur: defer", "line 14: " DOOR0 "on_failur", UNKNOWN },
		{ 5, "    mailbox: [a@b.example]", "line 5: archives[0].mailbox", UNKNOWN },
		{ 9, "otherwise: pass\nusers: {doors: x}", "line 10: users.doors", UNKNOWN },
		{ 14, "    on_failure: defer\n    tls: {cert: /c}", "line 15: " DOOR0 "tls.cert",
		    UNKNOWN },
	};

	(void)state;
	CHECK_ALL(refusals);
}

static void
what_must_be_chosen_has_no_default(void **state)
{
	static const char MISSING[] = "this key is missing";
	static const struct refusal refusals[] = {
		{ 9, "", "line 1: otherwise", MISSING },
		{ 14, "", "line 11: " DOOR0 "on_failure", MISSING },
		{ 13, "", "line 11: " DOOR0 "listen", MISSING },
		{ 12, "", "line 11: " DOOR0 "kind", MISSING },
		{ 4, "", "line 3: archives[0].path", MISSING },
		{ 14, "    on_failure:", "line 14: " DOOR0 "on_failure", "here belongs a value" },
		{ 10, "doors: []\nusers:", "line 10: doors",
		    "here belongs a list, of one value or more" },
	};

	(void)state;
	check_all(refusals, 6);
	check_refusal("policy: capture\narchives: [{name: a, path: /a}]\n\notherwise: archive a\n",
	    &(struct refusal){ 3, "", "line 1: doors", MISSING }, parse);
	check_refusal("policy: capture\narchives: [{name: a, path: /a}]\n\notherwise: archive a\n",
	    &(struct refusal){
		3, "doors: []", "line 3: doors", "here belongs a list, of one value or more" },
	    parse);
}

/* ---- values --------------------------------------------------------------------------------- */

static void
names_paths_and_users_are_plain(void **state)
{
	static const char NAME[] = "a name is 1 to 32 lower-case letters, digits and hyphens";
	static const char PATH[] =
	    "a path begins with /, and has no . or .. and no empty name in it";
	static const struct refusal refusals[] = {
		{ 3, "  - name: Tilleuls", "line 3: archives[0].name", NAME },
		{ 3, "  - name: tilleuls/..", "line 3: archives[0].name", NAME },
		{ 11, "  - name: a23456789012345678901234567890123", "line 11: " DOOR0 "name",
		    NAME },
		{ 4, "    path: srv", "line 4: archives[0].path", PATH },
		{ 4, "    path: /", "line 4: archives[0].path", PATH },
		{ 4, "    path: /srv/../etc", "line 4: archives[0].path", PATH },
		{ 4, "    path: /srv/./a", "line 4: archives[0].path", PATH },
		{ 4, "    path: /srv//a", "line 4: archives[0].path", PATH },
		{ 4, "    path: /srv/a/", "line 4: archives[0].path", PATH },
		{ 1, "policy: capture\nstate_dir: var", "line 2: state_dir", PATH },
		{ 1, "policy: capture\ntimestamp: timestamp.yaml", "line 2: timestamp", PATH },
		{ 1, "policy: capture\nruntime_dir: " PATH95 "5", "line 2: runtime_dir",
		    "this path has more than 95 octets: sockets would not fit in it" },
		{ 1, "policy: capture\nusers: {door: \"root;x\"}", "line 2: users.door",
		    "this is no name of a user" },
		{ 1, "policy: capture\nusers: {writer: 0}", "line 2: users.writer",
		    "this is no name of a user" },
	};

	(void)state;
	CHECK_ALL(refusals);
}

static void
addresses_are_of_sockets_or_numbers(void **state)
{
	static const char PATH[] = "the path of a socket begins with /, and has at most 107 octets";
	static const char NONE[] = "this is no address";
	static const char OBJECT[] =
	    "line 13: " DOOR0 "listen (unix:/path, 127.0.0.1:25, \"[::1]:25\")";
	static const struct refusal refusals[] = {
		{ 13, "    listen: unix:milter.sock", "line 13: " DOOR0 "listen", PATH },
		{ 13, "    listen: unix:" PATH95 "/123456789012", "line 13: " DOOR0 "listen",
		    PATH },
		{ 13, "    listen: localhost:25", OBJECT, NONE },
		{ 13, "    listen: 127.0.0.1", OBJECT, NONE },
		{ 13, "    listen: 127.0.0.1:0", OBJECT, NONE },
		{ 13, "    listen: 127.0.0.1:65536", OBJECT, NONE },
		{ 13, "    listen: 127.0.0.1:025", OBJECT, NONE },
		{ 13, "    listen: 127.0.0.256:25", OBJECT, NONE },
		{ 13, "    listen: \"::1:25\"", OBJECT, NONE },
		{ 13, "    listen: \"[127.0.0.1]:25\"", OBJECT, NONE },
		{ 13, "    listen: \"[]:25\"", OBJECT, NONE },
	};

	(void)state;
	CHECK_ALL(refusals);
}

static void
quantities_have_a_unit_and_bounds(void **state)
{
	static const char OUTSIDE[] = "this is outside of what it can be";
	static const char DURATION[] = "this is no duration such as 5 min (s, min, h, d)";
	static const char SIZE[] = "this is no size such as 100 MB (B, kB, MB, GB, KiB, MiB, GiB)";
	static const struct refusal refusals[] = {
		{ 1, "policy: capture\nheartbeat: 60", "line 2: heartbeat (1 min - 1 d)",
		    DURATION },
		{ 1, "policy: capture\nheartbeat: 1 hour", "line 2: heartbeat (1 min - 1 d)",
		    DURATION },
		{ 1, "policy: capture\nheartbeat: 1.5 h", "line 2: heartbeat (1 min - 1 d)",
		    DURATION },
		{ 1, "policy: capture\nheartbeat: -1 h", "line 2: heartbeat (1 min - 1 d)",
		    DURATION },
		{ 1, "policy: capture\nheartbeat: 213503982334602 d",
		    "line 2: heartbeat (1 min - 1 d)", DURATION },
		{ 1, "policy: capture\nheartbeat: 59 s", "line 2: heartbeat (1 min - 1 d)",
		    OUTSIDE },
		{ 1, "policy: capture\nheartbeat: 25 h", "line 2: heartbeat (1 min - 1 d)",
		    OUTSIDE },
		{ 14, "    on_failure: defer\n    max_message: 100",
		    "line 15: " DOOR0 "max_message (64 KiB - 4 GB)", SIZE },
		{ 14, "    on_failure: defer\n    max_message: 100 Mo",
		    "line 15: " DOOR0 "max_message (64 KiB - 4 GB)", SIZE },
		{ 14, "    on_failure: defer\n    max_message: 64 kB",
		    "line 15: " DOOR0 "max_message (64 KiB - 4 GB)", OUTSIDE },
		{ 14, "    on_failure: defer\n    max_sessions: 0",
		    "line 15: " DOOR0 "max_sessions (1 - 1000)", OUTSIDE },
		{ 14, "    on_failure: defer\n    max_sessions: many",
		    "line 15: " DOOR0 "max_sessions (1 - 1000)", "this is not a number" },
	};

	(void)state;
	CHECK_ALL(refusals);
}

static void
words_are_closed(void **state)
{
	static const char WORD[] = "this is none of the words that can stand here";
	static const struct refusal refusals[] = {
		{ 12, "    kind: imap", "line 12: " DOOR0 "kind (milter, proxy, lmtp)", WORD },
		{ 12, "    kind: milter 2", "line 12: " DOOR0 "kind (milter, proxy, lmtp)", WORD },
		{ 14, "    on_failure: accept",
		    "line 14: " DOOR0 "on_failure (defer, defer-then-deliver, deliver)", WORD },
		{ 14, "    on_failure: defer 5 min", "line 14: " DOOR0 "on_failure",
		    "only defer-then-deliver has a duration" },
		{ 14, "    on_failure: defer-then-deliver",
		    "line 14: " DOOR0 "on_failure (1 s - 4 d)",
		    "this is no duration such as 5 min (s, min, h, d)" },
		{ 14, "    on_failure: defer-then-deliver 5 d",
		    "line 14: " DOOR0 "on_failure (1 s - 4 d)",
		    "this is outside of what it can be" },
		{ 14, "    on_failure: defer\n    journal: oui",
		    "line 15: " DOOR0 "journal (no, yes)", WORD },
		{ 9, "otherwise: drop", "line 9: otherwise (defer, pass, archive)", WORD },
		{ 9, "otherwise: pass tilleuls", "line 9: otherwise",
		    "nothing may stand behind this word" },
		{ 9, "otherwise: archive chenes", "line 9: otherwise (archive NAME)",
		    "no archive of the policy has this name" },
		{ 9, "otherwise: archive", "line 9: otherwise (archive NAME)",
		    "no archive of the policy has this name" },
	};

	(void)state;
	CHECK_ALL(refusals);
}

/* ---- meaning -------------------------------------------------------------------------------- */

static void
archives_and_doors_do_not_get_into_each_others_way(void **state)
{
	static const char THERE[] = "another archive stands there, or in it";
	static const struct refusal refusals[] = {
		{ 6, "  - name: tilleuls", "line 6: archives[1].name",
		    "another archive has this name" },
		{ 7, "    path: /srv/tilleuls", "line 7: archives[1].path (/srv/tilleuls)", THERE },
		{ 7, "    path: /srv/tilleuls/b", "line 7: archives[1].path (/srv/tilleuls)",
		    THERE },
		{ 7, "    path: /srv", "line 7: archives[1].path (/srv/tilleuls)", THERE },
		{ 15, "  - name: milter", "line 15: " DOOR1 "name", "another door has this name" },
		{ 17, "    listen: unix:/run/probant/milter.sock",
		    "line 17: " DOOR1 "listen (milter)", "another door listens there" },
		{ 13, "    listen: 127.0.0.1:10025", "line 17: " DOOR1 "listen (milter)",
		    "another door listens there" },
		{ 18, "    next_hop: 127.0.0.1:10025", "line 18: " DOOR1 "next_hop (filtre)",
		    "this is a door of the policy itself" },
		{ 18, "    next_hop: unix:/run/probant/milter.sock",
		    "line 18: " DOOR1 "next_hop (milter)", "this is a door of the policy itself" },
	};

	(void)state;
	CHECK_ALL(refusals);
}

static void
two_spellings_of_an_address_are_one(void **state)
{
	(void)state;
	check_refusal("policy: capture\n"
		      "archives: [{name: a, path: /a}]\n"
		      "otherwise: archive a\n"
		      "doors:\n"
		      "  - {name: a, kind: lmtp, listen: \"[::1]:24\", on_failure: defer}\n"
		      "\n",
	    &(struct refusal){ 6,
		"  - {name: b, kind: lmtp, listen: \"[0:0:0:0:0:0:0:1]:24\", on_failure: defer}",
		"line 6: doors[1].listen (a)", "another door listens there" },
	    parse);
}

static void
a_mailbox_belongs_to_one_archive(void **state)
{
	static const char ONE[] = "a mailbox belongs to one archive, once";
	static const char NONE[] = "this is no mailbox";
	static const char HINT[] =
	    "line 5: archives[0].mailboxes[0] (cabinet@tilleuls.example, \"@tilleuls.example\")";
	static const struct refusal refusals[] = {
		{ 8, "    mailboxes: [a@b.example, CABINET@Tilleuls.EXAMPLE]",
		    "line 8: archives[1].mailboxes[1]", ONE },
		{ 5, "    mailboxes: [b@x.example]", "line 8: archives[1].mailboxes[1]", ONE },
		{ 5, "    mailboxes: [a@b.example, d@e.example, a@B.example]",
		    "line 5: archives[0].mailboxes[2]", ONE },
		{ 5, "    mailboxes: [\"@Platanes.example\"]", "line 8: archives[1].mailboxes[0]",
		    ONE },
		{ 5, "    mailboxes: [tilleuls.example]", HINT, NONE },
		{ 5, "    mailboxes: [cabinet@]", HINT, NONE },
		{ 5, "    mailboxes: [\"@a@b.example\"]", HINT, NONE },
		{ 5, "    mailboxes: [le cabinet@tilleuls.example]", HINT, NONE },
		{ 5, "    mailboxes: []", "line 5: archives[0].mailboxes",
		    "here belongs a list, of one value or more" },
		{ 5, "    mailboxes: a@b.example", "line 5: archives[0].mailboxes",
		    "here belongs a list, of one value or more" },
		{ 5, "", "line 3: archives[0].mailboxes", "nothing would come into this archive" },
		{ 5, "    mailboxes: [\"\"]", "line 5: archives[0].mailboxes[0]",
		    "here belongs a value" },
	};

	(void)state;
	CHECK_ALL(refusals);
}

static void
each_kind_of_door_has_what_it_needs(void **state)
{
	static const struct refusal refusals[] = {
		{ 18, "", "line 15: " DOOR1 "next_hop",
		    "a proxy needs it: whom it passes mail on to" },
		{ 14, "    on_failure: defer\n    next_hop: 127.0.0.1:1",
		    "line 15: " DOOR0 "next_hop", "only a proxy passes mail on" },
		{ 14, "    on_failure: defer\n    tls: {certificate: /c, key: /k}",
		    "line 15: " DOOR0 "tls", "a milter has no STARTTLS" },
		{ 19, "    on_failure: defer\n    tls: {certificate: /c}",
		    "line 20: " DOOR1 "tls.key", "this key is missing" },
		{ 19, "    on_failure: defer\n    tls: {key: /k}",
		    "line 20: " DOOR1 "tls.certificate", "this key is missing" },
		{ 14, "    on_failure: defer\n    journal: yes", "line 15: " DOOR0 "journal",
		    "journal reports come by an lmtp door" },
	};

	(void)state;
	CHECK_ALL(refusals);
}

static void
this_machine_alone_asks_how_capture_does(void **state)
{
#define METRICS(at) "otherwise: pass\nmetrics: " at
#define LOOPBACK "only this machine itself may ask: an address of 127.0.0.0/8 or ::1"
	static const char object[] = "line 10: metrics (127.0.0.1:9464)";
	static const struct refusal refusals[] = {
		{ 9, METRICS("192.0.2.1:9464"), object, LOOPBACK },
		{ 9, METRICS("0.0.0.0:9464"), object, LOOPBACK },
		{ 9, METRICS("\"[::]:9464\""), object, LOOPBACK },
		{ 9, METRICS("\"[::ffff:127.0.0.1]:9464\""), object, LOOPBACK },
		{ 9, METRICS("unix:/run/probant/metrics.sock"), object, LOOPBACK },
		{ 9, METRICS("localhost:9464"),
		    "line 10: metrics (unix:/path, 127.0.0.1:25, \"[::1]:25\")",
		    "this is no address" },
		{ 9, METRICS("127.0.0.1:10025"), "line 10: metrics (filtre)",
		    "a door listens there" },
	};

	(void)state;
	CHECK_ALL(refusals);
}

static void
there_are_so_many_doors(void **state)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_error err = { 0 };
	unsigned i;

	(void)state;
	assert_int_equal(pb_buf_append_text(&text, "policy: capture\n"
						   "archives: [{name: a, path: /a}]\n"
						   "otherwise: archive a\n"
						   "doors:\n"),
	    PB_OK);
	for (i = 1; i <= PB_LIMIT_POLICY_DOORS; i++)
		assert_int_equal(pb_buf_printf(&text,
				     "  - {name: d%u, kind: lmtp, listen: "
				     "127.0.0.1:%u, on_failure: defer}\n",
				     i, i),
		    PB_OK);
	assert_int_equal(parse(text.data, text.len, &err), PB_OK);
	assert_int_equal(pb_buf_append_text(&text, "  - {}\n"), PB_OK);
	assert_int_equal(parse(text.data, text.len, &err), PB_ELIMIT);
	assert_string_equal(err.object, "line 4: doors");
	pb_buf_done(&text);
}

/* ---- what is understood --------------------------------------------------------------------- */

static struct pb_capture_policy *
parse_text(const struct pb_buf *text)
{
	struct pb_capture_policy *policy = NULL;
	struct pb_error err = { 0 };

	if (pb_capture_policy_parse(text->data, text->len, &policy, &err) != PB_OK)
		fail_msg("%s: %s", err.object, err.why);
	return policy;
}

static void
what_is_not_said_has_its_default(void **state)
{
	struct pb_buf text = replace_line(good, 0, "");
	struct pb_capture_policy *policy = parse_text(&text);
	const struct pb_policy_door *door = &policy->door[1];

	(void)state;
	assert_string_equal(policy->runtime_dir, "/run/probant");
	assert_string_equal(policy->state_dir, "/var/lib/probant");
	assert_null(policy->door_user);
	assert_null(policy->writer_user);
	assert_null(policy->stamper_user);
	assert_null(policy->herald_user);
	assert_null(policy->metrics.host);
	assert_null(policy->timestamp);
	assert_int_equal(policy->heartbeat_s, 3600);
	assert_int_equal(policy->otherwise, PB_OTHERWISE_PASS);
	assert_int_equal(policy->archive_count, 2);
	assert_string_equal(policy->archive[1].name, "platanes");
	assert_string_equal(policy->archive[1].path, "/srv/platanes");
	assert_int_equal(policy->archive[1].mailbox_count, 2);
	assert_string_equal(policy->archive[1].mailbox[0], "@platanes.example");
	assert_int_equal(policy->door_count, 2);
	assert_string_equal(policy->door[0].listen.path, "/run/probant/milter.sock");
	assert_null(policy->door[0].listen.host);
	assert_int_equal(policy->door[0].on_failure, PB_FAILURE_DEFER);
	assert_int_equal(policy->door[0].deliver_after_s, 0);
	assert_string_equal(door->name, "filtre");
	assert_int_equal(door->kind, PB_DOOR_PROXY);
	assert_null(door->listen.path);
	assert_string_equal(door->listen.host, "127.0.0.1");
	assert_int_equal(door->listen.port, 10025);
	assert_int_equal(door->next_hop.port, 10026);
	assert_int_equal(door->on_failure, PB_FAILURE_DEFER_THEN_DELIVER);
	assert_int_equal(door->deliver_after_s, 1800);
	assert_int_equal(door->max_message, 100000000);
	assert_int_equal(door->max_sessions, 100);
	assert_null(door->tls_certificate);
	assert_null(door->tls_key);
	assert_false(door->journal);
	pb_capture_policy_free(policy);
	pb_buf_done(&text);
}

static void
a_timestamp_policy_is_named_by_its_path(void **state)
{
	struct pb_buf text =
	    replace_line(good, 1, "policy: capture\ntimestamp: /etc/probant/timestamp.yaml");
	struct pb_capture_policy *policy = parse_text(&text);

	(void)state;
	assert_string_equal(policy->timestamp, "/etc/probant/timestamp.yaml");
	pb_capture_policy_free(policy);
	pb_buf_done(&text);
}

static void
the_example_is_understood(void **state)
{
	struct pb_buf text = read_example("policies/capture.yaml");
	struct pb_capture_policy *policy = parse_text(&text);
	const struct pb_policy_door *journal = &policy->door[2];

	(void)state;
	assert_string_equal(policy->door_user, "probant-door");
	assert_string_equal(policy->writer_user, "probant");
	assert_string_equal(policy->stamper_user, "probant-stamp");
	assert_string_equal(policy->metrics.host, "127.0.0.1");
	assert_int_equal(policy->metrics.port, 9464);
	assert_null(policy->timestamp);
	assert_int_equal(policy->door_count, 3);
	assert_string_equal(journal->listen.host, "::1");
	assert_true(journal->journal);
	assert_int_equal(journal->max_sessions, 20);
	assert_string_equal(journal->tls_certificate, "/etc/probant/tls/chain.pem");
	assert_string_equal(journal->tls_key, "/etc/probant/tls/key.pem");
	pb_capture_policy_free(policy);
	pb_buf_done(&text);
}

static void
the_longest_paths_are_taken(void **state)
{
	static const char socket[] = "    listen: unix:" PATH95 "/12345678901";
	struct pb_buf text = replace_line(good, 13, socket), other;
	struct pb_capture_policy *policy = parse_text(&text);

	(void)state;
	assert_int_equal(strlen(policy->door[0].listen.path), 107);
	pb_capture_policy_free(policy);
	pb_buf_done(&text);
	other = replace_line(good, 1, "policy: capture\nruntime_dir: " PATH95);
	policy = parse_text(&other);
	assert_int_equal(strlen(policy->runtime_dir), 95);
	pb_capture_policy_free(policy);
	pb_buf_done(&other);
}

static size_t
owner(const struct pb_capture_policy *policy, const char *address)
{
	return pb_capture_policy_owner(policy, address, strlen(address));
}

static void
a_mailbox_goes_before_its_domain(void **state)
{
	struct pb_buf text = replace_line(
	    good, 5, "    mailboxes: [cabinet@tilleuls.example, accueil@platanes.example]");
	struct pb_capture_policy *policy = parse_text(&text);

	(void)state;
	assert_int_equal(owner(policy, "cabinet@tilleuls.example"), 0);
	assert_int_equal(owner(policy, "Cabinet@TILLEULS.example"), 0);
	assert_int_equal(owner(policy, "accueil@platanes.example"), 0);
	assert_int_equal(owner(policy, "accueil2@platanes.example"), 1);
	assert_int_equal(owner(policy, "accuei@platanes.example"), 1);
	assert_int_equal(owner(policy, "\"a@b\"@platanes.example"), 1);
	assert_int_equal(owner(policy, "b@x.example"), 1);
	assert_int_equal(owner(policy, "autre@tilleuls.example"), SIZE_MAX);
	assert_int_equal(owner(policy, "a@sous.platanes.example"), SIZE_MAX);
	assert_int_equal(owner(policy, "@platanes.example"), SIZE_MAX);
	assert_int_equal(owner(policy, "platanes.example"), SIZE_MAX);
	assert_int_equal(owner(policy, ""), SIZE_MAX);
	assert_int_equal(owner(policy, "b@x.exampl\xc3\xa9"), SIZE_MAX);
	assert_int_equal(pb_capture_policy_owner(policy, "b@x.example\0c", 13), SIZE_MAX);
	assert_int_equal(pb_capture_policy_owner(policy, "b@x.exampleur", 11), 1);
	pb_capture_policy_free(policy);
	pb_buf_done(&text);
}

static void
what_is_nobodys_may_have_an_archive_of_its_own(void **state)
{
	struct pb_buf half = replace_line(good, 8, ""), text;
	struct pb_capture_policy *policy;

	(void)state;
	assert_non_null(pb_buf_text(&half));
	text = replace_line(pb_buf_text(&half), 9, "otherwise: archive platanes");
	policy = parse_text(&text);
	assert_int_equal(policy->otherwise, PB_OTHERWISE_ARCHIVE);
	assert_int_equal(policy->otherwise_archive, 1);
	assert_int_equal(policy->archive[1].mailbox_count, 0);
	assert_int_equal(owner(policy, "a@platanes.example"), SIZE_MAX);
	pb_capture_policy_free(policy);
	pb_buf_done(&text);
	pb_buf_done(&half);
}

static void
memory_that_runs_out_is_said_to_have(void **state)
{
	struct pb_buf text;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	text = read_example("policies/capture.yaml");
	check_memory(&text, parse);
	pb_buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_says_what_it_is),
		cmocka_unit_test(a_key_that_is_not_known_is_refused_before_one_that_lacks),
		cmocka_unit_test(what_must_be_chosen_has_no_default),
		cmocka_unit_test(names_paths_and_users_are_plain),
		cmocka_unit_test(addresses_are_of_sockets_or_numbers),
		cmocka_unit_test(quantities_have_a_unit_and_bounds),
		cmocka_unit_test(words_are_closed),
		cmocka_unit_test(archives_and_doors_do_not_get_into_each_others_way),
		cmocka_unit_test(two_spellings_of_an_address_are_one),
		cmocka_unit_test(a_mailbox_belongs_to_one_archive),
		cmocka_unit_test(each_kind_of_door_has_what_it_needs),
		cmocka_unit_test(this_machine_alone_asks_how_capture_does),
		cmocka_unit_test(there_are_so_many_doors),
		cmocka_unit_test(what_is_not_said_has_its_default),
		cmocka_unit_test(a_timestamp_policy_is_named_by_its_path),
		cmocka_unit_test(the_example_is_understood),
		cmocka_unit_test(the_longest_paths_are_taken),
		cmocka_unit_test(a_mailbox_goes_before_its_domain),
		cmocka_unit_test(what_is_nobodys_may_have_an_archive_of_its_own),
		cmocka_unit_test(memory_that_runs_out_is_said_to_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
