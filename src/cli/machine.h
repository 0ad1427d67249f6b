/* What `status` says of a machine that captures: its doors, archives and disks, by its policy. */
#ifndef PB_CLI_MACHINE_H
#define PB_CLI_MACHINE_H

#include "archive/ends.h"
#include "archive/growth.h"
#include "core/json.h"
#include "health/boards.h"
#include "probant/stamp.h"

/* An archive by itself, as far as whoever asks may read it. */
struct pb_machine_archive {
	bool readable;
	uint64_t records;
	struct pb_stamp_standing stamps;
	struct pb_ends ends;
};

/* A file system on which archives stand. */
struct pb_machine_disk {
	const char *path; /* of the first of them, borrowed from the policy */
	uint64_t device, free_bytes;
	bool known; /* whether it grows: something on it is older than a day */
	uint64_t a_day;
};

struct pb_machine {
	const char *file; /* the policy's, borrowed */
	int64_t now_us;
	struct pb_capture_policy *policy;
	struct pb_boards boards;
	struct pb_machine_archive *archive; /* by archive of the policy */
	int64_t *door_ends_s;               /* by door: of its certificate; 0: none, or not known */
	struct pb_machine_disk *disk;
	size_t disk_count;
	struct pb_buf wrong; /* lines, as health/health.h says them */
};

/* The policy that the daemon takes, if none is named. */
#define PB_MACHINE_POLICY "/etc/probant/capture.yaml"

/* The one that a command is about: named, or the daemon's where no archive is; NULL: the command
 * is about an archive. */
struct pb_options;
const char *pb_machine_asked(const struct pb_world *world, const struct pb_options *options);
/* Of both at once nobody knows what is meant: false, after an error was printed. */
bool pb_machine_is_clear(const struct pb_options *options);
enum pb_status pb_machine_policy(const struct pb_world *world, const char *file,
    struct pb_capture_policy **ret_policy, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_machine_look(const struct pb_world *world, const char *file,
    struct pb_machine **ret_machine, struct pb_error *err) PB_MUST_CHECK;
void pb_machine_free(struct pb_machine *machine); /* NULL is fine */

void pb_machine_print(const struct pb_machine *machine);
void pb_machine_json(const struct pb_machine *machine);

#endif
