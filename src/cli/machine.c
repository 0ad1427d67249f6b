#include "cli/machine.h"

#include <stdlib.h>

#include "cli/options.h"
#include "cli/say.h"
#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"
#include "crypto/expiry.h"
#include "health/health.h"
#include "probant/archive.h"
#include "sys/process.h"

static const char LOOKING[] = N_("look how capture stands");

const char *
pb_machine_asked(const struct pb_world *world, const struct pb_options *options)
{
	const char *archive = pb_process_environment("PROBANT_ARCHIVE");
	struct pb_file_info info;

	if (options->value[PB_OPTION_POLICY] != NULL)
		return options->value[PB_OPTION_POLICY];
	if (options->value[PB_OPTION_ARCHIVE] != NULL || (archive != NULL && archive[0] != '\0'))
		return NULL;
	return world->files->stat(world->files->ctx, PB_MACHINE_POLICY, true, &info) == 0
		   ? PB_MACHINE_POLICY
		   : NULL;
}

bool
pb_machine_is_clear(const struct pb_options *options)
{
	if (options->value[PB_OPTION_POLICY] == NULL || options->value[PB_OPTION_ARCHIVE] == NULL)
		return true;
	pb_say_usage(_("--policy asks for a machine, --archive for an archive"),
	    options->value[PB_OPTION_ARCHIVE]);
	return false;
}

enum pb_status
pb_machine_policy(const struct pb_world *world, const char *file,
    struct pb_capture_policy **ret_policy, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = pb_io_read_regular(world->files, file, PB_LIMIT_POLICY, &text, err);

	if (status == PB_OK)
		status = pb_capture_policy_parse(text.data, text.len, ret_policy, err);
	pb_buf_done(&text);
	return status;
}

/* ---- disks ---------------------------------------------------------------------------------- */

/* The one on which that stands; NULL: nothing does. */
static struct pb_machine_disk *
find_disk(const struct pb_world *world, struct pb_machine *m, const char *path)
{
	const struct pb_files *files = world->files;
	struct pb_file_info info;
	int64_t room;
	size_t i = 0;

	if (files->stat(files->ctx, path, true, &info) != 0 ||
	    (room = files->free_bytes(files->ctx, path)) < 0)
		return NULL;
	while (i < m->disk_count && m->disk[i].device != info.device)
		i++;
	if (i == m->disk_count)
		m->disk[m->disk_count++] = (struct pb_machine_disk){
			.path = path, .device = info.device, .free_bytes = (uint64_t)room
		};
	return &m->disk[i];
}

/* What is not known of one archive is not said of its disk: no growth is less than there is. */
static void
add_growth(const struct pb_world *world, struct pb_machine *m, const char *path)
{
	struct pb_machine_disk *disk = find_disk(world, m, path);
	struct pb_growth growth;

	if (disk == NULL ||
	    pb_growth_read(world->files, path, m->now_us / 1000000, &growth, NULL) != PB_OK ||
	    growth.span_s == 0)
		return;
	disk->known = true;
	disk->a_day += pb_growth_a_day(&growth);
}

/* ---- doors and archives --------------------------------------------------------------------- */

/* As the door tells; while it does not run, as its file says. */
static int64_t
find_door_end(const struct pb_world *world, const struct pb_machine *m, size_t door)
{
	uint64_t told_us = m->boards.door[door].number[PB_BOARD_UNTIL_US];
	const char *path = m->policy->door[door].tls_certificate;
	struct pb_buf pem = PB_BUF_EMPTY;
	int64_t ends_s = 0;

	if (told_us > 0 && told_us <= INT64_MAX)
		return (int64_t)(told_us / 1000000);
	if (path != NULL &&
	    (pb_io_read_regular(world->files, path, PB_LIMIT_PEM, &pem, NULL) != PB_OK ||
		pb_expiry_first(pem.data, pem.len, &ends_s, NULL) != PB_OK))
		ends_s = 0;
	pb_buf_done(&pem);
	return ends_s;
}

/* How many records there are its writer tells, without a glance into the archive. */
static enum pb_status
look_at_archive(const struct pb_world *world, struct pb_machine *m, size_t at)
{
	struct pb_machine_archive *archive = &m->archive[at];
	const char *path = m->policy->archive[at].path;
	struct pb_archive_status standing;
	enum pb_status status;

	archive->records = m->boards.archive[at].number[PB_BOARD_RECORDS];
	status = pb_archive_stamp_standing(world, path, &archive->stamps, NULL);
	if (status == PB_OK)
		status = pb_ends_read(world->files, path, &archive->ends, NULL);
	archive->readable = status == PB_OK;
	if (archive->readable && archive->records == 0 &&
	    pb_archive_describe(world, path, &standing, NULL) == PB_OK)
		archive->records = standing.records;
	return status == PB_ENOMEM ? status : PB_OK;
}

static enum pb_status
look_at_all(const struct pb_world *world, struct pb_machine *m)
{
	enum pb_status status = PB_OK;

	for (size_t i = 0; i < m->policy->door_count; i++)
		m->door_ends_s[i] = find_door_end(world, m, i);
	for (size_t i = 0; status == PB_OK && i < m->policy->archive_count; i++) {
		status = look_at_archive(world, m, i);
		add_growth(world, m, m->policy->archive[i].path);
	}
	return status;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static bool
make_room(struct pb_machine *m)
{
	m->archive = calloc(m->policy->archive_count + 1, sizeof(*m->archive));
	m->disk = calloc(m->policy->archive_count + 1, sizeof(*m->disk));
	m->door_ends_s = calloc(m->policy->door_count + 1, sizeof(*m->door_ends_s));
	return m->archive != NULL && m->disk != NULL && m->door_ends_s != NULL;
}

enum pb_status
pb_machine_look(const struct pb_world *world, const char *file, struct pb_machine **ret_machine,
    struct pb_error *err)
{
	struct pb_machine *m = calloc(1, sizeof(*m));
	enum pb_status status;

	if (m == NULL)
		return pb_fail_memory(err, LOOKING);
	m->file = file;
	m->now_us = world->clock->now_us(world->clock->ctx);
	status = pb_machine_policy(world, file, &m->policy, err);
	if (status == PB_OK)
		status = pb_boards_read(world->files, m->policy, &m->boards, err);
	if (status == PB_OK && (!make_room(m) || look_at_all(world, m) != PB_OK ||
				   pb_health(&m->boards, m->now_us, &m->wrong) != PB_OK))
		status = pb_fail_memory(err, LOOKING);
	if (status == PB_OK)
		*ret_machine = m;
	else
		pb_machine_free(m);
	return status;
}

void
pb_machine_free(struct pb_machine *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; m->archive != NULL && i < m->policy->archive_count; i++)
		pb_ends_done(&m->archive[i].ends);
	free(m->archive);
	free(m->disk);
	free(m->door_ends_s);
	pb_boards_done(&m->boards);
	pb_buf_done(&m->wrong);
	pb_capture_policy_free(m->policy);
	free(m);
}
