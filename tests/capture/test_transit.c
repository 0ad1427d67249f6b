/* A message captured on its way: what is known of its transaction stands in facts and envelope. */
#include "capture/fixture.h"

static const struct pb_transit_recipient recipients[] = {
	{ "camille@tilleuls.example", "NOTIFY=NEVER ORCPT=rfc822;camille@tilleuls.example" },
	{ "\xe9tienne@tilleuls.example", NULL },
};

static const char *const rebuilt[] = { "folds", "spaces" };

static const struct pb_transit whole = {
	.source = "milter",
	.door = "entree",
	.fidelity = "rebuilt",
	.direction = "received",
	.mail_from = "labo@analyses.example",
	.mail_parameters = "BODY=8BITMIME SIZE=1200",
	.recipient = recipients,
	.recipient_count = 2,
	.client_address = "203.0.113.9",
	.client_name = "mx.analyses.example",
	.helo = "mx",
	.login = "labo",
	.tls_version = "TLSv1.3",
	.tls_cipher = "TLS_AES_256_GCM_SHA384",
	.tls_subject = "CN=mx.analyses.example",
	.queue_id = "4Xyz12",
	.mta = "mta.tilleuls.example",
	.rebuilt = rebuilt,
	.rebuilt_count = 2,
	.journal = "exchange",
};

static void
assert_stated(void (*state)(const struct pb_transit *, struct pb_json_writer *),
    const struct pb_transit *transit, const char *text)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &buf);
	pb_json_object_begin(&w, NULL);
	state(transit, &w);
	pb_json_object_end(&w);
	assert_int_equal(pb_json_writer_status(&w), PB_OK);
	assert_string_equal(pb_buf_text(&buf), text);
	pb_buf_done(&buf);
}

static void
what_is_not_known_is_absent(void **state)
{
	const struct pb_transit nothing = { .source = "lmtp", .door = "d", .fidelity = "copy" };
	const struct pb_transit bounce = { .mail_from = "", .tls_version = "TLSv1.2" };

	(void)state;
	assert_stated(pb_transit_state_facts, &nothing,
	    "{\"source\":\"lmtp\",\"door\":\"d\",\"fidelity\":\"copy\"}");
	assert_stated(pb_transit_state_envelope, &nothing, "{}");
	/* The empty reverse-path is known. */
	assert_stated(pb_transit_state_envelope, &bounce,
	    "{\"mail_from\":\"\",\"peer\":{\"tls\":{\"version\":\"TLSv1.2\"}}}");
}

static void
all_that_is_known_stands_in_its_order(void **state)
{
	(void)state;
	assert_stated(pb_transit_state_facts, &whole,
	    "{\"source\":\"milter\",\"door\":\"entree\",\"fidelity\":\"rebuilt\","
	    "\"direction\":\"received\",\"rebuilt\":[\"folds\",\"spaces\"],"
	    "\"journal\":\"exchange\"}");
	assert_stated(pb_transit_state_envelope, &whole,
	    "{\"mail_from\":\"labo@analyses.example\","
	    "\"mail_parameters\":\"BODY=8BITMIME SIZE=1200\","
	    "\"rcpt_to\":[{\"address\":\"camille@tilleuls.example\","
	    "\"parameters\":\"NOTIFY=NEVER ORCPT=rfc822;camille@tilleuls.example\"},"
	    "{\"address\":{\"octets\":\"6XRpZW5uZUB0aWxsZXVscy5leGFtcGxl\"}}],"
	    "\"peer\":{\"address\":\"203.0.113.9\",\"name\":\"mx.analyses.example\",\"helo\":"
	    "\"mx\","
	    "\"login\":\"labo\",\"tls\":{\"version\":\"TLSv1.3\","
	    "\"cipher\":\"TLS_AES_256_GCM_SHA384\",\"subject\":\"CN=mx.analyses.example\"}},"
	    "\"queue_id\":\"4Xyz12\",\"mta\":\"mta.tilleuls.example\"}");
}

/* ---- sealed --------------------------------------------------------------------------------- */

static struct pb_message_maker *
maker(struct fixture *f)
{
	struct pb_message_maker *made = NULL;

	assert_int_equal(pb_message_maker_new(&f->world, ORIGIN, f->dir, NULL, &made, NULL), PB_OK);
	return made;
}

#define MESSAGE "From: labo@analyses.example\r\n\r\nR\xe9sultat \0\r\n.\r\n"

static enum pb_status
capture(struct pb_message_maker *m, const struct pb_transit *transit, struct pb_sealed *ret_sealed)
{
	const struct pb_message_times times = { NOON_US, NOON_US + 2500 };

	assert_int_equal(pb_message_begin(m, NULL), PB_OK);
	assert_int_equal(pb_message_write(m, MESSAGE, 10, NULL), PB_OK);
	assert_int_equal(pb_message_write(m, &MESSAGE[10], sizeof(MESSAGE) - 1 - 10, NULL), PB_OK);
	return pb_message_capture(m, transit, &times, ret_sealed, NULL);
}

static void
a_captured_message_is_a_record_of_type_1(void **state)
{
	struct fixture *f = *state;
	struct pb_message_maker *m = maker(f);
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	struct pb_buf message = PB_BUF_EMPTY, facts = PB_BUF_EMPTY, envelope = PB_BUF_EMPTY;

	assert_int_equal(capture(m, &whole, &sealed), PB_OK);
	assert_int_equal(sealed.type, PB_RECORD_MESSAGE);
	open_sealed(&sealed, &message, &facts, &envelope);
	assert_int_equal(message.len, sizeof(MESSAGE) - 1);
	assert_memory_equal(message.data, MESSAGE, message.len);
	assert_string_equal(pb_buf_text(&facts),
	    "{\"source\":\"milter\",\"door\":\"entree\",\"fidelity\":\"rebuilt\","
	    "\"direction\":\"received\",\"rebuilt\":[\"folds\",\"spaces\"],"
	    "\"journal\":\"exchange\",\"size\":46,\"first_us\":1778083320000000,"
	    "\"last_us\":1778083320002500,\"software\":\"probant " PROBANT_VERSION "\"}");
	assert_non_null(strstr(pb_buf_text(&envelope), "\"queue_id\":\"4Xyz12\""));
	pb_buf_done(&message);
	pb_buf_done(&facts);
	pb_buf_done(&envelope);
	pb_sealed_done(&sealed);
	pb_message_maker_free(m);
}

/* FORMAT 1.5: facts are disclosed with anything of a record. */
static void
facts_name_nobody(void **state)
{
	static const char *const names[] = { "tilleuls", "analyses", "203.0", "labo", "4Xyz12",
		"mx", "ORCPT", "AES" };
	struct pb_buf buf = PB_BUF_EMPTY;
	struct pb_json_writer w;

	(void)state;
	pb_json_writer_init(&w, &buf);
	pb_json_object_begin(&w, NULL);
	pb_transit_state_facts(&whole, &w);
	pb_json_object_end(&w);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_null(strstr(pb_buf_text(&buf), names[i]));
	pb_buf_done(&buf);
}

static void
an_envelope_that_no_reader_takes_is_refused(void **state)
{
	struct fixture *f = *state;
	struct pb_message_maker *m = maker(f);
	struct pb_transit_recipient *many = calloc(200, sizeof(*many));
	struct pb_transit transit = { .source = "lmtp", .recipient = many, .recipient_count = 200 };
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	char *address = malloc(100000);

	assert_non_null(address);
	memset(address, 'a', 99999);
	address[99999] = '\0';
	for (size_t i = 0; i < 200; i++)
		many[i].address = address;
	assert_int_equal(capture(m, &transit, &sealed), PB_ELIMIT);
	assert_null(sealed.r);
	transit.recipient_count = 1;
	assert_int_equal(capture(m, &transit, &sealed), PB_OK);
	pb_sealed_done(&sealed);
	free(address);
	free(many);
	pb_message_maker_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_known_is_absent),
		cmocka_unit_test_setup_teardown(
		    an_envelope_that_no_reader_takes_is_refused, set_up, tear_down),
		cmocka_unit_test(all_that_is_known_stands_in_its_order),
		cmocka_unit_test_setup_teardown(
		    a_captured_message_is_a_record_of_type_1, set_up, tear_down),
		cmocka_unit_test(facts_name_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
