/*
 * Every offset of a small bundle changed: never valid; nor of its package outside the container,
 * which for want of one is never valid, but must be found to be changed.
 */
#include "verify/bundle_fixture.h"

#include <sys/wait.h>
#include <unistd.h>

#include "crypto/ed25519.h"

#define WORKERS 4
#define SMALLEST 8000
#define LARGEST 40000

/* ---- what was checked once is not checked again ---------------------------------------------- */

/*
 * Of a bundle with one octet changed, most tokens and signatures are as they were.  Their checks
 * are functions of their arguments alone, so these remember what they answered.
 */
#define REMEMBERED 64

struct memory {
	uint8_t key[REMEMBERED][PB_DIGEST_LEN];
	size_t count;
};

/* Where the answer for these arguments stands, or is to be put. */
static size_t
recall(struct memory *memory, const uint8_t key[PB_DIGEST_LEN], bool *ret_known)
{
	size_t filled = memory->count < REMEMBERED ? memory->count : REMEMBERED, at;

	for (at = 0; at < filled; at++) {
		*ret_known = memcmp(memory->key[at], key, PB_DIGEST_LEN) == 0;
		if (*ret_known)
			return at;
	}
	*ret_known = false;
	at = memory->count % REMEMBERED;
	/* The first ones are those of the bundle as it is. */
	if (memory->count >= REMEMBERED && at < REMEMBERED / 2)
		at += REMEMBERED / 2;
	memory->count++;
	memcpy(memory->key[at], key, PB_DIGEST_LEN);
	return at;
}

static void
add_octets(struct pb_buf *buf, const void *data, size_t len)
{
	assert_int_equal(pb_buf_append(buf, &len, sizeof(len)), PB_OK);
	assert_int_equal(pb_buf_append(buf, data, len), PB_OK);
}

int __real_pb_ed25519_verify(const uint8_t public_key[PB_ED25519_PUBLIC_LEN], const void *data,
    size_t len, const uint8_t signature[PB_ED25519_SIGNATURE_LEN]);
int __wrap_pb_ed25519_verify(const uint8_t public_key[PB_ED25519_PUBLIC_LEN], const void *data,
    size_t len, const uint8_t signature[PB_ED25519_SIGNATURE_LEN]);

int
__wrap_pb_ed25519_verify(const uint8_t public_key[PB_ED25519_PUBLIC_LEN], const void *data,
    size_t len, const uint8_t signature[PB_ED25519_SIGNATURE_LEN])
{
	static struct memory memory;
	static int answer[REMEMBERED];
	struct pb_buf all = PB_BUF_EMPTY;
	uint8_t key[PB_DIGEST_LEN];
	bool known;
	size_t at;

	add_octets(&all, public_key, PB_ED25519_PUBLIC_LEN);
	add_octets(&all, data, len);
	add_octets(&all, signature, PB_ED25519_SIGNATURE_LEN);
	pb_digest_sha256(all.data, all.len, key);
	pb_buf_done(&all);
	at = recall(&memory, key, &known);
	if (!known)
		answer[at] = __real_pb_ed25519_verify(public_key, data, len, signature);
	return answer[at];
}

enum pb_status __real_pb_stamp_check(const struct pb_token *token,
    const struct pb_stamp_evidence *evidence, struct pb_stamp_verdict *ret_verdict,
    struct pb_error *err);
enum pb_status __wrap_pb_stamp_check(const struct pb_token *token,
    const struct pb_stamp_evidence *evidence, struct pb_stamp_verdict *ret_verdict,
    struct pb_error *err);

enum pb_status
__wrap_pb_stamp_check(const struct pb_token *token, const struct pb_stamp_evidence *evidence,
    struct pb_stamp_verdict *ret_verdict, struct pb_error *err)
{
	static struct memory memory;
	static struct pb_stamp_verdict answer[REMEMBERED];
	const struct pb_token_info *info = pb_token_info(token);
	struct pb_buf all = PB_BUF_EMPTY;
	uint8_t key[PB_DIGEST_LEN];
	const void *bare;
	bool known, right;
	size_t at, len;

	assert_int_equal(evidence->revocation_count, 0);
	pb_token_bare(token, &bare, &len);
	add_octets(&all, bare, len);
	/* Of what is stamped, only whether it is what the token says. */
	right = memcmp(evidence->imprint, info->imprint, pb_stamp_hash_len(info->hash)) == 0;
	add_octets(&all, &right, sizeof(right));
	add_octets(&all, evidence->request, evidence->request_len);
	add_octets(&all, evidence->chain, evidence->chain_len);
	add_octets(&all, &evidence->exact, sizeof(evidence->exact));
	pb_digest_sha256(all.data, all.len, key);
	pb_buf_done(&all);
	at = recall(&memory, key, &known);
	if (!known) {
		memset(&answer[at], 0, sizeof(answer[at]));
		assert_int_equal(__real_pb_stamp_check(token, evidence, &answer[at], err), PB_OK);
	}
	*ret_verdict = answer[at];
	return PB_OK;
}

/* Tokens as they are in the bundle stay parsed; others come and go. */
#define TOKENS 16

enum pb_status __real_pb_token_parse(
    const void *data, size_t len, struct pb_token **ret_token, struct pb_error *err);
enum pb_status __wrap_pb_token_parse(
    const void *data, size_t len, struct pb_token **ret_token, struct pb_error *err);
void __real_pb_token_free(struct pb_token *token);
void __wrap_pb_token_free(struct pb_token *token);

static struct {
	struct pb_token *token[TOKENS];
	uint8_t key[TOKENS][PB_DIGEST_LEN];
	size_t count;
	bool taking; /* from the bundle as it is */
} parsed;

enum pb_status
__wrap_pb_token_parse(
    const void *data, size_t len, struct pb_token **ret_token, struct pb_error *err)
{
	uint8_t key[PB_DIGEST_LEN];
	enum pb_status status;

	pb_digest_sha256(data, len, key);
	for (size_t i = 0; i < parsed.count; i++) {
		if (memcmp(parsed.key[i], key, sizeof(key)) != 0)
			continue;
		*ret_token = parsed.token[i];
		return PB_OK;
	}
	status = __real_pb_token_parse(data, len, ret_token, err);
	if (status != PB_OK || !parsed.taking)
		return status;
	assert_true(parsed.count < TOKENS);
	memcpy(parsed.key[parsed.count], key, sizeof(key));
	parsed.token[parsed.count++] = *ret_token;
	return PB_OK;
}

void
__wrap_pb_token_free(struct pb_token *token)
{
	for (size_t i = 0; i < parsed.count; i++)
		if (parsed.token[i] == token)
			return;
	__real_pb_token_free(token);
}

/* The verifier's roots are always the same. */
enum pb_status __real_pb_stamp_roots_parse(
    const void *pem, size_t len, struct pb_stamp_roots **ret_roots, struct pb_error *err);
enum pb_status __wrap_pb_stamp_roots_parse(
    const void *pem, size_t len, struct pb_stamp_roots **ret_roots, struct pb_error *err);
void __real_pb_stamp_roots_free(struct pb_stamp_roots *roots);
void __wrap_pb_stamp_roots_free(struct pb_stamp_roots *roots);

static struct pb_stamp_roots *chosen;

enum pb_status
__wrap_pb_stamp_roots_parse(
    const void *pem, size_t len, struct pb_stamp_roots **ret_roots, struct pb_error *err)
{
	if (chosen == NULL && __real_pb_stamp_roots_parse(pem, len, &chosen, err) != PB_OK)
		return PB_EDATA;
	*ret_roots = chosen;
	return PB_OK;
}

void
__wrap_pb_stamp_roots_free(struct pb_stamp_roots *roots)
{
	assert_true(roots == NULL || roots == chosen);
}

static void
forget(void)
{
	__real_pb_stamp_roots_free(chosen);
	chosen = NULL;
	for (size_t i = 0; i < parsed.count; i++)
		__real_pb_token_free(parsed.token[i]);
	parsed.count = 0;
}

/* ---- judging --------------------------------------------------------------------------------- */

struct stage {
	struct maker *maker;
	struct pb_buf trust;
};

static enum pb_verdict
judge(struct stage *s)
{
	const struct pb_bundle_check_options options = { .trust = s->trust.data,
		.trust_len = s->trust.len,
		.tsa_roots = the_authority()->root.data,
		.tsa_roots_len = the_authority()->root.len,
		.against = s->maker->checkpoint[LAST].data,
		.against_len = s->maker->checkpoint[LAST].len };
	struct memory_files files;
	struct pb_world world = { .files = &files.table };
	struct pb_verification *v = NULL;
	enum pb_verdict verdict = PB_INVALID; /* also if it is taken for no ZIP at all */

	memory_files_init(&files, &s->maker->bundle);
	if (pb_bundle_check(&world, "bundle", &options, &v, NULL) == PB_OK)
		verdict = pb_verification_verdict(v);
	pb_verification_free(v);
	return verdict;
}

static int
set_up(void **state, bool bare)
{
	struct stage *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->maker = make_bundle((struct order){ .first = 6, .bare = bare });
	s->trust = trust_text(false);
	parsed.taking = true;
	assert_int_equal(judge(s), bare ? PB_INDETERMINATE : PB_VALID);
	parsed.taking = false;
	*state = s;
	return 0;
}

static int
set_up_container(void **state)
{
	return set_up(state, false);
}

static int
set_up_package(void **state)
{
	return set_up(state, true);
}

static int
tear_down(void **state)
{
	struct stage *s = *state;

	forget();
	maker_free(s->maker);
	pb_buf_done(&s->trust);
	free(s);
	return 0;
}

/* ---- every offset ---------------------------------------------------------------------------- */

/* One offset of so many, one of the workers': says which one was not found. */
static int
flip_some(struct stage *s, unsigned worker)
{
	static const uint8_t bits[] = { 0x01, 0xff };
	struct pb_buf *bundle = &s->maker->bundle;

	for (size_t offset = worker; offset < bundle->len; offset += WORKERS) {
		for (size_t i = 0; i < sizeof(bits); i++) {
			enum pb_verdict verdict;

			bundle->data[offset] ^= bits[i];
			verdict = judge(s);
			bundle->data[offset] ^= bits[i];
			if (verdict == PB_INVALID)
				continue;
			print_message("changed by %02x at %zu it is %s\n", bits[i], offset,
			    pb_verdict_name(verdict));
			return 1;
		}
	}
	return 0;
}

static void
no_offset_survives(void **state)
{
	struct stage *s = *state;
	pid_t child[WORKERS];
	bool found = false;

	assert_in_range(s->maker->bundle.len, SMALLEST, LARGEST);
	for (unsigned i = 0; i < WORKERS; i++) {
		child[i] = fork();
		assert_true(child[i] >= 0);
		if (child[i] == 0)
			_exit(flip_some(s, i));
	}
	for (unsigned i = 0; i < WORKERS; i++) {
		int status = 1;

		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		found |= status != 0;
	}
	assert_false(found);
}

static void
no_end_survives(void **state)
{
	struct stage *s = *state;
	struct pb_buf *bundle = &s->maker->bundle;
	size_t len = bundle->len;

	for (bundle->len = 0; bundle->len < len; bundle->len += 1 + bundle->len / 40)
		assert_int_equal(judge(s), PB_INVALID);
	bundle->len = len - 1;
	assert_int_equal(judge(s), PB_INVALID);
	bundle->len = len;
	assert_int_equal(pb_buf_append(bundle, "", 1), PB_OK);
	assert_int_equal(judge(s), PB_INVALID);
}

#define no_offset_of_a_container_survives_a_change no_offset_survives
#define no_offset_of_a_package_survives_a_change no_offset_survives
#define no_container_survives_being_cut_or_lengthened no_end_survives
#define no_package_survives_being_cut_or_lengthened no_end_survives

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    no_offset_of_a_container_survives_a_change, set_up_container, tear_down),
		cmocka_unit_test_setup_teardown(
		    no_offset_of_a_package_survives_a_change, set_up_package, tear_down),
		cmocka_unit_test_setup_teardown(
		    no_container_survives_being_cut_or_lengthened, set_up_container, tear_down),
		cmocka_unit_test_setup_teardown(
		    no_package_survives_being_cut_or_lengthened, set_up_package, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, stop_authority);
}
