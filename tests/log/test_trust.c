#include "log/fixture.h"

#include "log/trust.h"

#define ORIGIN "cabinet-exemple.example/mail/0a1b2c3d"
#define TEXT ORIGIN "\n3\nroot\nhead\n"
#define WITNESSES 6

/*
 * A log and six witnesses.  Policies are written with $L, $1 ... $6 for their verifier keys.
 */
struct cast {
	struct pb_ed25519 *log;
	struct pb_ed25519 *witness[WITNESSES];
	struct pb_buf vkey[WITNESSES + 1]; /* the log's is the first */
};

static const char *
witness_name(size_t number)
{
	static const char *const names[] = { "w1.example", "w2.example", "w3.example", "w4.example",
		"w5.example", "w6.example" };

	return names[number - 1];
}

static void
write_vkey(struct pb_buf *buf, const char *name, uint8_t type, const struct pb_ed25519 *key)
{
	struct pb_note_verifier verifier = verifier_of(name, type, key);

	assert_int_equal(pb_note_verifier_format(&verifier, buf), PB_OK);
}

static int
gather(void **state)
{
	struct cast *cast = calloc(1, sizeof(*cast));

	if (cast == NULL || start_crypto(state) != 0)
		return -1;
	cast->log = make_key(0x70);
	write_vkey(&cast->vkey[0], ORIGIN, PB_NOTE_ED25519, cast->log);
	for (size_t i = 0; i < WITNESSES; i++) {
		cast->witness[i] = make_key((uint8_t)(0x71 + i));
		write_vkey(
		    &cast->vkey[i + 1], witness_name(i + 1), PB_NOTE_COSIGNATURE, cast->witness[i]);
	}
	*state = cast;
	return 0;
}

static int
dismiss(void **state)
{
	struct cast *cast = *state;

	for (size_t i = 0; i <= WITNESSES; i++)
		pb_buf_done(&cast->vkey[i]);
	for (size_t i = 0; i < WITNESSES; i++)
		pb_ed25519_free(cast->witness[i]);
	pb_ed25519_free(cast->log);
	free(cast);
	return 0;
}

static struct pb_buf
write_policy(const struct cast *cast, const char *pattern)
{
	struct pb_buf out = PB_BUF_EMPTY;

	for (; *pattern != '\0'; pattern++) {
		const struct pb_buf *vkey;

		if (*pattern != '$') {
			assert_int_equal(pb_buf_append(&out, pattern, 1), PB_OK);
			continue;
		}
		pattern++;
		vkey = &cast->vkey[*pattern == 'L' ? 0 : *pattern - '0'];
		assert_int_equal(pb_buf_append(&out, vkey->data, vkey->len), PB_OK);
	}
	return out;
}

static struct pb_trust *
trust_of(const struct cast *cast, const char *pattern)
{
	struct pb_buf policy = write_policy(cast, pattern);
	struct pb_trust *trust = NULL;

	assert_int_equal(pb_trust_parse(policy.data, policy.len, &trust, NULL), PB_OK);
	pb_buf_done(&policy);
	return trust;
}

static enum pb_status
status_of(const struct cast *cast, const char *pattern, struct pb_error *err)
{
	struct pb_buf policy = write_policy(cast, pattern);
	struct pb_trust *trust = NULL;
	enum pb_status status = pb_trust_parse(policy.data, policy.len, &trust, err);

	assert_int_equal(trust != NULL, status == PB_OK);
	pb_trust_free(trust);
	pb_buf_done(&policy);
	return status;
}

/* A note of the log that witness i cosigned at times_s[i], unless that is 0. */
static enum pb_trust_quorum
check(const struct cast *cast, const struct pb_trust *trust, const uint64_t times_s[WITNESSES],
    uint64_t *ret_time_s)
{
	const struct pb_ed25519 *key = cast->log;
	const char *name = ORIGIN;
	struct pb_buf buf = PB_BUF_EMPTY;
	enum pb_trust_quorum quorum;
	struct pb_note note;

	assert_int_equal(pb_note_sign(TEXT, strlen(TEXT), &name, &key, 1, &buf, NULL), PB_OK);
	for (size_t i = 0; i < WITNESSES; i++)
		if (times_s[i] != 0)
			append_cosignature(
			    &buf, TEXT, witness_name(i + 1), cast->witness[i], times_s[i]);
	assert_int_equal(pb_note_parse(buf.data, buf.len, &note, NULL), PB_OK);
	quorum = pb_trust_check(trust, &note, ret_time_s);
	pb_buf_done(&buf);
	return quorum;
}

/* Which of the 64 sets of witnesses satisfy the policy: compared with `expected`. */
static void
compare_with(const struct cast *cast, const char *pattern, bool (*expected)(unsigned set))
{
	struct pb_trust *trust = trust_of(cast, pattern);

	for (unsigned set = 0; set < 1 << WITNESSES; set++) {
		uint64_t times_s[WITNESSES], time_s = 77;

		for (size_t i = 0; i < WITNESSES; i++)
			times_s[i] = set >> i & 1 ? 1000 : 0;
		assert_int_equal(check(cast, trust, times_s, &time_s),
		    expected(set) ? PB_QUORUM_MET : PB_QUORUM_MISSED);
		assert_int_equal(time_s, expected(set) ? 1000 : 0);
	}
	pb_trust_free(trust);
}

#define SIX "witness 1 $1\nwitness 2 $2\nwitness 3 $3\nwitness 4 $4\nwitness 5 $5\nwitness 6 $6\n"

static bool
has(unsigned set, unsigned witness)
{
	return set >> (witness - 1) & 1;
}

static bool
the_fourth(unsigned set)
{
	return has(set, 4);
}

static bool
any_of_the_first_three(unsigned set)
{
	return has(set, 1) || has(set, 2) || has(set, 3);
}

static bool
all_of_the_first_three(unsigned set)
{
	return has(set, 1) && has(set, 2) && has(set, 3);
}

static bool
four(unsigned set)
{
	return __builtin_popcount(set) >= 4;
}

/* The example of the specification. */
static bool
two_of_x_and_one_of_y(unsigned set)
{
	return __builtin_popcount(set & 7) >= 2 && (set >> 3) != 0;
}

static bool
nested(unsigned set)
{
	return (has(set, 1) && has(set, 2)) + (has(set, 3) || has(set, 4)) + has(set, 5) >= 2;
}

static void
trust_quorum_of_one_witness_is_met_by_him(void **state)
{
	compare_with(*state, SIX "quorum 4\n", the_fourth);
	compare_with(*state, SIX "group g all 4\nquorum g\n", the_fourth);
	compare_with(*state, SIX "group g 1 4\ngroup h any g\nquorum h\n", the_fourth);
}

static void
trust_groups_need_any_all_or_k_of_their_members(void **state)
{
	compare_with(*state, SIX "group g any 1 2 3\nquorum g\n", any_of_the_first_three);
	compare_with(*state, SIX "group g 1 3 2 1\nquorum g\n", any_of_the_first_three);
	compare_with(*state, SIX "group g all 1 2 3\nquorum g\n", all_of_the_first_three);
	compare_with(*state, SIX "group g 3 1 2 3\nquorum g\n", all_of_the_first_three);
	compare_with(*state, SIX "group g 4 1 2 3 4 5 6\nquorum g\n", four);
}

static void
trust_groups_nest(void **state)
{
	compare_with(*state,
	    "log $L\n\nwitness X1 $1\nwitness X2 $2\nwitness X3 $3\n"
	    "group X-witnesses 2 X1 X2 X3\n\n"
	    "witness Y1 $4\nwitness Y2 $5\nwitness Y3 $6\n"
	    "group Y-witnesses any Y1 Y2 Y3\n\n"
	    "group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
	    two_of_x_and_one_of_y);
	compare_with(
	    *state, SIX "group a all 1 2\ngroup b any 3 4\ngroup c 2 a b 5\nquorum c\n", nested);
}

static void
trust_tells_the_earliest_time_at_which_the_quorum_stood(void **state)
{
	static const uint64_t times_s[WITNESSES] = { 30, 10, 20, 60, 50, 40 };
	static const struct {
		const char *quorum;
		uint64_t time_s;
	} cases[] = { { "quorum 1\n", 30 }, { "group g any 1 2 3\nquorum g\n", 10 },
		{ "group g 2 1 2 3\nquorum g\n", 20 }, { "group g all 1 2 3\nquorum g\n", 30 },
		{ "group g any 1 2 3\ngroup h all 4 5 6\ngroup i any g h\nquorum i\n", 10 },
		{ "group g any 1 2 3\ngroup h any 4 5 6\ngroup i all g h\nquorum i\n", 40 },
		{ "group g all 1 2 3\ngroup h all 4 5 6\ngroup i any g h\nquorum i\n", 30 } };
	struct cast *cast = *state;

	for (size_t i = 0; i < CASES(cases); i++) {
		char pattern[300];
		struct pb_trust *trust;
		uint64_t time_s = 0;

		snprintf(pattern, sizeof(pattern), SIX "%s", cases[i].quorum);
		trust = trust_of(cast, pattern);
		assert_int_equal(check(cast, trust, times_s, &time_s), PB_QUORUM_MET);
		assert_int_equal(time_s, cases[i].time_s);
		pb_trust_free(trust);
	}
}

static void
trust_with_quorum_none_asks_for_no_witness(void **state)
{
	static const uint64_t nobody[WITNESSES] = { 0 }, all[WITNESSES] = { 1, 1, 1, 1, 1, 1 };
	struct pb_trust *trust = trust_of(*state, "log $L\nwitness 1 $1\nquorum none\n");
	uint64_t time_s = 77;

	assert_int_equal(check(*state, trust, nobody, &time_s), PB_QUORUM_NONE);
	assert_int_equal(time_s, 0);
	time_s = 77;
	assert_int_equal(check(*state, trust, all, &time_s), PB_QUORUM_NONE);
	assert_int_equal(time_s, 0);
	pb_trust_free(trust);
}

static void
trust_refuses_a_note_with_a_forged_cosignature(void **state)
{
	static const char *const policies[] = { SIX "quorum 1\n", SIX "quorum 2\n",
		SIX "quorum none\n", SIX "group g any 1 3\nquorum g\n" };
	struct cast *cast = *state;

	for (size_t i = 0; i < CASES(policies); i++) {
		struct pb_trust *trust = trust_of(cast, policies[i]);
		struct pb_buf buf = PB_BUF_EMPTY;
		uint64_t time_s = 77;
		struct pb_note note;

		append_text(&buf, TEXT "\n");
		append_cosignature(&buf, TEXT, witness_name(1), cast->witness[0], 5);
		/* witness 2 saw another text */
		append_cosignature(&buf, "another\n", witness_name(2), cast->witness[1], 5);
		assert_int_equal(pb_note_parse(buf.data, buf.len, &note, NULL), PB_OK);
		assert_int_equal(pb_trust_check(trust, &note, &time_s), PB_QUORUM_FORGED);
		assert_int_equal(time_s, 0);
		pb_buf_done(&buf);
		pb_trust_free(trust);
	}
}

static void
trust_of_a_real_log_and_real_witnesses(void **state)
{
	struct pb_buf policy = read_file(C2SP "notes/arche2025h1.policy");
	struct pb_buf buf = read_file(C2SP "notes/arche2025h1.note");
	struct pb_trust *trust = NULL;
	uint64_t time_s = 0;
	struct pb_note note;
	char *line;

	(void)state;
	assert_int_equal(pb_trust_parse(policy.data, policy.len, &trust, NULL), PB_OK);
	assert_int_equal(pb_note_parse(buf.data, buf.len, &note, NULL), PB_OK);
	assert_int_equal(note.count, 6);
	assert_int_equal(
	    pb_note_verify(
		&note, pb_trust_log(trust, "arche2025h1.staging.ct.transparency.dev", 0), NULL),
	    PB_NOTE_GOOD);
	assert_int_equal(pb_trust_check(trust, &note, &time_s), PB_QUORUM_MET);
	assert_int_equal(time_s, 1779573024);

	/* without the last line, whose witness the quorum needs */
	pb_buf_text(&buf);
	line = strstr((char *)buf.data, "\xe2\x80\x94 witness.stagemole.eu");
	assert_non_null(line);
	assert_int_equal(
	    pb_note_parse(buf.data, (size_t)(line - (char *)buf.data), &note, NULL), PB_OK);
	assert_int_equal(pb_trust_check(trust, &note, &time_s), PB_QUORUM_MISSED);
	assert_int_equal(time_s, 0);

	/* with another size under the same signatures */
	*strstr((char *)buf.data, "1432088532") = '2';
	assert_int_equal(pb_note_parse(buf.data, buf.len, &note, NULL), PB_OK);
	assert_int_equal(pb_trust_check(trust, &note, &time_s), PB_QUORUM_FORGED);
	pb_trust_free(trust);
	pb_buf_done(&buf);
	pb_buf_done(&policy);
}

static void
trust_finds_the_keys_of_a_log_one_by_one(void **state)
{
	struct pb_ed25519 *other_key = make_key(0x55), *third_key = make_key(0x56);
	struct pb_buf policy = write_policy(*state, "log $L https://logs.example/\nlog ");
	struct pb_trust *trust = NULL;

	write_vkey(&policy, "other.example/log/00000001", PB_NOTE_ED25519, other_key);
	append_text(&policy, "\nlog ");
	write_vkey(&policy, ORIGIN, PB_NOTE_ED25519, third_key);
	append_text(&policy, "\nquorum none\n");
	assert_int_equal(pb_trust_parse(policy.data, policy.len, &trust, NULL), PB_OK);
	assert_int_equal(pb_trust_log(trust, ORIGIN, 0)->key_id,
	    verifier_of(ORIGIN, PB_NOTE_ED25519, ((struct cast *)*state)->log).key_id);
	assert_int_equal(pb_trust_log(trust, ORIGIN, 1)->key_id,
	    verifier_of(ORIGIN, PB_NOTE_ED25519, third_key).key_id);
	assert_null(pb_trust_log(trust, ORIGIN, 2));
	assert_non_null(pb_trust_log(trust, "other.example/log/00000001", 0));
	assert_null(pb_trust_log(trust, "other.example/log/00000001", 1));
	assert_null(pb_trust_log(trust, "nobody", 0));
	assert_null(pb_trust_log(trust, "", 0));
	pb_trust_free(trust);
	pb_buf_done(&policy);
	pb_ed25519_free(third_key);
	pb_ed25519_free(other_key);
}

static void
trust_accepts_what_the_specification_allows(void **state)
{
	static const char *const good[] = { "quorum none\n",
		"\n\n \t\n# x\n  # y\nquorum none\n#\n",
		"\tlog\t$L \t https://x.example/ \nquorum \t none \t\n",
		"witness w $1\nquorum w\nlog $L\n", "witness w $1 https://w.example\nquorum w\n",
		"quorum none\nwitness w $1\ngroup g any w\n",
		"witness K $1\nwitness \xe2\x84\xaa $2\ngroup \xff 2 K \xe2\x84\xaa\nquorum \xff\n",
		"# caf\xe9\nquorum none\n", "witness log $1\ngroup quorum any log\nquorum quorum\n",
		"witness any $1\nwitness all $2\ngroup 2 any all any\nquorum 2\n",
		"witness None $1\nquorum None\n", "witness w $1\ngroup g 1 w\nquorum w\n",
		"witness #w $1\nquorum #w\n" };

	for (size_t i = 0; i < CASES(good); i++)
		assert_int_equal(status_of(*state, good[i], NULL), PB_OK);
}

static void
trust_refuses_what_the_specification_forbids(void **state)
{
	static const struct {
		const char *text;
		const char *where;
	} bad[] = { /* no quorum, two, unknown, unfinished */
		{ "", "" }, { "log $L\n", "" }, { "# quorum none\n", "" },
		{ "quorum none", "line 1" }, { "log $L\nquorum none", "line 2" },
		{ "quorum none\nquorum none\n", "line 2" },
		{ "witness w $1\nquorum w\nquorum w\n", "line 3" }, { "quorum\n", "line 1" },
		{ "quorum w\n", "line 1" }, { "quorum w\nwitness w $1\n", "line 1" },
		{ "quorum none none\n", "line 1" }, { "quorum NONE\n", "line 1" },
		{ "witness w $1\nquorum w # x\n", "line 2" },
		/* words */
		{ "Quorum none\n", "line 1" }, { "quorumnone\n", "line 1" },
		{ "logs $L\n", "line 1" }, { "\xef\xbb\xbfquorum none\n", "line 1" },
		{ "quorum\xc2\xa0none\n", "line 1" },
		/* logs */
		{ "log\nquorum none\n", "line 1" }, { "log x\nquorum none\n", "line 1" },
		{ "log $L a b\nquorum none\n", "line 1" }, { "log $1\nquorum none\n", "line 1" },
		{ "log $L\nlog $L\nquorum none\n", "line 2" },
		/* witnesses */
		{ "witness\nquorum none\n", "line 1" }, { "witness w\nquorum none\n", "line 1" },
		{ "witness $1\nquorum none\n", "line 1" },
		{ "witness w $L\nquorum none\n", "line 1" },
		{ "witness w $1 a b\nquorum none\n", "line 1" },
		{ "witness none $1\nquorum none\n", "line 1" },
		{ "witness w $1\nwitness w $2\nquorum none\n", "line 2" },
		{ "witness w $1\nwitness v $1\nquorum none\n", "line 2" },
		/* groups */
		{ SIX "group\nquorum 1\n", "line 7" }, { SIX "group g\nquorum 1\n", "line 7" },
		{ SIX "group g any\nquorum 1\n", "line 7" },
		{ SIX "group g all\nquorum 1\n", "line 7" },
		{ SIX "group g 0\nquorum 1\n", "line 7" },
		{ SIX "group g 0 1\nquorum 1\n", "line 7" },
		{ SIX "group g 3 1 2\nquorum 1\n", "line 7" },
		{ SIX "group g 01 1\nquorum 1\n", "line 7" },
		{ SIX "group g -1 1\nquorum 1\n", "line 7" },
		{ SIX "group g +1 1\nquorum 1\n", "line 7" },
		{ SIX "group g one 1\nquorum 1\n", "line 7" },
		{ SIX "group g ANY 1\nquorum 1\n", "line 7" },
		{ SIX "group g 18446744073709551617 1\nquorum 1\n", "line 7" },
		{ SIX "group none any 1\nquorum 1\n", "line 7" },
		{ SIX "group 1 any 2\nquorum 1\n", "line 7" },
		{ SIX "group g any none\nquorum 1\n", "line 7" },
		{ SIX "group g any 1 1\nquorum g\n", "line 7" },
		{ SIX "group g any 1\ngroup h any 1\nquorum g\n", "line 8" },
		{ SIX "group g any 1\ngroup g any 2\nquorum g\n", "line 8" },
		{ SIX "group g any 1\ngroup h any g\ngroup i any g\nquorum i\n", "line 9" },
		{ SIX "group g any 7\nquorum 1\n", "line 7" },
		/* itself, later ones, circles */
		{ SIX "group g any g\nquorum g\n", "line 7" },
		{ SIX "group g any h\ngroup h any 1\nquorum g\n", "line 7" },
		{ SIX "group g any 1 h\ngroup h any g 2\nquorum g\n", "line 7" },
		/* octets */
		{ "quorum none\r\n", "line 1" }, { "# x\r\nquorum none\n", "line 1" },
		{ "# \x01\nquorum none\n", "line 1" }, { "quorum none\n\x0c\n", "line 2" },
		{ "quorum none\n# \x7f\n", "line 2" }, { "quorum\x0bnone\n", "line 1" },
		{ "# \x1b[2J\nquorum none\n", "line 1" }
	};

	for (size_t i = 0; i < CASES(bad); i++) {
		struct pb_error err = { .status = PB_OK };

		assert_int_equal(status_of(*state, bad[i].text, &err), PB_EDATA);
		assert_int_equal(err.status, PB_EDATA);
		assert_string_equal(err.object, bad[i].where);
		assert_non_null(err.why);
	}
}

static void
trust_has_limits(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	struct pb_trust *trust = NULL;

	(void)state;
	append_text(&buf, "quorum none\n");
	for (size_t i = 0; i < PB_LIMIT_TRUST_LINES - 2; i++)
		append_text(&buf, "\n");
	assert_int_equal(pb_trust_parse(buf.data, buf.len, &trust, NULL), PB_OK);
	pb_trust_free(trust);
	trust = NULL;
	append_text(&buf, "\n\n");
	assert_int_equal(pb_trust_parse(buf.data, buf.len, &trust, NULL), PB_ELIMIT);
	pb_buf_clear(&buf);
	append_text(&buf, "quorum none\n#");
	while (buf.len < PB_LIMIT_TRUST)
		append_text(&buf, "#");
	append_text(&buf, "\n");
	assert_int_equal(pb_trust_parse(buf.data, buf.len, &trust, NULL), PB_ELIMIT);
	assert_null(trust);
	pb_buf_done(&buf);
}

static void
trust_cut_at_any_byte_is_refused(void **state)
{
	struct pb_buf policy = write_policy(*state, SIX "group g all 1 2\nquorum g\n");
	struct pb_trust *trust = NULL;

	for (size_t len = 0; len < policy.len; len++)
		assert_int_equal(pb_trust_parse(policy.data, len, &trust, NULL), PB_EDATA);
	assert_null(trust);
	pb_buf_done(&policy);
}

static void
trust_carries_as_many_as_the_specification_asks_for(void **state)
{
	/* at least 32 logs, 32 witnesses, 32 groups */
	struct pb_buf buf = PB_BUF_EMPTY;
	struct pb_trust *trust = NULL;

	(void)state;
	for (uint8_t i = 0; i < 100; i++) {
		struct pb_ed25519 *key = make_key(i);

		append_text(&buf, "log ");
		write_vkey(&buf, ORIGIN, PB_NOTE_ED25519, key);
		assert_int_equal(pb_buf_printf(&buf, "\nwitness w%u ", i), PB_OK);
		write_vkey(&buf, "w.example", PB_NOTE_COSIGNATURE, key);
		assert_int_equal(pb_buf_printf(&buf, "\ngroup g%u any w%u\n", i, i), PB_OK);
		pb_ed25519_free(key);
	}
	append_text(&buf, "group all 50");
	for (int i = 0; i < 100; i++)
		assert_int_equal(pb_buf_printf(&buf, " g%d", i), PB_OK);
	append_text(&buf, "\nquorum all\n");
	assert_int_equal(pb_trust_parse(buf.data, buf.len, &trust, NULL), PB_OK);
	assert_non_null(pb_trust_log(trust, ORIGIN, 99));
	pb_trust_free(trust);
	pb_buf_done(&buf);
}

static void
trust_written_for_a_log_key_is_read_again(void **state)
{
	struct cast *cast = *state;
	struct pb_note_verifier key = verifier_of(ORIGIN, PB_NOTE_ED25519, cast->log);
	struct pb_note_verifier witness = verifier_of("w", PB_NOTE_COSIGNATURE, cast->log);
	struct pb_buf ours = PB_BUF_EMPTY, expected = write_policy(cast, "log $L\nquorum none\n");

	assert_int_equal(pb_trust_format(&key, &ours), PB_OK);
	assert_int_equal(ours.len, expected.len);
	assert_memory_equal(ours.data, expected.data, ours.len);
	assert_int_equal(pb_trust_format(&witness, &ours), PB_EINVAL);
	assert_int_equal(ours.len, expected.len);
	pb_buf_done(&expected);
	pb_buf_done(&ours);
}

static void
trust_free_takes_nothing(void **state)
{
	(void)state;
	pb_trust_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trust_free_takes_nothing),
		cmocka_unit_test(trust_quorum_of_one_witness_is_met_by_him),
		cmocka_unit_test(trust_groups_need_any_all_or_k_of_their_members),
		cmocka_unit_test(trust_groups_nest),
		cmocka_unit_test(trust_tells_the_earliest_time_at_which_the_quorum_stood),
		cmocka_unit_test(trust_with_quorum_none_asks_for_no_witness),
		cmocka_unit_test(trust_refuses_a_note_with_a_forged_cosignature),
		cmocka_unit_test(trust_of_a_real_log_and_real_witnesses),
		cmocka_unit_test(trust_finds_the_keys_of_a_log_one_by_one),
		cmocka_unit_test(trust_accepts_what_the_specification_allows),
		cmocka_unit_test(trust_refuses_what_the_specification_forbids),
		cmocka_unit_test(trust_has_limits),
		cmocka_unit_test(trust_cut_at_any_byte_is_refused),
		cmocka_unit_test(trust_carries_as_many_as_the_specification_asks_for),
		cmocka_unit_test(trust_written_for_a_log_key_is_read_again),
	};

	return cmocka_run_group_tests(tests, gather, dismiss);
}
