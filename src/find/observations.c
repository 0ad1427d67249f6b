#include "find/observations.h"

#include "archive/catchup.h"
#include "archive/reading.h"
#include "catalog/marks.h"
#include "core/limits.h"
#include "record/observation.h"
#include "record/types.h"

/* What stands there, if it is what the catalog says. */
static enum pb_status
read_one(struct pb_reading *reading, uint64_t record, uint64_t seq, pb_observations_fn *each,
    void *arg, struct pb_error *err)
{
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_buf part = PB_BUF_EMPTY;
	struct pb_observation o;
	struct pb_json *facts = NULL;
	struct pb_opened *opened;
	struct pb_leaf leaf;
	enum pb_status status = pb_reading_record(reading, record, &leaf, &opened, sha256, err);

	if (status == PB_OK && leaf.type == PB_RECORD_OBSERVATION)
		status = pb_opened_part(
		    opened, pb_opened_find(opened, PB_PART_FACTS), PB_LIMIT_JSON, &part, err);
	if (status == PB_OK && part.len > 0)
		status = pb_json_parse(part.data, part.len, &facts, err);
	pb_buf_done(&part);
	if (status == PB_OK && pb_observation_read(facts, &o) && pb_observation_names(&o, seq))
		status = each(arg, record, facts, err);
	pb_json_free(facts);
	return status == PB_EDESTROYED || status == PB_ENOENT || status == PB_EACCESS ? PB_OK
										      : status;
}

static enum pb_status
read_all(struct pb_catalog *catalog, struct pb_reading *reading, uint64_t seq,
    pb_observations_fn *each, void *arg, struct pb_error *err)
{
	uint64_t record = 0;
	enum pb_status status = pb_catalog_observation(catalog, seq, 0, &record, err);

	while (status == PB_OK) {
		status = read_one(reading, record, seq, each, arg, err);
		if (status == PB_OK)
			status = pb_catalog_observation(catalog, seq, record + 1, &record, err);
	}
	return status == PB_ENOENT ? PB_OK : status;
}

enum pb_status
pb_observations_each(const struct pb_archive *a, uint64_t seq, pb_observations_fn *each, void *arg,
    struct pb_error *err)
{
	struct pb_catalog *catalog = NULL;
	struct pb_reading *reading = NULL;
	enum pb_status status =
	    pb_catchup_open(a->world->files, a->dir, a->origin, false, &catalog, err);

	if (status == PB_ENOENT || status == PB_ECORRUPT)
		return PB_OK;
	if (status == PB_OK)
		status = pb_reading_new(a->world->files, a->dir, a->key, &reading, err);
	if (status == PB_OK)
		status = read_all(catalog, reading, seq, each, arg, err);
	pb_reading_free(reading);
	pb_catalog_close(catalog);
	return status;
}
