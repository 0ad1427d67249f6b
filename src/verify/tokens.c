#include "verify/tokens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "log/shared.h"
#include "stamp/authority.h"
#include "verify/inside.h"

static void
find(struct pb_verification *v, const struct pb_verify_token *token, enum pb_check_id check,
    enum pb_verdict weight, const char *code, const char *text, const char *detail)
{
	const char *where = token->where != NULL ? token->where : "";

	if (detail[0] == '\0')
		pb_verification_find(v, check, weight, token->seq, code, text, "%s", where);
	else
		pb_verification_find(v, check, weight, token->seq, code, text, "%s%s(%s)", where,
		    where[0] != '\0' ? " " : "", detail);
}

/* ---- the token itself ----------------------------------------------------------------------- */

static enum pb_status
compute_imprint(const struct pb_verify_token *token, enum pb_stamp_hash hash,
    uint8_t out[PB_STAMP_HASH_MAX], struct pb_error *err)
{
	const struct pb_verify_object *over;

	if (token->imprint != NULL)
		return token->imprint(token->imprint_ctx, hash, out, err);
	over = token->shared ? &token->node : &token->data;
	pb_stamp_imprint(hash, over->data, over->len, out);
	return PB_OK;
}

static enum pb_status
check(const struct pb_verify_token *token, const struct pb_token *parsed,
    struct pb_stamp_verdict *ret_verdict, struct pb_error *err)
{
	struct pb_stamp_evidence evidence = { .request = token->request.data,
		.request_len = token->request.len,
		.chain = token->chain.data,
		.chain_len = token->chain.len,
		.revocation_count = token->revocation_count,
		.roots = token->roots,
		.now_s = token->now_s,
		.exact = token->exact };
	uint8_t imprint[PB_STAMP_HASH_MAX];
	enum pb_status status;

	_Static_assert(
	    sizeof(evidence.revocation) / sizeof(evidence.revocation[0]) == PB_VERIFY_REVOCATIONS,
	    "as many as the check takes");
	pb_assert(token->revocation_count <= PB_VERIFY_REVOCATIONS);
	for (size_t i = 0; i < token->revocation_count; i++) {
		evidence.revocation[i].der = token->revocation[i].der.data;
		evidence.revocation[i].len = token->revocation[i].der.len;
		evidence.revocation[i].ocsp = token->revocation[i].ocsp;
	}
	status = compute_imprint(token, pb_token_info(parsed)->hash, imprint, err);
	if (status != PB_OK)
		return status;
	evidence.imprint = imprint;
	return pb_stamp_check(parsed, &evidence, ret_verdict, err);
}

/*
 * What is wrong with the token, and with the authority behind it.  That no chosen root is
 * known is neither (FORMAT 2.2: 1 to 4 and 6 make it invalid, 5 alone does not).
 */
static enum pb_verdict
report(struct pb_verification *v, const struct pb_verify_token *token,
    const struct pb_stamp_verdict *verdict)
{
	enum pb_verdict weight = (enum pb_verdict)pb_stamp_fault_weight(verdict->fault);
	bool of_authority =
	    verdict->fault == PB_STAMP_REVOKED || verdict->fault == PB_STAMP_NOT_IN_TIME;

	if (verdict->fault == PB_STAMP_GOOD || verdict->fault == PB_STAMP_UNKNOWN_ROOT)
		return PB_VALID;
	find(v, token, of_authority ? PB_CHECK_AUTHORITIES : PB_CHECK_TOKENS, weight,
	    pb_stamp_fault_code(verdict->fault), verdict->text, verdict->detail);
	return weight;
}

/* ---- a shared one --------------------------------------------------------------------------- */

/* Does what it is over lead to the checkpoint?  *ret_verdict: VALID for one that is not shared. */
static enum pb_status
check_shared(struct pb_verification *v, const struct pb_verify_token *token,
    enum pb_verdict *ret_verdict, struct pb_error *err)
{
	const struct pb_json *key = pb_json_get(token->facts, "node");
	const char *text = pb_json_string(key);
	const struct pb_shared shared = { .checkpoint = token->data.data,
		.checkpoint_len = token->data.len,
		.node = token->node.data,
		.node_len = token->node.len,
		.salt = token->salt.data,
		.salt_len = token->salt.len,
		.proof = token->proof.data,
		.proof_len = token->proof.len,
		.node_key = key == NULL || text != NULL ? text : "" };
	enum pb_shared_fault fault = PB_SHARED_GOOD;
	enum pb_status status = PB_OK;

	if (token->shared)
		status = pb_shared_check(&shared, &fault, err);
	if (status != PB_OK)
		return status;
	if (fault != PB_SHARED_GOOD)
		find(v, token, PB_CHECK_TOKENS, PB_INVALID, pb_shared_fault_code(fault),
		    pb_shared_fault_text(fault), "");
	*ret_verdict = fault == PB_SHARED_GOOD ? PB_VALID : PB_INVALID;
	return PB_OK;
}

/* ---- what the log says of it ---------------------------------------------------------------- */

/* A member that is absent contradicts nothing; one of another type does. */
static bool
text_differs(const struct pb_json *facts, const char *key, const char *expected)
{
	const struct pb_json *value = pb_json_get(facts, key);
	const char *text = pb_json_string(value);

	return value != NULL && (text == NULL || strcmp(text, expected) != 0);
}

static bool
key_differs(const struct pb_json *facts, const uint8_t expected[32])
{
	static const uint8_t unknown[32];
	const struct pb_json *value = pb_json_get(facts, "key");
	uint8_t key[32];

	if (value == NULL || memcmp(expected, unknown, sizeof(unknown)) == 0)
		return false;
	return !pb_json_as_hex(value, key, sizeof(key)) || memcmp(key, expected, sizeof(key)) != 0;
}

/* Absent means that the token states none (FORMAT 2.2). */
static bool
accuracy_differs(const struct pb_json *facts, const struct pb_token_info *info)
{
	const struct pb_json *value = pb_json_get(facts, "accuracy_us");
	uint64_t accuracy_us;

	if (value == NULL || !info->has_accuracy)
		return (value != NULL) != info->has_accuracy;
	return !pb_json_as_u64(value, &accuracy_us) || accuracy_us != info->accuracy_us;
}

static bool
local_malformed(const struct pb_json *facts)
{
	const struct pb_json *value = pb_json_get(facts, "local");
	bool local;

	return value != NULL && !pb_json_as_bool(value, &local);
}

/* FORMAT 2.2: the facts are the token's, in words that need no DER. */
static bool
facts_agree(struct pb_verification *v, const struct pb_verify_token *token,
    const struct pb_token_info *info, const uint8_t key[32])
{
	const struct pb_json *facts = token->facts;
	const struct {
		const char *member;
		bool differs;
	} members[] = {
		{ "key", key_differs(facts, key) },
		{ "gen_time", text_differs(facts, "gen_time", info->gen_time) },
		{ "accuracy_us", facts != NULL && accuracy_differs(facts, info) },
		{ "policy", text_differs(facts, "policy", info->policy) },
		{ "serial", text_differs(facts, "serial", info->serial) },
		{ "hash", text_differs(facts, "hash", pb_stamp_hash_name(info->hash)) },
		{ "qualified",
		    text_differs(facts, "qualified", info->qualified ? "stated" : "no") },
		{ "local", local_malformed(facts) },
	};
	bool agree = true;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (!members[i].differs)
			continue;
		agree = false;
		find(v, token, PB_CHECK_TOKENS, PB_INVALID, "anchor_facts",
		    N_("What the log states of this timestamp is not what its token states."),
		    members[i].member);
	}
	return agree;
}

/* Never more trusted than the log or the token itself says. */
static bool
is_local(const struct pb_json *facts, const struct pb_token_info *info)
{
	bool local = false;

	(void)pb_json_as_bool(pb_json_get(facts, "local"), &local);
	return local || strcmp(info->policy, PB_STAMP_LOCAL_POLICY) == 0;
}

/* ---- together ------------------------------------------------------------------------------- */

static enum pb_verdict
worse(enum pb_verdict a, enum pb_verdict b)
{
	if (a == PB_INVALID || b == PB_INVALID)
		return PB_INVALID;
	return a == PB_INDETERMINATE || b == PB_INDETERMINATE ? PB_INDETERMINATE : PB_VALID;
}

static void
describe(const struct pb_verify_token *token, const struct pb_token_info *info,
    const struct pb_stamp_verdict *verdict, struct pb_verify_token_outcome *outcome)
{
	struct pb_token_seen *seen = &outcome->seen;
	const char *tsa = verdict->tsa[0] != '\0' ? verdict->tsa : info->tsa;

	outcome->read = true;
	outcome->fault = verdict->fault;
	outcome->has_accuracy = info->has_accuracy;
	outcome->accuracy_us = info->accuracy_us;
	seen->gen_time_us = info->gen_time_us;
	memcpy(seen->gen_time, info->gen_time, sizeof(seen->gen_time));
	pb_text_safe_copy(seen->tsa, sizeof(seen->tsa), (const uint8_t *)tsa, strlen(tsa));
	memcpy(seen->key, verdict->key, sizeof(seen->key));
	seen->local = is_local(token->facts, info) || verdict->self_issued_local;
	seen->qualified = info->qualified;
}

/* data_verdict: of what it is over, and of the way from there. */
static void
judge(struct pb_verification *v, const struct pb_verify_token *token, enum pb_verdict data_verdict,
    const struct pb_token_info *info, const struct pb_stamp_verdict *verdict,
    struct pb_verify_token_outcome *outcome)
{
	enum pb_verdict weight = report(v, token, verdict);
	bool agree = facts_agree(v, token, info, verdict->key);

	describe(token, info, verdict, outcome);
	outcome->seen.verdict = worse(weight, data_verdict);
	outcome->good = outcome->seen.verdict == PB_VALID && agree;
	outcome->seen.trusted = outcome->good && verdict->fault == PB_STAMP_GOOD;
	outcome->seen.sustained = outcome->seen.trusted && verdict->sustained;
	if (outcome->seen.trusted)
		memcpy(outcome->root, verdict->root, sizeof(outcome->root));
}

/* Read it and check it; *ret_parsed NULL: it is no token. */
static enum pb_status
look(const struct pb_verify_token *token, struct pb_token **ret_parsed,
    struct pb_stamp_verdict *ret_verdict, struct pb_error *err)
{
	struct pb_token *parsed = NULL;
	enum pb_status status;

	status = pb_token_parse(token->token.data, token->token.len, &parsed, err);
	if (status == PB_OK)
		status = check(token, parsed, ret_verdict, err);
	else if (pb_inside_unsound(status))
		status = PB_OK;
	if (status != PB_OK) {
		pb_token_free(parsed);
		return status;
	}
	*ret_parsed = parsed;
	return PB_OK;
}

enum pb_status
pb_verify_token(struct pb_verification *v, const struct pb_verify_token *token,
    struct pb_verify_token_outcome *ret_outcome, struct pb_error *err)
{
	struct pb_verify_token_outcome outcome = {
		.seen = { .seq = token->seq, .size = token->size, .verdict = PB_INVALID }
	};
	struct pb_stamp_verdict verdict;
	struct pb_token *parsed = NULL;
	enum pb_verdict led = PB_VALID;
	enum pb_status status;

	status = look(token, &parsed, &verdict, err);
	if (status != PB_OK)
		goto out;
	pb_verification_looked(v, PB_CHECK_TOKENS);
	pb_verification_looked(v, PB_CHECK_AUTHORITIES);
	status = check_shared(v, token, &led, err);
	if (status != PB_OK)
		goto out;
	if (parsed != NULL)
		judge(v, token, worse(led, token->data_verdict), pb_token_info(parsed), &verdict,
		    &outcome);
	else
		find(v, token, PB_CHECK_TOKENS, PB_INVALID, "token_malformed",
		    N_("This is no timestamp token, or it cannot be read."), "");
	status = pb_verification_add_token(v, &outcome.seen, err);
	if (status == PB_OK)
		*ret_outcome = outcome;
out:
	pb_token_free(parsed);
	return status;
}

/* ---- sets of tokens ------------------------------------------------------------------------- */

void
pb_verify_authority_find(struct pb_verification *v, enum pb_verify_authority what,
    enum pb_verdict weight, uint64_t seq, uint64_t count)
{
	static const struct {
		const char *code;
		const char *text;
	} words[] = {
		[PB_AUTHORITY_NO_ROOTS] = { "no_tsa_roots",
		    N_("No root certificates of timestamping authorities were given, so it is not "
		       "known whose clocks these timestamps are.") },
		[PB_AUTHORITY_UNKNOWN] = { "authority_unknown",
		    N_("These timestamps do not lead to a root certificate that you chose.") },
		[PB_AUTHORITY_LOCAL] = { "authority_local",
		    N_("These timestamps are of a local authority, whose key stands where the "
		       "archive stands: they show what it saw, their times are claims, and they "
		       "prove no interval.") },
		[PB_AUTHORITY_NONE] = { "authority_none",
		    N_("There is no timestamp where one is needed.") },
	};

	pb_assert((unsigned)what < sizeof(words) / sizeof(words[0]));
	if (count > 1)
		pb_verification_find(v, PB_CHECK_AUTHORITIES, weight, seq, words[what].code,
		    words[what].text, "%" PRIu64 " tokens", count);
	else
		pb_verification_find(v, PB_CHECK_AUTHORITIES, weight, seq, words[what].code,
		    words[what].text, "%s", "");
}
