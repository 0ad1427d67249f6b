/* `policy check`: whether policies can be used, and what they mean. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/policy.h"
#include "cli/print.h"
#include "core/io.h"
#include "core/limits.h"
#include "core/text.h"
#include "policy/kind.h"
#include "policy/whole.h"

/* One FILE.  capture: the policy of the last one that was about it; its timestamps are counted. */
struct checking {
	const char *path;
	bool json;
	bool printed; /* something, of an earlier one */
	struct pb_buf text;
	struct pb_capture_policy *capture;
};

static void
begin(const struct checking *c, struct pb_json_writer *w, struct pb_buf *out, const char *kind)
{
	pb_json_writer_init(w, out);
	pb_json_object_begin(w, NULL);
	pb_json_octets(w, "file", c->path, strlen(c->path));
	pb_json_text(w, "policy", kind);
}

static void
end(struct pb_json_writer *w, struct pb_buf *out)
{
	pb_json_object_end(w);
	pb_print_json(w);
	pb_buf_done(out);
}

static void
print_title(struct checking *c, const char *title)
{
	if (c->printed)
		(void)putchar('\n');
	c->printed = true;
	pb_print_safe(c->path, strlen(c->path));
	(void)printf(": %s\n", title);
}

static enum pb_status
check_capture(const struct pb_world *world, struct checking *c, struct pb_error *err)
{
	struct pb_capture_policy *policy = NULL;
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;
	enum pb_status status;

	status = pb_capture_policy_parse(c->text.data, c->text.len, &policy, err);
	if (status == PB_OK)
		status = pb_policy_whole_map(world->files, policy, &c->text, err);
	if (status != PB_OK) {
		pb_capture_policy_free(policy);
		return status;
	}
	if (c->json) {
		begin(c, &w, &out, "capture");
		pb_policy_json_capture(policy, &w);
		end(&w, &out);
	} else {
		print_title(c, _("by which doors mail comes in, and where it is kept"));
		pb_policy_say_capture(policy);
	}
	pb_capture_policy_free(c->capture);
	c->capture = policy;
	return PB_OK;
}

static enum pb_status
check_timestamp(struct checking *c, struct pb_error *err)
{
	struct pb_timestamp_policy *policy = NULL;
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;
	enum pb_status status;

	status = pb_timestamp_policy_parse(c->text.data, c->text.len, &policy, err);
	if (status != PB_OK)
		return status;
	if (c->json) {
		begin(c, &w, &out, "timestamp");
		pb_policy_json_timestamp(policy, c->capture, &w);
		end(&w, &out);
	} else {
		print_title(c, _("who stamps the log, how often, and what it costs"));
		pb_policy_say_timestamp(policy, c->capture);
	}
	pb_timestamp_policy_free(policy);
	return PB_OK;
}

/* The place in the file stands behind its name. */
static enum pb_status
refuse(const struct checking *c, struct pb_error *err)
{
	(void)pb_fail(err, err->status, err->what, err->why, "%s, %s", c->path, err->object);
	return pb_fail_todo(err, err->status,
	    N_("docs/POLICY.md says what can stand there; policies/ has examples"));
}

static enum pb_status
check(const struct pb_world *world, struct checking *c, struct pb_error *err)
{
	enum pb_policy_kind kind = PB_POLICY_CAPTURE;
	enum pb_status status;

	pb_buf_clear(&c->text);
	status = pb_io_read_file(world->files, c->path, PB_LIMIT_POLICY, &c->text, err);
	if (status != PB_OK)
		return status;
	status = pb_policy_kind_of(c->text.data, c->text.len, &kind, err);
	if (status == PB_OK && kind == PB_POLICY_CAPTURE)
		status = check_capture(world, c, err);
	else if (status == PB_OK)
		status = check_timestamp(c, err);
	return status == PB_EDATA || status == PB_ELIMIT ? refuse(c, err) : status;
}

enum pb_exit
pb_cli_policy_check(const struct pb_world *world, const struct pb_options *options)
{
	struct checking c = { .json = options->value[PB_OPTION_JSON] != NULL };
	enum pb_exit code = PB_EXIT_OK;

	for (size_t i = 0; i < options->operand_count; i++) {
		struct pb_error err = { 0 };

		c.path = options->operand[i];
		if (check(world, &c, &err) == PB_OK)
			continue;
		pb_say_error(&err);
		code = code == PB_EXIT_OK ? pb_say_exit(err.status) : code;
	}
	pb_capture_policy_free(c.capture);
	pb_buf_done(&c.text);
	return code;
}
