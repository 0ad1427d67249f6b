#include <stdio.h>
#include <stdlib.h>

#include "core/error.h"
#include "daemon/log.h"
#include "daemon/policy_text.h"
#include "daemon/writer_state.h"
#include "sys/attend.h"
#include "sys/child.h"
#include "sys/confine_service.h"
#include "sys/listen.h"
#include "sys/service.h"

/* Archives that are held at once, by the hundred KiB or so that each takes; and by its files: lock,
 * segment, keys, and that it captures; those that are opened in passing are few. */
#define ARCHIVES_MAX 2048
#define FILES_PER_ARCHIVE 6

#define VIEWER "probant-mime"

static const char CONFINING[] = N_("confine the writer");

static bool
is_there(const struct writer *w, const char *path)
{
	const struct pb_files *files = w->world->files;
	struct pb_file_info info;

	return files->stat(files->ctx, path, true, &info) == 0;
}

/* Everything but its archives, and the log by which they share tokens, is only read from now on. */
static enum pb_status
confine(struct writer *w, const char **directory, struct pb_error *err)
{
	struct pb_confinement confinement = { .directory = directory, .program = w->viewer };
	struct pb_confined confined = { 0 };
	int answer;

	for (size_t i = 0; i < w->policy->archive_count; i++) {
		w->missing[i] = !is_there(w, w->policy->archive[i].path);
		if (!w->missing[i])
			directory[confinement.directory_count++] = w->policy->archive[i].path;
	}
	if (confinement.directory_count > 0)
		(void)snprintf(w->spill_dir, sizeof(w->spill_dir), "%s/tmp", directory[0]);
	(void)snprintf(w->node_dir, sizeof(w->node_dir), "%s" PB_NODE_DIR, w->policy->state_dir);
	if (is_there(w, w->node_dir))
		directory[confinement.directory_count++] = w->node_dir;
	answer = pb_confine_service(&confinement, &confined);
	if (answer != 0)
		return pb_fail_sys(err, answer, CONFINING, "%s", "an archive's directory");
	if (!confined.landlock)
		pb_log("writer: no Landlock here: modes alone say what files it may write");
	if (!confined.seccomp)
		pb_log("writer: no seccomp here: it may make any call of the system");
	return PB_OK;
}

static enum pb_status
confine_to_archives(struct writer *w, struct pb_error *err)
{
	size_t count = w->policy->archive_count;
	const char **directory = calloc(count + 2, sizeof(*directory));
	enum pb_status status;

	w->missing = calloc(count + 1, sizeof(*w->missing));
	status = directory == NULL || w->missing == NULL ? pb_fail_memory(err, CONFINING)
							 : confine(w, directory, err);
	free(directory);
	return status;
}

enum pb_status
pb_writer_settle(struct writer *w, struct pb_error *err)
{
	enum pb_status status;
	int answer;

	status = pb_policy_text_handed(
	    w->world, PB_SERVICE_POLICY, &w->text, &w->policy, &w->timestamp, err);
	if (status == PB_OK)
		status = pb_users_find(w->policy, &w->users, err);
	if (status == PB_OK && w->users.apart)
		status = pb_user_become(&w->users.writer, err);
	if (status != PB_OK)
		return status;
	answer = pb_listen_own(PB_SERVICE_SOCKET);
	if (answer == 0 && w->policy->alerts != NULL)
		answer = pb_listen_own(PB_SERVICE_ENTRANCE);
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("listen"), "%s", w->policy->runtime_dir);
	if (!pb_sys_beside(VIEWER, w->viewer, sizeof(w->viewer)))
		return pb_fail(err, PB_EUNAVAIL, N_("begin to write"),
		    N_("a program of this installation is missing"), "%s", VIEWER);
	w->archives_max = pb_attend_many_files() / FILES_PER_ARCHIVE;
	if (w->archives_max > ARCHIVES_MAX)
		w->archives_max = ARCHIVES_MAX;
	return confine_to_archives(w, err);
}

bool
pb_writer_is_outdated(const struct writer *w)
{
	for (size_t i = 0; i < w->policy->archive_count; i++)
		if (w->missing[i] && is_there(w, w->policy->archive[i].path)) {
			pb_log("writer: the directory of archive %s is there now",
			    w->policy->archive[i].name);
			return true;
		}
	return false;
}
