/* FORMAT 2.2, proven interval: what the clocks of authorities prove of records, without any token.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/limits.h"
#include "verify/tokens.h"

#define OPEN_BEFORE INT64_MAX
#define OPEN_AFTER INT64_MIN

struct collected {
	struct pb_verification *v;
	struct pb_intervals *intervals;
};

static struct collected
begin(uint64_t first, uint64_t last)
{
	struct collected c = { 0 };

	assert_int_equal(pb_verification_new(&c.v, NULL), PB_OK);
	assert_int_equal(pb_intervals_new(first, last, c.v, &c.intervals, NULL), PB_OK);
	return c;
}

static void
done(struct collected *c)
{
	pb_intervals_free(c->intervals);
	pb_verification_free(c->v);
}

/* A good token of a chosen authority, in anchor seq over the checkpoint of `size`. */
static struct pb_verify_token_outcome
good(uint64_t seq, uint64_t size, int64_t gen_time_us)
{
	struct pb_verify_token_outcome outcome = { .read = true,
		.good = true,
		.has_accuracy = true,
		.seen = { .seq = seq,
		    .size = size,
		    .gen_time_us = gen_time_us,
		    .verdict = PB_VALID,
		    .trusted = true } };

	snprintf(outcome.seen.tsa, sizeof(outcome.seen.tsa), "Autorite-Exemple-%d", (int)seq);
	memset(outcome.seen.key, 7, sizeof(outcome.seen.key));
	return outcome;
}

static void
add_outcome(struct collected *c, const struct pb_verify_token_outcome *outcome)
{
	assert_int_equal(pb_verification_add_token(c->v, &outcome->seen, NULL), PB_OK);
	assert_int_equal(pb_intervals_add(c->intervals, outcome, NULL), PB_OK);
}

static void
add(struct collected *c, uint64_t seq, uint64_t size, int64_t gen_time_us)
{
	struct pb_verify_token_outcome outcome = good(seq, size, gen_time_us);

	add_outcome(c, &outcome);
}

static void
end(struct collected *c, uint64_t last)
{
	assert_int_equal(pb_intervals_end(c->intervals, last, NULL), PB_OK);
}

struct expected {
	uint64_t first, last;
	int64_t after, before;
};

static void
assert_spans(const struct collected *c, const struct expected *expected, size_t count)
{
	const struct pb_interval *interval;

	assert_int_equal(pb_verification_intervals(c->v, &interval), count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(interval[i].first, expected[i].first);
		assert_int_equal(interval[i].last, expected[i].last);
		assert_true(interval[i].after_us == expected[i].after);
		assert_true(interval[i].before_us == expected[i].before);
	}
}

#define ASSERT_SPANS(c, ...)                                                                       \
	do {                                                                                       \
		const struct expected spans[] = { __VA_ARGS__ };                                   \
		assert_spans(c, spans, sizeof(spans) / sizeof(spans[0]));                          \
	} while (0)

static const struct pb_finding *
reversed(const struct collected *c)
{
	const struct pb_check *check = pb_verification_check(c->v, PB_CHECK_TOKENS);

	for (size_t i = 0; i < check->findings_kept; i++)
		if (strcmp(check->findings[i].code, "interval_reversed") == 0)
			return &check->findings[i];
	return NULL;
}

/* ---- nothing proven ------------------------------------------------------------------------- */

static void
without_an_anchor_nothing_is_proven(void **state)
{
	struct collected c = begin(0, PB_NO_SEQ);
	const struct pb_interval *interval;

	(void)state;
	end(&c, 9);
	assert_int_equal(pb_verification_intervals(c.v, &interval), 0);
	done(&c);
}

static void
expect_no_span(struct pb_verify_token_outcome outcome)
{
	struct collected c = begin(0, PB_NO_SEQ);
	const struct pb_interval *interval;

	add_outcome(&c, &outcome);
	end(&c, 9);
	assert_int_equal(pb_verification_intervals(c.v, &interval), 0);
	assert_int_equal(pb_verification_authorities(c.v), 0);
	done(&c);
}

static void
a_local_unknown_or_bad_token_proves_nothing(void **state)
{
	struct pb_verify_token_outcome local = good(5, 5, 100);
	struct pb_verify_token_outcome unknown = good(5, 5, 100);
	struct pb_verify_token_outcome bad = good(5, 5, 100);

	(void)state;
	local.seen.local = true;
	expect_no_span(local);
	unknown.seen.trusted = false;
	expect_no_span(unknown);
	bad.good = false;
	bad.seen.verdict = PB_INVALID;
	expect_no_span(bad);
}

/* ---- between two anchors -------------------------------------------------------------------- */

static void
a_record_lies_between_the_anchors_around_it(void **state)
{
	struct collected c = begin(0, PB_NO_SEQ);

	(void)state;
	add(&c, 5, 5, 100);
	add(&c, 9, 9, 200);
	end(&c, 11);
	/* An anchor's own record came behind the token before it alone. */
	ASSERT_SPANS(&c, { 0, 4, OPEN_AFTER, 100 }, { 5, 5, OPEN_AFTER, 200 }, { 6, 8, 100, 200 },
	    { 9, 9, 100, OPEN_BEFORE }, { 10, 11, 200, OPEN_BEFORE });
	done(&c);
}

static void
the_authorities_are_named_on_both_sides(void **state)
{
	struct collected c = begin(0, PB_NO_SEQ);
	const struct pb_interval *interval;

	(void)state;
	add(&c, 2, 2, 100);
	add(&c, 4, 4, 200);
	end(&c, 4);
	assert_int_equal(pb_verification_intervals(c.v, &interval), 4);
	assert_string_equal(interval[0].after_tsa, "");
	assert_string_equal(interval[0].before_tsa, "Autorite-Exemple-2");
	assert_string_equal(interval[2].after_tsa, "Autorite-Exemple-2");
	assert_string_equal(interval[2].before_tsa, "Autorite-Exemple-4");
	assert_string_equal(interval[3].before_tsa, "");
	done(&c);
}

static void
accuracy_widens_the_interval(void **state)
{
	struct collected c = begin(0, PB_NO_SEQ);
	struct pb_verify_token_outcome first = good(2, 2, 100), second = good(4, 4, 200);

	(void)state;
	first.accuracy_us = 7;
	second.accuracy_us = 9;
	add_outcome(&c, &first);
	add_outcome(&c, &second);
	end(&c, 4);
	ASSERT_SPANS(&c, { 0, 1, OPEN_AFTER, 107 }, { 2, 2, OPEN_AFTER, 209 }, { 3, 3, 93, 209 },
	    { 4, 4, 93, OPEN_BEFORE });
	done(&c);
}

static void
an_accuracy_that_is_not_stated_is_none_and_said_so(void **state)
{
	struct collected c = begin(0, PB_NO_SEQ);
	struct pb_verify_token_outcome first = good(2, 2, 100), second = good(4, 4, 200);
	const struct pb_interval *interval;

	(void)state;
	first.has_accuracy = false;
	first.accuracy_us = 99; /* is nothing then */
	first.seen.qualified = second.seen.qualified = true;
	add_outcome(&c, &first);
	add_outcome(&c, &second);
	end(&c, 4);
	ASSERT_SPANS(&c, { 0, 1, OPEN_AFTER, 100 }, { 2, 2, OPEN_AFTER, 200 }, { 3, 3, 100, 200 },
	    { 4, 4, 100, OPEN_BEFORE });
	assert_int_equal(pb_verification_intervals(c.v, &interval), 4);
	assert_false(interval[0].accuracy_stated);
	assert_true(interval[1].accuracy_stated);
	assert_false(interval[2].accuracy_stated);
	assert_true(interval[2].qualified);
	done(&c);
}

static void
qualified_is_what_both_tokens_state(void **state)
{
	struct collected c = begin(0, PB_NO_SEQ);
	struct pb_verify_token_outcome first = good(2, 2, 100);
	const struct pb_interval *interval;

	(void)state;
	first.seen.qualified = true;
	add_outcome(&c, &first);
	add(&c, 4, 4, 200);
	end(&c, 4);
	assert_int_equal(pb_verification_intervals(c.v, &interval), 4);
	assert_true(interval[0].qualified);
	assert_false(interval[2].qualified);
	done(&c);
}

static void
two_authorities_over_one_checkpoint(void **state)
{
	struct collected c = begin(0, PB_NO_SEQ);

	(void)state;
	add(&c, 4, 4, 100);
	add(&c, 5, 4, 110); /* the first over it bounds from above, the newest from below */
	add(&c, 8, 8, 200);
	end(&c, 8);
	ASSERT_SPANS(&c, { 0, 3, OPEN_AFTER, 100 }, { 4, 4, OPEN_AFTER, 200 }, { 5, 5, 100, 200 },
	    { 6, 7, 110, 200 }, { 8, 8, 110, OPEN_BEFORE });
	done(&c);
}

static void
a_token_over_an_old_checkpoint_covers_nothing_new(void **state)
{
	struct collected c = begin(0, PB_NO_SEQ);

	(void)state;
	add(&c, 6, 5, 100);
	add(&c, 8, 3, 150);
	add(&c, 9, 7, 200);
	end(&c, 9);
	ASSERT_SPANS(&c, { 0, 4, OPEN_AFTER, 100 }, { 5, 6, OPEN_AFTER, 200 },
	    { 7, 8, 100, OPEN_BEFORE }, { 9, 9, 150, OPEN_BEFORE });
	done(&c);
}

/* ---- a range -------------------------------------------------------------------------------- */

static void
only_the_range_is_spoken_of(void **state)
{
	struct collected c = begin(5, 7);

	(void)state;
	add(&c, 5, 5, 100); /* the anchor with which the range begins */
	add(&c, 20, 20, 200);
	add(&c, 30, 30, 300);
	end(&c, 7);
	ASSERT_SPANS(&c, { 5, 5, OPEN_AFTER, 200 }, { 6, 7, 100, 200 });
	done(&c);
}

static void
a_range_that_nothing_covers_yet(void **state)
{
	struct collected c = begin(5, 7);

	(void)state;
	add(&c, 5, 5, 100);
	end(&c, 7);
	ASSERT_SPANS(&c, { 5, 5, OPEN_AFTER, OPEN_BEFORE }, { 6, 7, 100, OPEN_BEFORE });
	done(&c);
}

static void
no_anchor_bounds_what_is_not_joined_to_it(void **state)
{
	struct collected c = begin(0, PB_NO_SEQ);

	(void)state;
	add(&c, 3, 3, 100);
	assert_int_equal(pb_intervals_cut(c.intervals, 6, NULL), PB_OK);
	add(&c, 8, 8, 200);
	end(&c, 8);
	ASSERT_SPANS(&c, { 0, 2, OPEN_AFTER, 100 }, { 3, 3, OPEN_AFTER, 200 }, { 4, 5, 100, 200 },
	    { 6, 7, OPEN_AFTER, 200 }, { 8, 8, OPEN_AFTER, OPEN_BEFORE });
	done(&c);
}

/* ---- contradictions, extremes --------------------------------------------------------------- */

static void
clocks_that_contradict_each_other_are_found(void **state)
{
	struct collected c = begin(0, PB_NO_SEQ);

	(void)state;
	add(&c, 3, 3, 200);
	add(&c, 6, 6, 100);
	end(&c, 6);
	assert_non_null(reversed(&c));
	assert_int_equal(reversed(&c)->weight, PB_INVALID);
	assert_int_equal(reversed(&c)->seq, 4);
	assert_int_equal(pb_verification_verdict(c.v), PB_INVALID);
	done(&c);
}

static void
clocks_within_their_accuracy_do_not_contradict(void **state)
{
	struct collected c = begin(0, PB_NO_SEQ);
	struct pb_verify_token_outcome first = good(3, 3, 101);

	(void)state;
	first.accuracy_us = 1;
	add_outcome(&c, &first);
	add(&c, 6, 6, 100);
	end(&c, 6);
	assert_null(reversed(&c));
	done(&c);
}

static void
times_at_the_end_of_time_stay_in_bounds(void **state)
{
	struct collected c = begin(0, PB_NO_SEQ);
	struct pb_verify_token_outcome early = good(2, 2, INT64_MIN + 5);
	struct pb_verify_token_outcome late = good(4, 4, INT64_MAX - 5);

	(void)state;
	early.accuracy_us = late.accuracy_us = UINT64_MAX;
	add_outcome(&c, &early);
	add_outcome(&c, &late);
	end(&c, 4);
	ASSERT_SPANS(&c, { 0, 1, OPEN_AFTER, INT64_MAX - 1 }, { 2, 2, OPEN_AFTER, INT64_MAX - 1 },
	    { 3, 3, INT64_MIN + 1, INT64_MAX - 1 }, { 4, 4, INT64_MIN + 1, OPEN_BEFORE });
	done(&c);
}

static void
the_first_spans_are_kept_and_all_are_judged(void **state)
{
	struct collected c = begin(0, PB_NO_SEQ);
	const struct pb_interval *interval;
	uint64_t seq;

	(void)state;
	for (seq = 2; seq < 2 * PB_LIMIT_INTERVALS; seq += 2)
		add(&c, seq, seq, (int64_t)seq);
	add(&c, seq, seq, 1);
	end(&c, seq);
	assert_int_equal(pb_verification_intervals(c.v, &interval), PB_LIMIT_INTERVALS);
	assert_int_equal(interval[0].first, 0);
	assert_non_null(reversed(&c));
	done(&c);
}

/* Anchors that nothing covers cost memory; behind the limit an older one still bounds truly. */
static void
too_many_open_spans_stay_true(void **state)
{
	struct collected c = begin(0, PB_NO_SEQ);
	const struct pb_check *check;
	uint64_t seq;

	(void)state;
	for (seq = 1; seq < PB_LIMIT_INTERVALS_OPEN + 100; seq++) {
		struct pb_verify_token_outcome outcome = good(seq, 0, (int64_t)seq);

		assert_int_equal(pb_intervals_add(c.intervals, &outcome, NULL), PB_OK);
	}
	add(&c, seq, seq, PB_LIMIT_INTERVALS_OPEN);
	end(&c, seq);
	check = pb_verification_check(c.v, PB_CHECK_TOKENS);
	assert_int_equal(check->findings_count, 0);
	done(&c);
}

/* ---- authorities ---------------------------------------------------------------------------- */

static void
one_key_is_one_authority(void **state)
{
	struct collected c = begin(0, PB_NO_SEQ);
	struct pb_verify_token_outcome other = good(9, 9, 300), local = good(12, 12, 400);

	(void)state;
	memset(other.seen.key, 8, sizeof(other.seen.key));
	memset(local.seen.key, 9, sizeof(local.seen.key));
	local.seen.local = true;
	add(&c, 3, 3, 100);
	add(&c, 6, 6, 200);
	assert_int_equal(pb_verification_authorities(c.v), 1);
	add_outcome(&c, &other);
	add_outcome(&c, &local);
	assert_int_equal(pb_verification_authorities(c.v), 2);
	done(&c);
}

static void
a_token_is_sustained_by_a_later_one(void **state)
{
	struct collected c = begin(0, PB_NO_SEQ);
	struct pb_verify_token_outcome unknown = good(5, 5, 100), newest = good(9, 8, 200);
	const struct pb_token_seen *token;

	(void)state;
	add(&c, 3, 3, 100);
	unknown.seen.trusted = false;
	add_outcome(&c, &unknown);
	newest.seen.sustained = true;
	add_outcome(&c, &newest);
	add(&c, 12, 12, 300); /* covers more than what is sustained */
	end(&c, 12);
	assert_int_equal(pb_verification_tokens(c.v, &token), 4);
	assert_true(token[0].sustained);
	assert_false(token[1].sustained);
	assert_true(token[2].sustained);
	assert_false(token[3].sustained);
	done(&c);
}

static void
a_local_token_sustains_nothing(void **state)
{
	struct collected c = begin(0, PB_NO_SEQ);
	struct pb_verify_token_outcome local = good(9, 9, 200);
	const struct pb_token_seen *token;

	(void)state;
	add(&c, 3, 3, 100);
	local.seen.local = local.seen.sustained = true;
	add_outcome(&c, &local);
	end(&c, 9);
	assert_int_equal(pb_verification_tokens(c.v, &token), 2);
	assert_false(token[0].sustained);
	done(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_an_anchor_nothing_is_proven),
		cmocka_unit_test(a_local_unknown_or_bad_token_proves_nothing),
		cmocka_unit_test(a_record_lies_between_the_anchors_around_it),
		cmocka_unit_test(the_authorities_are_named_on_both_sides),
		cmocka_unit_test(accuracy_widens_the_interval),
		cmocka_unit_test(an_accuracy_that_is_not_stated_is_none_and_said_so),
		cmocka_unit_test(qualified_is_what_both_tokens_state),
		cmocka_unit_test(two_authorities_over_one_checkpoint),
		cmocka_unit_test(a_token_over_an_old_checkpoint_covers_nothing_new),
		cmocka_unit_test(only_the_range_is_spoken_of),
		cmocka_unit_test(a_range_that_nothing_covers_yet),
		cmocka_unit_test(no_anchor_bounds_what_is_not_joined_to_it),
		cmocka_unit_test(clocks_that_contradict_each_other_are_found),
		cmocka_unit_test(clocks_within_their_accuracy_do_not_contradict),
		cmocka_unit_test(times_at_the_end_of_time_stay_in_bounds),
		cmocka_unit_test(the_first_spans_are_kept_and_all_are_judged),
		cmocka_unit_test(too_many_open_spans_stay_true),
		cmocka_unit_test(one_key_is_one_authority),
		cmocka_unit_test(a_token_is_sustained_by_a_later_one),
		cmocka_unit_test(a_local_token_sustains_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
