/* `fleet create`: the archives of a list of practices, and their place in the capture policy. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/paths.h"
#include "cli/access.h"
#include "cli/fleet.h"
#include "cli/print.h"
#include "cli/tsa.h"
#include "core/io.h"
#include "core/limits.h"
#include "fleet/create.h"
#include "fleet/roster.h"
#include "sys/user.h"

/* One run.  A row's archive is to be made, there already, or in the policy, which is three things.
 */
struct creating {
	const struct pb_world *world;
	const char *list_path, *policy_path, *output;
	struct pb_fleet_options options;
	struct pb_fleet_list *list;
	struct pb_buf yaml, text; /* the policy before and after */
	struct pb_capture_policy *policy;
	bool *known, *there;
	bool json;
};

/* ---- before anything is made ---------------------------------------------------------------- */

static enum pb_status
read_list(struct creating *c, const char *root, struct pb_error *err)
{
	struct pb_buf csv = PB_BUF_EMPTY;
	enum pb_status status =
	    pb_io_read_file(c->world->files, c->list_path, PB_LIMIT_CSV, &csv, err);

	if (status == PB_OK)
		status = pb_fleet_place_of_error(
		    c->list_path, pb_fleet_list_read(csv.data, csv.len, root, &c->list, err), err);
	pb_buf_done(&csv);
	return status;
}

static enum pb_status
merge(struct creating *c, struct pb_error *err)
{
	bool of_list = false;
	enum pb_status status =
	    pb_io_read_regular(c->world->files, c->policy_path, PB_LIMIT_POLICY, &c->yaml, err);

	if (status != PB_OK)
		return status;
	c->known = calloc(c->list->count, sizeof(*c->known));
	c->there = calloc(c->list->count, sizeof(*c->there));
	if (c->known == NULL || c->there == NULL)
		return pb_fail_memory(err, N_("read the list of practices"));
	status = pb_roster_add(&c->yaml, c->list, c->known, &c->text, &c->policy, &of_list, err);
	return pb_fleet_place_of_error(of_list ? c->list_path : c->policy_path, status, err);
}

/* An archive belongs to the user that will write to it (docs/RUNNING.md). */
static enum pb_status
check_user(const struct creating *c, struct pb_error *err)
{
	const char *name = c->policy->writer_user;
	struct pb_user writer;
	enum pb_status status = name == NULL ? PB_OK : pb_user_find(name, &writer, err);

	if (status != PB_OK || name == NULL || writer.uid == pb_user_self().uid)
		return status;
	(void)pb_fail(err, PB_EACCESS, N_("make the archives"),
	    N_("they would not belong to the user that the policy has them written by"), "%s",
	    name);
	return pb_fail_todo(err, PB_EACCESS,
	    N_("run this as that user (runuser -u USER -- probant fleet create ... -o FILE), then "
	       "put FILE in the policy's place"));
}

static enum pb_status
look_at_all(struct creating *c, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < c->list->count; i++)
		status = pb_fleet_look(
		    c->world, c->list, &c->list->row[i], &c->options, &c->there[i], err);
	return pb_fleet_place_of_error(c->list_path, status, err);
}

static enum pb_status
open_handout(const struct creating *c, struct pb_error *err)
{
	const struct pb_files *files = c->world->files;
	struct pb_file_info info;
	int answer;

	if (files->stat(files->ctx, c->options.handout, true, &info) == 0)
		return pb_path_private(files, c->options.handout, err);
	answer = files->mkdir(files->ctx, c->options.handout, 0700);
	return answer < 0
		   ? pb_fail_sys(err, answer, N_("make a directory"), "%s", c->options.handout)
		   : PB_OK;
}

/* ---- the policy ----------------------------------------------------------------------------- */

static bool
policy_changes(const struct creating *c)
{
	return c->output != NULL || c->text.len != c->yaml.len;
}

static const char *
target(const struct creating *c)
{
	return c->output != NULL ? c->output : c->policy_path;
}

static enum pb_status
prepare(const struct creating *c, struct pb_error *err)
{
	enum pb_status status = pb_fleet_policy_prepare(c->world, target(c), &c->text, err);

	return status != PB_EACCESS ? status
				    : pb_fail_todo(err, status,
					  N_("have the new policy written to another place with -o "
					     "FILE, and put it there as somebody who may"));
}

/* ---- making --------------------------------------------------------------------------------- */

static void
print_row(const struct creating *c, size_t i)
{
	const struct pb_fleet_row *row = &c->list->row[i];
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	if (!c->json) {
		(void)printf(c->there[i] ? _("there    %s, %s\n") : _("made     %s, %s\n"),
		    row->cell[PB_FLEET_NAME], row->cell[PB_FLEET_PATH]);
		return;
	}
	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "name", row->cell[PB_FLEET_NAME]);
	pb_json_text(&w, "path", row->cell[PB_FLEET_PATH]);
	pb_json_bool(&w, "made", !c->there[i]);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}

static enum pb_status
make_all(const struct creating *c, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < c->list->count; i++) {
		status = pb_fleet_make(c->world, &c->list->row[i], &c->options, c->there[i], err);
		if (status == PB_OK)
			print_row(c, i);
	}
	return status;
}

static enum pb_status
create(struct creating *c, const char *root, struct pb_error *err)
{
	enum pb_status status = pb_access_absent(c->world, c->output, err);

	if (status == PB_OK)
		status = read_list(c, root, err);
	if (status == PB_OK)
		status = merge(c, err);
	if (status == PB_OK)
		status = check_user(c, err);
	if (status == PB_OK)
		status = look_at_all(c, err);
	if (status == PB_OK)
		status = open_handout(c, err);
	/* It can be written there: known before archives are made. */
	if (status == PB_OK && policy_changes(c))
		status = prepare(c, err);
	if (status == PB_OK)
		status = make_all(c, err);
	if (status == PB_OK && policy_changes(c))
		status = pb_fleet_policy_commit(c->world, target(c), err);
	return status;
}

static void
print_next(const struct creating *c)
{
	bool made = false;

	if (c->json)
		return;
	if (c->output != NULL)
		(void)printf(_("\nThe policy with them is in %s: put it in the place of %s, then "
			       "have the daemon read it (systemctl reload probant).\n"),
		    c->output, c->policy_path);
	else if (policy_changes(c))
		(void)printf(_("\n%s has them now: have the daemon read it (systemctl reload "
			       "probant).\n"),
		    c->policy_path);
	for (size_t i = 0; i < c->list->count; i++)
		made |= !c->there[i];
	if (made)
		(void)printf(_("Hand each practice its directory in %s, and keep none of it.\n"),
		    c->options.handout);
}

enum pb_exit
pb_cli_fleet_create(const struct pb_world *world, const struct pb_options *options)
{
	struct creating c = { .world = world,
		.list_path = options->operand[0],
		.policy_path = pb_fleet_policy_of(options),
		.output = options->value[PB_OPTION_OUTPUT],
		.options.handout = options->value[PB_OPTION_HANDOUT],
		.json = options->value[PB_OPTION_JSON] != NULL };
	struct pb_tsa_settings tsa;
	struct pb_buf roots = PB_BUF_EMPTY;
	struct pb_error err = { 0 };
	enum pb_status status = PB_OK;
	enum pb_exit code = PB_EXIT_OK;

	if (c.options.handout == NULL) {
		pb_say_usage(_("where shall what practices are handed be put?"), "--handout DIR");
		return PB_EXIT_USAGE;
	}
	if (options->value[PB_OPTION_TSA] != NULL &&
	    !pb_tsa_options(
		world, options, "tsa", options->value[PB_OPTION_TSA], &roots, &tsa, &code))
		goto out;
	c.options.tsa = &tsa;
	c.options.tsa_count = options->value[PB_OPTION_TSA] != NULL;
	status = create(&c, options->value[PB_OPTION_ROOT], &err);
	if (status == PB_OK)
		print_next(&c);
	else
		pb_say_error(&err);
	code = status == PB_OK ? PB_EXIT_OK : pb_say_exit(status);
out:
	pb_buf_done(&roots);
	pb_buf_done(&c.yaml);
	pb_buf_done(&c.text);
	pb_capture_policy_free(c.policy);
	pb_fleet_list_free(c.list);
	free(c.known);
	free(c.there);
	return code;
}
