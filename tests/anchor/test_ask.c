/* What is fetched beside a token: issuers that it does not bring, and revocation lists. */
#include "anchor/pki.h"

static struct pki pki;

struct asked {
	struct pb_authorities *authorities;
	struct pb_answer answer;
	struct pb_ask_failure failure;
};

static int
set_up_pki(void **state)
{
	fresh(*state);
	pki_init(&pki, *state);
	return 0;
}

static int
tear_down_pki(void **state)
{
	(void)state;
	pki_done(&pki);
	return 0;
}

/* The authority behind the fictitious root, and a question to it. */
static struct asked
ask_it(struct fixture *f, bool lists, enum pb_status expected)
{
	struct asked asked = { .answer = PB_ANSWER_EMPTY };
	struct pb_buf root = PB_BUF_EMPTY;
	struct pb_tsa_settings s = { .name = "fictif", .url = "http://horodatage.example/" };
	uint8_t imprint[PB_STAMP_HASH_MAX];
	enum pb_status status;

	append_pem(&root, pki.certificate[ROOT], NULL);
	s.roots_pem = root.data;
	s.roots_len = root.len;
	asked.authorities = calloc(1, sizeof(*asked.authorities));
	assert_int_equal(pb_authorities_put(asked.authorities, &s, NULL), PB_OK);
	pb_stamp_imprint(PB_STAMP_SHA256, "texte fictif", 12, imprint);
	status = pb_ask(&f->world, f->dir, &pki.http, &asked.authorities->tsa[0], imprint, lists,
	    &asked.answer, &asked.failure, NULL);
	if (status != expected)
		fail_msg("%s: %s", pb_status_name(status), asked.failure.reason);
	pb_buf_done(&root);
	return asked;
}

static void
asked_done(struct asked *asked)
{
	pb_answer_done(&asked->answer);
	pb_authorities_free(asked->authorities);
}

static struct pb_buf
der_of(int which)
{
	struct pb_buf der = PB_BUF_EMPTY;

	append_der(&der, pki.certificate[which]);
	return der;
}

static unsigned
certificates(const struct pb_buf *pem)
{
	const char *at = (const char *)pem->data, *end = at + pem->len;
	unsigned count = 0;

	while ((at = memmem(at, (size_t)(end - at), "-----BEGIN", 10)) != NULL) {
		count++;
		at++;
	}
	return count;
}

/* ---- issuers -------------------------------------------------------------------------------- */

static void
an_issuer_that_is_missing_and_cannot_be_had_leaves_it_unknown(void **state)
{
	struct pb_buf other = der_of(ROOT), noise = PB_BUF_EMPTY;
	struct asked asked;

	assert_int_equal(pb_buf_append(&noise, "\x30\x03\x02\x01\x01", 5), PB_OK);
	pki.broken = true;
	asked = ask_it(*state, true, PB_EUNAVAIL);
	assert_string_equal(asked.failure.reason, pb_stamp_fault_code(PB_STAMP_UNKNOWN_ROOT));
	asked_done(&asked);
	pki.broken = false; /* 404 */
	asked = ask_it(*state, true, PB_EUNAVAIL);
	asked_done(&asked);
	pki.middle = &noise;
	asked = ask_it(*state, true, PB_EUNAVAIL);
	assert_string_equal(asked.failure.reason, pb_stamp_fault_code(PB_STAMP_UNKNOWN_ROOT));
	asked_done(&asked);
	pki.middle = &other;
	asked = ask_it(*state, true, PB_EUNAVAIL);
	assert_true(pki.fetches < 20);
	asked_done(&asked);
	pb_buf_done(&other);
	pb_buf_done(&noise);
}

static void
an_issuer_that_is_missing_is_fetched(void **state)
{
	struct pb_buf middle = der_of(MIDDLE);
	struct asked asked;

	pki.middle = &middle;
	asked = ask_it(*state, false, PB_OK);
	assert_int_equal(asked.answer.verdict.fault, PB_STAMP_GOOD);
	assert_int_equal(certificates(&asked.answer.chain), 3);
	assert_int_equal(asked.answer.revocation_count, 0);
	assert_int_equal(pki.fetches, 1);
	asked_done(&asked);
	pb_buf_done(&middle);
}

/* ---- revocation lists ----------------------------------------------------------------------- */

static void
the_lists_of_the_day_are_kept(void **state)
{
	struct pb_buf middle = der_of(MIDDLE), lists[2];
	struct asked asked;

	lists[0] = list_of(&pki, MIDDLE, false);
	lists[1] = list_of(&pki, ROOT, false);
	pki.middle = &middle;
	pki.middle_crl = &lists[0];
	pki.root_crl = &lists[1];
	asked = ask_it(*state, true, PB_OK);
	assert_int_equal(asked.answer.revocation_count, 2);
	assert_false(asked.answer.revocation[0].ocsp);
	assert_int_equal(asked.answer.revocation[0].der.len, lists[0].len);
	assert_memory_equal(asked.answer.revocation[0].der.data, lists[0].data, lists[0].len);
	assert_true(asked.answer.verdict.revocation_known);
	asked_done(&asked);
	pki.root_crl = NULL; /* one of them is there */
	asked = ask_it(*state, true, PB_OK);
	assert_int_equal(asked.answer.revocation_count, 1);
	assert_false(asked.answer.verdict.revocation_known);
	asked_done(&asked);
	pb_buf_done(&middle);
	pb_buf_done(&lists[0]);
	pb_buf_done(&lists[1]);
}

static void
lists_that_cannot_be_had_do_not_fail_a_token(void **state)
{
	struct pb_buf middle = der_of(MIDDLE), page = PB_BUF_EMPTY;
	struct asked asked;

	assert_int_equal(pb_buf_append_text(&page, "<html>Bienvenue</html>"), PB_OK);
	pki.middle = &middle;
	pki.middle_crl = &page;
	asked = ask_it(*state, true, PB_OK);
	assert_int_equal(asked.answer.revocation_count, 0);
	asked_done(&asked);
	pb_buf_done(&middle);
	pb_buf_done(&page);
}

static void
a_certificate_that_was_revoked_makes_the_answer_bad(void **state)
{
	struct pb_buf middle = der_of(MIDDLE), list = list_of(&pki, MIDDLE, true);
	struct asked asked;

	pki.middle = &middle;
	pki.middle_crl = &list;
	asked = ask_it(*state, true, PB_EUNAVAIL);
	assert_string_equal(asked.failure.reason, pb_stamp_fault_code(PB_STAMP_REVOKED));
	asked_done(&asked);
	pb_buf_done(&middle);
	pb_buf_done(&list);
}

/* ---- what a question may cost --------------------------------------------------------------- */

/* The time is for the reply, issuers and lists together; what it does not suffice for is left. */
static void
all_of_a_question_has_one_deadline(void **state)
{
	struct pb_buf middle = der_of(MIDDLE), list = list_of(&pki, MIDDLE, false);
	struct asked asked;

	pki.middle = &middle;
	pki.middle_crl = &list;
	pki.takes_s = 9; /* the reply, the issuer; then 2 of 20 s are left */
	asked = ask_it(*state, true, PB_OK);
	assert_int_equal(pki.fetches, 2);
	assert_int_equal(pki.given_ms, 2000);
	asked_done(&asked);
	pki.fetches = 0;
	pki.takes_s = 10; /* none for a list */
	asked = ask_it(*state, true, PB_OK);
	assert_int_equal(pki.fetches, 1);
	assert_int_equal(asked.answer.revocation_count, 0);
	asked_done(&asked);
	pki.fetches = 0;
	pki.takes_s = 20; /* none for the issuer */
	asked = ask_it(*state, true, PB_EUNAVAIL);
	assert_int_equal(pki.fetches, 0);
	assert_string_equal(asked.failure.reason, pb_stamp_fault_code(PB_STAMP_UNKNOWN_ROOT));
	asked_done(&asked);
	pb_buf_done(&middle);
	pb_buf_done(&list);
}

static void
certificates_that_name_many_places_have_few_of_them_asked(void **state)
{
	struct pb_buf other;
	struct asked asked;

	pki_done(&pki);
	pki_make(&pki, *state, true);
	other = der_of(ROOT);
	pki.middle = &other; /* a certificate, and no issuer of this: it is asked round by round */
	asked = ask_it(*state, true, PB_EUNAVAIL);
	assert_int_equal(pki.fetches, PB_LIMIT_TSA_FETCHES);
	asked_done(&asked);
	pb_buf_done(&other);
}

/* ---- any of them ---------------------------------------------------------------------------- */

static void
the_local_one_answers_only_alone(void **state)
{
	struct fixture *f = *state;
	struct pb_buf middle = der_of(MIDDLE);
	struct asked asked = ask_it(f, false, PB_EUNAVAIL);
	struct pb_imprints imprints = { .of = { NULL } };
	uint8_t imprint[PB_STAMP_HASH_MAX];
	struct pb_answer answer = PB_ANSWER_EMPTY;
	struct pb_refusals refused = { .count = 0 };

	pb_stamp_imprint(PB_STAMP_SHA256, "texte fictif", 12, imprint);
	assert_true(pb_ask_wants(asked.authorities, PB_STAMP_SHA256));
	assert_false(pb_ask_wants(asked.authorities, PB_STAMP_SHA512));
	imprints.of[PB_STAMP_SHA256] = imprint;
	assert_int_equal(pb_ask_any(&f->world, f->dir, NULL, asked.authorities, &imprints, &answer,
			     &refused, NULL),
	    PB_EUNAVAIL);
	assert_int_equal(pb_authorities_put_local(
			     asked.authorities, &f->world, f->dir, "essai.example/x", false, NULL),
	    PB_OK);
	assert_int_equal(pb_ask_any(&f->world, f->dir, NULL, asked.authorities, &imprints, &answer,
			     &refused, NULL),
	    PB_EUNAVAIL);
	pki.middle = &middle;
	assert_int_equal(pb_ask_any(&f->world, f->dir, &pki.http, asked.authorities, &imprints,
			     &answer, &refused, NULL),
	    PB_OK);
	assert_string_equal(answer.tsa->name, "fictif");
	pb_answer_done(&answer);
	/* Who was asked in vain before is named with his reason. */
	assert_int_equal(refused.count, 2);
	assert_string_equal(refused.error[0].object, "fictif");
	assert_non_null(strstr(refused.error[0].why, "no network"));
	asked_done(&asked);
	pb_buf_done(&middle);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_pki, tear_down_pki)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_issuer_that_is_missing_and_cannot_be_had_leaves_it_unknown),
		TEST(an_issuer_that_is_missing_is_fetched),
		TEST(the_lists_of_the_day_are_kept),
		TEST(lists_that_cannot_be_had_do_not_fail_a_token),
		TEST(a_certificate_that_was_revoked_makes_the_answer_bad),
		TEST(all_of_a_question_has_one_deadline),
		TEST(certificates_that_name_many_places_have_few_of_them_asked),
		TEST(the_local_one_answers_only_alone),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
