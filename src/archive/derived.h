/* A glance at what is derived, without any key: what `status` shows of catalog and index. */
#ifndef PB_ARCHIVE_DERIVED_H
#define PB_ARCHIVE_DERIVED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/world.h"
#include "probant/status.h"

struct pb_derived {
	bool rolled_back; /* the vault is older than its catalog, or has another history */
	bool catalog;     /* there is one that can be read; it says: */
	uint64_t messages;
	uint64_t indexed; /* of them */
	bool bodies;      /* words of bodies are indexed; also without a catalog */
};

/* Nothing is written, and nobody is waited for: beside a writer no roll-back is looked for. */
enum pb_status pb_derived_look(const struct pb_world *world, const char *dir,
    struct pb_derived *ret_derived, struct pb_error *err) PB_MUST_CHECK;

#endif
