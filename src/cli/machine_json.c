/* How a machine captures, as JSON. */
#include <string.h>

#include "cli/ends.h"
#include "cli/machine.h"
#include "cli/print.h"
#include "health/health.h"

struct told {
	const char *key;
	enum pb_board_number number;
};

static const struct told OF_DOOR[] = { { "started_us", PB_BOARD_BEGUN_US },
	{ "alive_us", PB_BOARD_ALIVE_US }, { "last_us", PB_BOARD_LAST_US },
	{ "lag_us", PB_BOARD_LAG_US }, { "kept", PB_BOARD_KEPT }, { "deferred", PB_BOARD_DEFERRED },
	{ "passed", PB_BOARD_PASSED }, { "unmapped", PB_BOARD_UNMAPPED },
	{ "sessions", PB_BOARD_SESSIONS }, { "gaps_waiting", PB_BOARD_GAPS_WAITING },
	{ "failing_us", PB_BOARD_FAILING_US } };
static const struct told OF_ARCHIVE[] = { { "last_us", PB_BOARD_LAST_US },
	{ "kept", PB_BOARD_KEPT }, { "failures", PB_BOARD_FAILURES },
	{ "failing_us", PB_BOARD_FAILING_US } };
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void
put_told(
    const struct pb_board_row *row, const struct told *told, size_t count, struct pb_json_writer *w)
{
	for (size_t i = 0; i < count; i++)
		pb_json_u64(w, told[i].key, row->number[told[i].number]);
}

static void
put_door(const struct pb_machine *m, size_t at, struct pb_json_writer *w)
{
	static const char *const kinds[] = {
		[PB_DOOR_MILTER] = "milter", [PB_DOOR_PROXY] = "proxy", [PB_DOOR_LMTP] = "lmtp"
	};
	const struct pb_policy_door *door = &m->policy->door[at];
	const struct pb_board_row *row = &m->boards.door[at];

	pb_json_object_begin(w, NULL);
	pb_json_text(w, "door", door->name);
	pb_json_text(w, "kind", kinds[door->kind]);
	pb_json_bool(w, "alive", pb_health_lives(row, m->now_us));
	put_told(row, OF_DOOR, COUNT(OF_DOOR), w);
	pb_json_u64(w, "max_sessions", door->max_sessions);
	if (m->door_ends_s[at] != 0) {
		pb_json_object_begin(w, "certificate");
		pb_ends_json_one(m->door_ends_s[at], m->now_us / 1000000, w);
		pb_json_object_end(w);
	}
	pb_json_object_end(w);
}

/* Of one that may not be read, what its writer tells. */
static void
put_stamps(const struct pb_machine *m, size_t at, struct pb_json_writer *w)
{
	const struct pb_machine_archive *archive = &m->archive[at];
	const uint64_t *told = m->boards.archive[at].number;

	if (archive->readable) {
		pb_json_u64(w, "unstamped", archive->stamps.backlog);
		pb_json_u64(w, "unstamped_since_s", (uint64_t)archive->stamps.oldest_s);
		pb_json_u64(w, "stamped_us", (uint64_t)archive->stamps.stamped_us);
		pb_json_bool(w, "stamp_gap", archive->stamps.gap);
		pb_ends_json(&archive->ends, m->now_us / 1000000, w);
	} else {
		pb_json_u64(w, "unstamped", told[PB_BOARD_WAITING]);
		pb_json_u64(w, "unstamped_since_s", told[PB_BOARD_WAITING_SINCE_US] / 1000000);
		pb_json_u64(w, "stamped_us", told[PB_BOARD_STAMPED_US]);
		pb_json_bool(w, "stamp_gap", told[PB_BOARD_UNANSWERED] != 0);
	}
}

static void
put_archive(const struct pb_machine *m, size_t at, struct pb_json_writer *w)
{
	pb_json_object_begin(w, NULL);
	pb_json_text(w, "archive", m->policy->archive[at].name);
	pb_json_text(w, "path", m->policy->archive[at].path);
	pb_json_bool(w, "readable", m->archive[at].readable);
	pb_json_u64(w, "records", m->archive[at].records);
	put_told(&m->boards.archive[at], OF_ARCHIVE, COUNT(OF_ARCHIVE), w);
	put_stamps(m, at, w);
	pb_json_object_end(w);
}

static void
put_disk(const struct pb_machine_disk *disk, struct pb_json_writer *w)
{
	uint64_t days = pb_growth_days_left(disk->free_bytes, disk->a_day);

	pb_json_object_begin(w, NULL);
	pb_json_text(w, "path", disk->path);
	pb_json_u64(w, "free_bytes", disk->free_bytes);
	if (disk->known)
		pb_json_u64(w, "growth_bytes_a_day", disk->a_day);
	if (disk->known && days != UINT64_MAX)
		pb_json_u64(w, "days_left", days);
	pb_json_object_end(w);
}

static void
put_wrong(const struct pb_buf *lines, struct pb_json_writer *w)
{
	const char *at = (const char *)lines->data, *end;

	pb_json_array_begin(w, "wrong");
	for (size_t left = lines->len; left > 0; left -= (size_t)(end + 1 - at), at = end + 1) {
		end = memchr(at, '\n', left);
		pb_json_octets(w, NULL, at, (size_t)(end - at));
	}
	pb_json_array_end(w);
}

void
pb_machine_json(const struct pb_machine *m)
{
	const struct pb_board_row *writer = &m->boards.writer;
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_octets(&w, "policy", m->file, strlen(m->file));
	pb_json_object_begin(&w, "writer");
	pb_json_bool(&w, "alive", pb_health_lives(writer, m->now_us));
	put_told(writer, OF_DOOR, 2, &w);
	pb_json_object_end(&w);
	pb_json_array_begin(&w, "doors");
	for (size_t i = 0; i < m->policy->door_count; i++)
		put_door(m, i, &w);
	pb_json_array_end(&w);
	pb_json_array_begin(&w, "archives");
	for (size_t i = 0; i < m->policy->archive_count; i++)
		put_archive(m, i, &w);
	pb_json_array_end(&w);
	pb_json_array_begin(&w, "disks");
	for (size_t i = 0; i < m->disk_count; i++)
		put_disk(&m->disk[i], &w);
	pb_json_array_end(&w);
	put_wrong(&m->wrong, &w);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}
