#include "verify/bundle.h"

#include <stdlib.h>

#include "core/error.h"

static enum pb_status
begin(struct pb_bundle_state *state, const struct pb_world *world, const char *path,
    struct pb_error *err)
{
	const struct pb_bundle_check_options *options = state->options;
	enum pb_status status = PB_OK;

	if (options->trust != NULL)
		status = pb_trust_parse(options->trust, options->trust_len, &state->trust, err);
	if (status == PB_OK && options->tsa_roots != NULL)
		status = pb_stamp_roots_parse(
		    options->tsa_roots, options->tsa_roots_len, &state->roots, err);
	if (status == PB_OK && options->against != NULL)
		status = pb_verify_held_read(
		    &state->log.against, options->against, options->against_len, err);
	if (status != PB_OK)
		return status;
	state->log_options.trust = state->trust;
	state->log.v = state->v;
	state->log.options = &state->log_options;
	pb_verification_bundle_seen(state->v)->bundle = true;
	return pb_bundle_file_open(world->files, path, &state->file, err);
}

/* What the walk needs. */
static enum pb_status
prepare(struct pb_bundle_state *state, struct pb_error *err)
{
	unsigned threads = state->options->threads;
	enum pb_status status = pb_bundle_tools_init(&state->tools, err);

	if (status == PB_OK && threads > 0) {
		status = pb_bundle_crew_new(
		    threads < PB_BUNDLE_CREW_THREADS ? threads : PB_BUNDLE_CREW_THREADS,
		    &state->crew, err);
		if (status == PB_EUNAVAIL)
			status = PB_OK;
	}
	if (status == PB_OK && state->has_range)
		status =
		    pb_intervals_new(state->first, state->last, state->v, &state->intervals, err);
	return status;
}

/* The order of steps: each uses what those before it have read. */
static enum pb_status
read_package(struct pb_bundle_state *state, struct pb_error *err)
{
	enum pb_status (*const steps[])(struct pb_bundle_state *, struct pb_error *) = {
		pb_bundle_structure, pb_bundle_statements, pb_bundle_stamps, prepare,
		pb_bundle_leaves_begin, pb_bundle_sums_begin, pb_bundle_walk, pb_bundle_sums_end,
		pb_bundle_container_end, pb_bundle_stamps_end, pb_bundle_history
	};
	enum pb_status status = PB_OK;

	pb_bundle_package_start(state);
	for (size_t i = 0; status == PB_OK && i < sizeof(steps) / sizeof(steps[0]); i++)
		status = steps[i](state, err);
	if (status == PB_OK)
		pb_verification_set_log(
		    state->v, state->log.origin, state->log.records, state->log.signed_size);
	return status;
}

static void
done(struct pb_bundle_state *state)
{
	pb_bundle_package_join(state);
	pb_bundle_crew_free(state->crew);
	pb_intervals_free(state->intervals);
	pb_bundle_job_done(&state->job);
	pb_bundle_tools_done(&state->tools);
	free(state->leaves.buffer);
	free(state->sums.buffer);
	pb_digest_free(state->sums.sha256);
	free(state->entry);
	free(state->stamp);
	free(state->by_seq);
	free(state->closed);
	pb_bundle_destroyed_done(&state->destroyed);
	free(state->note);
	pb_manifest_done(&state->manifest);
	pb_buf_done(&state->checkpoint_bytes);
	pb_buf_done(&state->proof_note);
	pb_buf_done(&state->token);
	pb_zip_reader_free(state->zip);
	pb_zip_reader_free(state->container);
	pb_bundle_file_close(&state->file);
	pb_verify_held_done(&state->log.against);
	pb_stamp_roots_free(state->roots);
	pb_trust_free(state->trust);
	free(state);
}

enum pb_status
pb_bundle_check(const struct pb_world *world, const char *path,
    const struct pb_bundle_check_options *options, struct pb_verification **ret_verification,
    struct pb_error *err)
{
	struct pb_bundle_state *state = calloc(1, sizeof(*state));
	enum pb_status status;

	if (state == NULL)
		return pb_fail_memory(err, N_("verify a bundle"));
	state->options = options;
	status = pb_verification_new(&state->v, err);
	if (status == PB_OK)
		status = begin(state, world, path, err);
	if (status == PB_OK)
		status = pb_bundle_container(state, err);
	if (status == PB_OK && state->zip != NULL)
		status = read_package(state, err);
	if (status == PB_OK)
		*ret_verification = state->v;
	else
		pb_verification_free(state->v);
	done(state);
	return status;
}
