#include "vault/fixture.h"

#include "vault/slot.h"

#define NUMBER 0x0102

struct fixture {
	struct pb_secret *key, *secret;
	uint8_t slot[PB_SLOT_LEN];
};

static int
set_up(void **state)
{
	static struct fixture f;

	f.key = make_secret(1);
	f.secret = make_secret(2);
	*state = &f;
	return pb_slot_encode(f.key, NUMBER, f.secret, f.slot, NULL) == PB_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	pb_secret_free(f->key);
	pb_secret_free(f->secret);
	return 0;
}

static void
slot_is_the_wrapped_secret_and_its_check(void **state)
{
	struct fixture *f = *state;
	uint8_t input[8 + PB_WRAPPED_LEN] = { 0, 0, 0, 0, 0, 0, 1, 2 }, sha256[PB_DIGEST_LEN];

	assert_int_equal(pb_wrap(f->key, f->secret, input + 8, NULL), PB_OK);
	pb_digest_sha256(input, sizeof(input), sha256);
	assert_memory_equal(f->slot, input + 8, PB_WRAPPED_LEN);
	assert_memory_equal(f->slot + PB_WRAPPED_LEN, sha256, 8);
}

static void
slot_gives_back_its_secret(void **state)
{
	struct fixture *f = *state;
	struct pb_secret *secret = NULL;

	assert_int_equal(pb_slot_state(f->slot, NUMBER), PB_SLOT_SOUND);
	assert_int_equal(pb_slot_decode(f->key, NUMBER, f->slot, &secret, NULL), PB_OK);
	assert_memory_equal(pb_secret_bytes(secret), pb_secret_bytes(f->secret), 32);
	pb_secret_free(secret);
}

static void
slot_shows_rot_in_every_byte(void **state)
{
	struct fixture *f = *state;
	struct pb_secret *untouched = NULL;
	struct pb_error err;
	size_t i, k;

	for (i = 0; i < PB_SLOT_LEN; i++)
		for (k = 0; k < 2; k++) {
			f->slot[i] ^= k ? 0xff : 0x01;
			assert_int_equal(pb_slot_state(f->slot, NUMBER), PB_SLOT_ROTTEN);
			assert_int_equal(
			    pb_slot_decode(f->key, NUMBER, f->slot, &untouched, &err), PB_ECORRUPT);
			assert_string_equal(err.object, "slot 258");
			f->slot[i] ^= k ? 0xff : 0x01;
		}
	assert_null(untouched);
}

static void
slot_at_another_place_is_rotten(void **state)
{
	struct fixture *f = *state;
	struct pb_secret *untouched = NULL;

	assert_int_equal(pb_slot_state(f->slot, NUMBER + 1), PB_SLOT_ROTTEN);
	assert_int_equal(pb_slot_state(f->slot, 0), PB_SLOT_ROTTEN);
	assert_int_equal(
	    pb_slot_decode(f->key, NUMBER - 1, f->slot, &untouched, NULL), PB_ECORRUPT);
	assert_null(untouched);
}

static void
slot_of_another_segment_does_not_open(void **state)
{
	struct fixture *f = *state;
	struct pb_secret *other = make_secret(3), *untouched = NULL;

	assert_int_equal(pb_slot_decode(other, NUMBER, f->slot, &untouched, NULL), PB_ECORRUPT);
	assert_null(untouched);
	pb_secret_free(other);
}

static void
slot_of_zeros_is_empty(void **state)
{
	struct fixture *f = *state;
	struct pb_secret *untouched = NULL;
	uint8_t zeros[PB_SLOT_LEN] = { 0 };

	assert_int_equal(pb_slot_state(zeros, 0), PB_SLOT_EMPTY);
	assert_int_equal(pb_slot_state(zeros, NUMBER), PB_SLOT_EMPTY);
	assert_int_equal(pb_slot_decode(f->key, NUMBER, zeros, &untouched, NULL), PB_ECORRUPT);
	assert_null(untouched);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    slot_is_the_wrapped_secret_and_its_check, set_up, tear_down),
		cmocka_unit_test_setup_teardown(slot_gives_back_its_secret, set_up, tear_down),
		cmocka_unit_test_setup_teardown(slot_shows_rot_in_every_byte, set_up, tear_down),
		cmocka_unit_test_setup_teardown(slot_at_another_place_is_rotten, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    slot_of_another_segment_does_not_open, set_up, tear_down),
		cmocka_unit_test_setup_teardown(slot_of_zeros_is_empty, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("slot", tests, start_crypto, NULL);
}
