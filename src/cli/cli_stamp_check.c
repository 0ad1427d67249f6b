/* `stamp check`: is any RFC 3161 token good?  No archive is needed. */
#include <stdio.h>

#include "cli/access.h"
#include "cli/print.h"
#include "cli/verdict.h"
#include "core/io.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/text.h"
#include "log/shared.h"
#include "log/tlog_proof.h"
#include "stamp/check.h"

/* The files that the options name. */
struct inputs {
	struct pb_buf token;
	struct pb_buf request;
	struct pb_buf chain;
	struct pb_buf roots_pem;
	struct pb_stamp_roots *roots;
	struct pb_buf proof, salt; /* of a shared token */
	uint8_t imprint[PB_STAMP_HASH_MAX];
};

/* What was found of the token, and, if it is shared, of the way from it to the data. */
struct findings {
	struct pb_stamp_verdict token;
	enum pb_shared_fault shared;
};

static enum pb_verdict
weight_of(const struct findings *found)
{
	return found->shared != PB_SHARED_GOOD
		   ? PB_INVALID
		   : (enum pb_verdict)pb_stamp_fault_weight(found->token.fault);
}

static const char *
text_of(const struct findings *found)
{
	return found->shared != PB_SHARED_GOOD ? pb_shared_fault_text(found->shared)
					       : found->token.text;
}

static enum pb_status
read_if(const struct pb_world *world, const char *path, struct pb_buf *buf, struct pb_error *err)
{
	return path == NULL ? PB_OK : pb_io_read_file(world->files, path, PB_LIMIT_PEM, buf, err);
}

static enum pb_status
read_inputs(const struct pb_world *world, const struct pb_options *options, struct inputs *in,
    struct pb_error *err)
{
	enum pb_status status = read_if(world, options->operand[0], &in->token, err);

	if (status == PB_OK)
		status = read_if(world, options->value[PB_OPTION_REQUEST], &in->request, err);
	if (status == PB_OK)
		status = read_if(world, options->value[PB_OPTION_CHAIN], &in->chain, err);
	if (status == PB_OK)
		status = read_if(world, options->value[PB_OPTION_PROOF], &in->proof, err);
	if (status == PB_OK)
		status = read_if(world, options->value[PB_OPTION_SALT], &in->salt, err);
	if (status == PB_OK)
		status = read_if(world, options->value[PB_OPTION_TSA_ROOTS], &in->roots_pem, err);
	if (status == PB_OK && options->value[PB_OPTION_TSA_ROOTS] != NULL)
		status =
		    pb_stamp_roots_parse(in->roots_pem.data, in->roots_pem.len, &in->roots, err);
	return status;
}

/* The data may be of any length. */
static enum pb_status
imprint(const struct pb_world *world, const char *path, enum pb_stamp_hash hash, uint8_t *out,
    struct pb_error *err)
{
	struct pb_stamp_digest *digest = NULL;
	uint8_t chunk[65536];
	enum pb_status status;
	size_t len = 1;
	int fd = -1;

	status = pb_stamp_digest_new(hash, &digest, err);
	if (status == PB_OK)
		status = pb_io_open(world->files, path, 0, 0, &fd, err);
	while (status == PB_OK && len > 0) {
		status = pb_io_read(world->files, fd, path, chunk, sizeof(chunk), &len, err);
		if (status == PB_OK)
			pb_stamp_digest_update(digest, chunk, len);
	}
	if (status == PB_OK)
		pb_stamp_digest_final(digest, out);
	pb_io_close(world->files, &fd);
	pb_stamp_digest_free(digest);
	return status;
}

/* FORMAT 2.2: what the token is over is the node's checkpoint, with which the proof ends. */
static enum pb_status
imprint_shared(const struct pb_world *world, const char *path, enum pb_stamp_hash hash,
    struct inputs *in, enum pb_shared_fault *ret_fault, struct pb_error *err)
{
	struct pb_buf data = PB_BUF_EMPTY;
	struct pb_tlog_proof proof;
	enum pb_status status = pb_io_read_file(world->files, path, PB_LIMIT_NOTE, &data, err);

	if (status == PB_OK)
		status = pb_tlog_proof_decode(in->proof.data, in->proof.len, &proof, err);
	if (status == PB_OK) {
		const struct pb_shared shared = { .checkpoint = data.data,
			.checkpoint_len = data.len,
			.node = proof.note,
			.node_len = proof.note_len,
			.salt = in->salt.data,
			.salt_len = in->salt.len,
			.proof = in->proof.data,
			.proof_len = in->proof.len };

		pb_stamp_imprint(hash, proof.note, proof.note_len, in->imprint);
		status = pb_shared_check(&shared, ret_fault, err);
	}
	pb_buf_done(&data);
	return status;
}

static void
print_json(const struct pb_token_info *info, const struct findings *found)
{
	const struct pb_stamp_verdict *verdict = &found->token;
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "verdict", pb_verdict_name(weight_of(found)));
	pb_json_text(&w, "code",
	    found->shared != PB_SHARED_GOOD ? pb_shared_fault_code(found->shared)
					    : pb_stamp_fault_code(verdict->fault));
	pb_json_text(&w, "text", text_of(found));
	pb_json_text(&w, "detail", verdict->detail);
	pb_json_text(&w, "gen_time", info->gen_time);
	if (info->has_accuracy)
		pb_json_u64(&w, "accuracy_us", info->accuracy_us);
	pb_json_text(&w, "tsa", verdict->tsa);
	pb_json_hex(&w, "key", verdict->key, sizeof(verdict->key));
	pb_json_text(&w, "policy", info->policy);
	pb_json_text(&w, "serial", info->serial);
	pb_json_text(&w, "hash", pb_stamp_hash_name(info->hash));
	pb_json_text(&w, "qualified", info->qualified ? "stated" : "no");
	pb_json_bool(&w, "sustained", verdict->sustained);
	pb_json_bool(&w, "revocation_known", verdict->revocation_known);
	pb_json_bool(&w, "local", verdict->self_issued_local);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}

static void
print_text(const struct pb_token_info *info, const struct findings *found)
{
	const struct pb_stamp_verdict *verdict = &found->token;
	enum pb_verdict weight = weight_of(found);

	(void)printf("%s %s", pb_verdict_sign(weight), _(text_of(found)));
	if (found->shared == PB_SHARED_GOOD && verdict->detail[0] != '\0')
		(void)printf(" (%s)", verdict->detail);
	(void)putchar('\n');
	(void)printf(_("time       %s, by the clock of %s\n"), info->gen_time,
	    verdict->tsa[0] != '\0' ? verdict->tsa : "?");
	if (info->has_accuracy)
		(void)printf(_("accuracy   %.6f s\n"), (double)info->accuracy_us / 1e6);
	else
		(void)puts(_("accuracy   not stated"));
	(void)printf(_("digest     %s\n"), pb_stamp_hash_name(info->hash));
	(void)printf(_("serial     %s\n"), info->serial);
	(void)printf(_("policy     %s\n"), info->policy);
	(void)puts(info->qualified ? _("qualified  stated by the token, not confirmed")
				   : _("qualified  not stated"));
	if (weight == PB_VALID && !verdict->sustained)
		(void)puts(
		    _("today      the authority's certificate has ended since; the token was "
		      "good at its time"));
	if (weight == PB_VALID && !verdict->revocation_known)
		(void)puts(_("revocation not known: no list or answer of that day is at hand"));
	if (verdict->self_issued_local)
		(void)puts(
		    _("local      an authority that stands where the data stands: its time is "
		      "a claim"));
}

static enum pb_exit
exit_of(enum pb_verdict weight)
{
	switch (weight) {
	case PB_VALID:
		return PB_EXIT_OK;
	case PB_INVALID:
		return PB_EXIT_INVALID;
	case PB_INDETERMINATE:
	case PB_NOT_APPLICABLE:
		break;
	}
	return PB_EXIT_INDETERMINATE;
}

static enum pb_status
check(const struct pb_world *world, const struct pb_options *options, struct inputs *in,
    struct pb_token **ret_token, struct findings *ret_found, struct pb_error *err)
{
	struct pb_stamp_evidence evidence = { .imprint = in->imprint };
	const char *data = options->value[PB_OPTION_DATA];
	enum pb_status status = read_inputs(world, options, in, err);

	ret_found->shared = PB_SHARED_GOOD;
	if (status == PB_OK)
		status = pb_token_parse(in->token.data, in->token.len, ret_token, err);
	if (status == PB_OK && options->value[PB_OPTION_PROOF] != NULL)
		status = imprint_shared(
		    world, data, pb_token_info(*ret_token)->hash, in, &ret_found->shared, err);
	else if (status == PB_OK)
		status = imprint(world, data, pb_token_info(*ret_token)->hash, in->imprint, err);
	if (status != PB_OK)
		return status;
	if (options->value[PB_OPTION_REQUEST] != NULL) {
		evidence.request = in->request.len > 0 ? (const void *)in->request.data : "";
		evidence.request_len = in->request.len;
	}
	evidence.chain = in->chain.data;
	evidence.chain_len = in->chain.len;
	evidence.roots = in->roots;
	evidence.now_s = world->clock->now_us(world->clock->ctx) / 1000000;
	return pb_stamp_check(*ret_token, &evidence, &ret_found->token, err);
}

enum pb_exit
pb_cli_stamp_check(const struct pb_world *world, const struct pb_options *options)
{
	struct inputs in = { .roots = NULL };
	struct pb_token *token = NULL;
	struct findings found;
	struct pb_error err = { 0 };
	enum pb_status status;
	enum pb_exit code;

	if (options->value[PB_OPTION_DATA] == NULL) {
		pb_say_usage(_("what is the token said to be over?"), "--data FILE");
		return PB_EXIT_USAGE;
	}
	if ((options->value[PB_OPTION_PROOF] == NULL) != (options->value[PB_OPTION_SALT] == NULL)) {
		pb_say_usage(
		    _("of a shared timestamp both are needed"), "--proof FILE --salt FILE");
		return PB_EXIT_USAGE;
	}
	status = check(world, options, &in, &token, &found, &err);
	if (status != PB_OK) {
		pb_say_error(&err);
		/* It was read, and is no token that could be good. */
		code = token == NULL && in.token.len > 0 && status == PB_EDATA
			   ? PB_EXIT_INVALID
			   : pb_say_exit(status);
	} else {
		if (options->value[PB_OPTION_JSON] != NULL)
			print_json(pb_token_info(token), &found);
		else
			print_text(pb_token_info(token), &found);
		code = exit_of(weight_of(&found));
	}
	pb_token_free(token);
	pb_stamp_roots_free(in.roots);
	pb_buf_done(&in.token);
	pb_buf_done(&in.request);
	pb_buf_done(&in.chain);
	pb_buf_done(&in.proof);
	pb_buf_done(&in.salt);
	pb_buf_done(&in.roots_pem);
	return code;
}
