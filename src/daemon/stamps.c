#include "daemon/stamps.h"

#include <stdlib.h>

#include "archive/authorities.h"
#include "core/error.h"
#include "core/io.h"
#include "daemon/log.h"

static const char PREPARING[] = N_("prepare to have the log stamped");

/* Would an archive take it?  One that none takes must not keep the others from it. */
static enum pb_status
try_settings(const struct pb_tsa_settings *settings, struct pb_error *err)
{
	struct pb_authorities *nobodys = calloc(1, sizeof(*nobodys));
	enum pb_status status = nobodys == NULL ? pb_fail_memory(err, PREPARING)
						: pb_authorities_put(nobodys, settings, err);

	pb_authorities_free(nobodys);
	return status;
}

static enum pb_status
add_authority(struct pb_stamps *s, const struct pb_world *world,
    const struct pb_policy_authority *authority, struct pb_error *err)
{
	struct pb_buf *roots = &s->roots[s->rule.asked_count];
	struct pb_tsa_settings settings = { .name = authority->name,
		.url = authority->url,
		.policy = authority->policy,
		.hash = authority->hash,
		.client_pem = authority->client_certificate,
		.server_roots = authority->server_roots,
		.timeout_s = authority->timeout_s,
		.interval_s = authority->interval_s };
	struct pb_error own = { 0 };
	enum pb_status status =
	    pb_io_read_regular(world->files, authority->roots, PB_LIMIT_PEM, roots, &own);

	s->asked[s->rule.asked_count++] = authority->name;
	settings.roots_pem = roots->data;
	settings.roots_len = roots->len;
	if (status == PB_OK)
		status = try_settings(&settings, &own);
	if (status == PB_ENOMEM)
		return pb_fail_memory(err, PREPARING);
	if (status == PB_OK)
		s->settings[s->plan.count++] = settings;
	else
		pb_log_error(authority->name, &own);
	return PB_OK;
}

static enum pb_status
carry_out(struct pb_stamps *s, const struct pb_world *world, struct pb_error *err)
{
	const struct pb_policy_profile *profile = &s->policy->profile[s->policy->in_force];
	enum pb_status status = PB_OK;

	s->profile = profile;
	/*
	 * Where tokens are shared it is rounds that go so often (daemon/errands.h), and each takes
	 * along who was not stamped a moment ago: by the writer before this one, say.
	 */
	s->rule = (struct pb_stamping_rule){ .every_s = profile->shared ? profile->every_s / 2
									: profile->every_s,
		.asked = s->asked };
	s->plan = (struct pb_tsa_plan){ .tsa = s->settings,
		.gap_after_s = profile->gap_after_s,
		.heartbeat_s = profile->heartbeat_s };
	for (size_t i = 0; status == PB_OK && i < profile->authority_count; i++)
		status = add_authority(s, world, &s->policy->authority[profile->authority[i]], err);
	if (profile->local) {
		s->asked[s->rule.asked_count++] = PB_TSA_LOCAL;
		s->settings[s->plan.count++] = (struct pb_tsa_settings){ .name = PB_TSA_LOCAL };
	}
	return status;
}

enum pb_status
pb_stamps_new(const struct pb_world *world, const struct pb_buf *text,
    struct pb_stamps **ret_stamps, struct pb_error *err)
{
	struct pb_stamps *s = calloc(1, sizeof(*s));
	enum pb_status status;

	if (s == NULL)
		return pb_fail_memory(err, PREPARING);
	pb_digest_sha256(text->data, text->len, s->sha256);
	status = pb_timestamp_policy_parse(text->data, text->len, &s->policy, err);
	if (status == PB_OK)
		status = carry_out(s, world, err);
	if (status == PB_OK)
		*ret_stamps = s;
	else
		pb_stamps_free(s);
	return status;
}

void
pb_stamps_free(struct pb_stamps *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < PB_LIMIT_TSAS; i++)
		pb_buf_done(&s->roots[i]);
	pb_timestamp_policy_free(s->policy);
	free(s);
}
