#include "log/fixture.h"

#include "log/cosignature.h"

#define TEXT "archive.example/log/00000001\n7\nroot\n"

static struct pb_note
parse(const struct pb_buf *buf)
{
	struct pb_note note;

	assert_int_equal(pb_note_parse(buf->data, buf->len, &note, NULL), PB_OK);
	return note;
}

static void
cosignatures_that_others_made_are_verified_with_their_time(void **state)
{
	struct pb_note_verifier witness = read_verifier(C2SP "witness.vkey");
	struct pb_note_verifier log = read_verifier(C2SP "log.vkey");
	struct pb_buf buf = read_file(C2SP "log/checkpoint");
	struct pb_note note = parse(&buf);
	uint64_t time_s = 1;

	(void)state;
	assert_int_equal(pb_note_verify(&note, &log, &time_s), PB_NOTE_GOOD);
	assert_int_equal(time_s, 0);
	assert_int_equal(pb_note_verify(&note, &witness, &time_s), PB_NOTE_GOOD);
	assert_int_equal(time_s, 1679315147);
	pb_buf_done(&buf);
}

static void
cosignature_is_refused_when_any_bit_of_it_changes(void **state)
{
	struct pb_note_verifier witness = read_verifier(C2SP "witness.vkey");
	struct pb_buf buf = read_file(C2SP "log/checkpoint");
	struct pb_note note = parse(&buf);
	uint8_t *data = note.signature[1].data;
	uint64_t time_s = 77;

	(void)state;
	assert_int_equal(note.signature[1].len, PB_COSIGNATURE_LEN);
	for (size_t bit = 0; bit < 8 * PB_COSIGNATURE_LEN; bit++) {
		data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(pb_note_verify(&note, &witness, &time_s), PB_NOTE_FORGED);
		data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(time_s, 77);
	note.signature[1].len--;
	assert_int_equal(pb_note_verify(&note, &witness, &time_s), PB_NOTE_FORGED);
	pb_buf_done(&buf);
}

static void
cosignature_is_not_a_plain_signature_nor_the_other_way_round(void **state)
{
	struct pb_ed25519 *key = make_key(1);
	struct pb_note_verifier plain = verifier_of("w", PB_NOTE_ED25519, key);
	struct pb_note_verifier witness = verifier_of("w", PB_NOTE_COSIGNATURE, key);
	struct pb_buf buf = PB_BUF_EMPTY;
	uint8_t signature[72] = { 0 };
	struct pb_note note;

	(void)state;
	assert_int_not_equal(plain.key_id, witness.key_id);
	/* the plain signature under the witness's id, with a time before it or without */
	assert_int_equal(pb_ed25519_sign(key, TEXT, strlen(TEXT), signature + 8, NULL), PB_OK);
	append_text(&buf, TEXT "\n");
	append_signature(&buf, &witness, signature, 72);
	note = parse(&buf);
	assert_int_equal(pb_note_verify(&note, &witness, NULL), PB_NOTE_FORGED);
	pb_buf_clear(&buf);
	append_text(&buf, TEXT "\n");
	append_signature(&buf, &witness, signature + 8, 64);
	note = parse(&buf);
	assert_int_equal(pb_note_verify(&note, &witness, NULL), PB_NOTE_FORGED);
	/* the witness says nothing of the log's own key */
	pb_buf_clear(&buf);
	append_text(&buf, TEXT "\n");
	append_cosignature(&buf, TEXT, "w", key, 5);
	note = parse(&buf);
	assert_int_equal(pb_note_verify(&note, &plain, NULL), PB_NOTE_ABSENT);
	assert_int_equal(pb_note_verify(&note, &witness, NULL), PB_NOTE_GOOD);
	pb_buf_done(&buf);
	pb_ed25519_free(key);
}

static void
cosignature_states_a_time_below_2_63(void **state)
{
	static const uint64_t times[] = { 0, 1, 1679315147, INT64_MAX, (uint64_t)INT64_MAX + 1,
		UINT64_MAX };
	struct pb_ed25519 *key = make_key(1);
	struct pb_note_verifier witness = verifier_of("w", PB_NOTE_COSIGNATURE, key);
	struct pb_buf buf = PB_BUF_EMPTY;

	(void)state;
	for (size_t i = 0; i < CASES(times); i++) {
		uint64_t time_s = 77;
		struct pb_note note;

		pb_buf_clear(&buf);
		append_text(&buf, TEXT "\n");
		append_cosignature(&buf, TEXT, "w", key, times[i]);
		note = parse(&buf);
		if (times[i] <= INT64_MAX) {
			assert_int_equal(pb_note_verify(&note, &witness, &time_s), PB_NOTE_GOOD);
			assert_int_equal(time_s, times[i]);
		} else {
			assert_int_equal(pb_note_verify(&note, &witness, &time_s), PB_NOTE_FORGED);
			assert_int_equal(time_s, 77);
		}
	}
	pb_buf_done(&buf);
	pb_ed25519_free(key);
}

static void
cosignatures_of_one_witness_count_from_the_earliest(void **state)
{
	struct pb_ed25519 *key = make_key(1);
	struct pb_note_verifier witness = verifier_of("w", PB_NOTE_COSIGNATURE, key);
	struct pb_buf buf = PB_BUF_EMPTY;
	uint64_t time_s = 0;
	struct pb_note note;

	(void)state;
	append_text(&buf, TEXT "\n");
	append_cosignature(&buf, TEXT, "w", key, 30);
	append_cosignature(&buf, TEXT, "w", key, 10);
	append_cosignature(&buf, TEXT, "w", key, 20);
	note = parse(&buf);
	assert_int_equal(pb_note_verify(&note, &witness, &time_s), PB_NOTE_GOOD);
	assert_int_equal(time_s, 10);
	pb_buf_done(&buf);
	pb_ed25519_free(key);
}

static void
cosignature_of_the_longest_text_is_verified(void **state)
{
	struct pb_ed25519 *key = make_key(1);
	struct pb_note_verifier witness = verifier_of("w", PB_NOTE_COSIGNATURE, key);
	struct pb_buf text = PB_BUF_EMPTY, buf = PB_BUF_EMPTY;
	struct pb_note note;

	(void)state;
	while (text.len < PB_LIMIT_NOTE - 200)
		append_text(&text, "x");
	append_text(&text, "\n");
	append_text(&buf, pb_buf_text(&text));
	append_text(&buf, "\n");
	append_cosignature(&buf, pb_buf_text(&text), "w", key, 5);
	note = parse(&buf);
	assert_int_equal(pb_note_verify(&note, &witness, NULL), PB_NOTE_GOOD);
	pb_buf_done(&buf);
	pb_buf_done(&text);
	pb_ed25519_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cosignatures_that_others_made_are_verified_with_their_time),
		cmocka_unit_test(cosignature_is_refused_when_any_bit_of_it_changes),
		cmocka_unit_test(cosignature_is_not_a_plain_signature_nor_the_other_way_round),
		cmocka_unit_test(cosignature_states_a_time_below_2_63),
		cmocka_unit_test(cosignatures_of_one_witness_count_from_the_earliest),
		cmocka_unit_test(cosignature_of_the_longest_text_is_verified),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
