/* `fleet leave`: a practice leaves its operator, with all that was kept for it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/fleet.h"
#include "cli/print.h"
#include "core/io.h"
#include "core/limits.h"
#include "fleet/leave.h"
#include "fleet/roster.h"
#include "net/http.h"
#include "sys/process.h"

struct asked {
	const char *policy_path;
	struct pb_capture_policy *policy;
	struct pb_buf yaml;
	const char *dir; /* of the archive; borrowed from the policy, or `real` */
	char real[PB_LIMIT_PATH];
	char to[PB_LIMIT_PATH];
	const char *reason;
	bool json;
};

/* ---- the policy ----------------------------------------------------------------------------- */

/* By its name, or by its path; archive_count: the policy does not have it. */
static size_t
find(const struct pb_capture_policy *policy, const char *word, bool path)
{
	size_t i;

	for (i = 0; i < policy->archive_count; i++)
		if (strcmp(path ? policy->archive[i].path : policy->archive[i].name, word) == 0)
			break;
	return i;
}

/* One that was taken out before is named by its directory. */
static enum pb_status
choose_by_path(struct asked *a, const char *dir, struct pb_error *err)
{
	size_t i;

	a->dir = pb_process_real_path(dir, a->real, sizeof(a->real)) ? a->real : dir;
	i = find(a->policy, a->dir, true);
	if (i == a->policy->archive_count)
		return PB_OK;
	(void)pb_fail(err, PB_EINVAL, N_("hand the archive over"), N_("the policy still has it"),
	    "%s", a->policy->archive[i].name);
	return pb_fail_todo(err, PB_EINVAL, N_("name it as the policy does, without -a"));
}

/* Capture of it ends with its lines in the policy. */
static enum pb_status
take_out(const struct pb_world *world, const struct asked *a, size_t archive, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = pb_fleet_place_of_error(
	    a->policy_path, pb_roster_remove(&a->yaml, archive, &text, err), err);

	if (status == PB_OK)
		status = pb_fleet_policy_prepare(world, a->policy_path, &text, err);
	if (status == PB_OK)
		status = pb_fleet_policy_commit(world, a->policy_path, err);
	pb_buf_done(&text);
	if (status != PB_OK && err->todo == NULL)
		status = pb_fail_todo(err, status,
		    N_("take the archive out of the policy by hand, have the daemon read it, and "
		       "run this with -a DIR instead of its name"));
	return status;
}

static enum pb_status
choose_by_name(
    const struct pb_world *world, struct asked *a, const char *name, struct pb_error *err)
{
	size_t i = find(a->policy, name, false);
	enum pb_status status;

	if (i == a->policy->archive_count) {
		(void)pb_fail(err, PB_ENOENT, N_("hand the archive over"),
		    N_("the policy has no archive of this name"), "%s", name);
		return pb_fail_todo(err, PB_ENOENT,
		    N_("one that was taken out of it is named by its directory: -a DIR"));
	}
	a->dir = a->policy->archive[i].path;
	status = take_out(world, a, i, err);
	if (status == PB_OK && !a->json)
		(void)printf(_("taken out   %s, of %s\n"), name, a->policy_path);
	return status;
}

/* ---- the archive ---------------------------------------------------------------------------- */

static enum pb_status
leave(const struct pb_world *world, const struct asked *a, struct pb_backed_up *made,
    struct pb_error *err)
{
	struct pb_http *http = NULL;
	enum pb_status status = pb_http_new(&http, err);

	if (status == PB_OK)
		status = pb_leave(world, http, a->dir, a->to, a->reason, made, err);
	pb_http_free(http);
	return status;
}

static void
print_left(const struct asked *a, const struct pb_backed_up *made)
{
	if (made->size > 0)
		(void)printf(
		    _("handed over %" PRIu64 " records of %s, compared byte by byte: %s\n"),
		    made->size, made->origin, a->to);
	if (a->reason != NULL)
		(void)printf(_("destroyed   %s\n"), a->dir);
	else
		(void)printf(_("kept        %s: --destroy-after REASON destroys it\n"), a->dir);
}

static void
print_json(const struct asked *a, const struct pb_backed_up *made)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "origin", made->origin);
	pb_json_octets(&w, "place", a->to, strlen(a->to));
	pb_json_u64(&w, "records", made->size);
	pb_json_bool(&w, "destroyed", a->reason != NULL);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}

enum pb_exit
pb_cli_fleet_leave(const struct pb_world *world, const struct pb_options *options)
{
	const char *name = options->operand_count > 0 ? options->operand[0] : NULL;
	const char *dir = options->value[PB_OPTION_ARCHIVE], *to = options->value[PB_OPTION_OUTPUT];
	struct asked a = { .policy_path = pb_fleet_policy_of(options),
		.reason = options->value[PB_OPTION_DESTROY_AFTER],
		.json = options->value[PB_OPTION_JSON] != NULL };
	struct pb_backed_up made = { .size = 0 };
	struct pb_error err = { 0 };
	enum pb_status status;

	if ((name == NULL) == (dir == NULL)) {
		pb_say_usage(_("which archive leaves?"), "NAME | -a DIR");
		return PB_EXIT_USAGE;
	}
	if (to == NULL || !pb_process_real_path(to, a.to, sizeof(a.to))) {
		pb_say_usage(_("say where it is to be handed over"), "-o DIR");
		return PB_EXIT_USAGE;
	}
	status = pb_fleet_policy_read(world, a.policy_path, &a.yaml, &a.policy, &err);
	if (status == PB_OK)
		status = dir != NULL ? choose_by_path(&a, dir, &err)
				     : choose_by_name(world, &a, name, &err);
	if (status == PB_OK)
		status = leave(world, &a, &made, &err);
	if (status != PB_OK)
		pb_say_error(&err);
	else if (a.json)
		print_json(&a, &made);
	else
		print_left(&a, &made);
	pb_capture_policy_free(a.policy);
	pb_buf_done(&a.yaml);
	return status == PB_OK ? PB_EXIT_OK : pb_say_exit(status);
}
