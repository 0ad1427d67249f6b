#include "record/types.h"

#include <stddef.h>

/* NULL where the vocabulary has no word. */
static const char *const record_names[] = {
	[PB_RECORD_MESSAGE] = "message",
	[PB_RECORD_OBSERVATION] = "observation",
	[PB_RECORD_CAPTURE] = "capture",
	[PB_RECORD_MANAGEMENT] = "management",
	[PB_RECORD_DESTRUCTION] = "destruction",
	[PB_RECORD_ANCHOR] = "anchor",
	[PB_RECORD_KEY] = "key",
	[PB_RECORD_RECOVERY] = "recovery",
	[PB_RECORD_IMPORTED] = "imported",
};

static const char *const part_names[] = {
	[PB_PART_FACTS] = "facts",
	[PB_PART_HEADER] = "header",
	[PB_PART_BODY] = "body",
	[PB_PART_DIGEST] = "digest",
	[PB_PART_OBJECT] = "object",
	[PB_PART_CLASS] = "class",
	[PB_PART_ENVELOPE] = "envelope",
};

const char *
pb_record_type_name(uint8_t type)
{
	return type < sizeof(record_names) / sizeof(*record_names) ? record_names[type] : NULL;
}

const char *
pb_part_kind_name(uint8_t kind)
{
	return kind < sizeof(part_names) / sizeof(*part_names) ? part_names[kind] : NULL;
}

bool
pb_record_type_known(uint8_t type)
{
	return pb_record_type_name(type) != NULL;
}

bool
pb_part_kind_known(uint8_t kind)
{
	return pb_part_kind_name(kind) != NULL;
}

bool
pb_part_kind_message(uint8_t kind)
{
	return kind == PB_PART_HEADER || kind == PB_PART_BODY;
}

bool
pb_record_type_message(uint8_t type)
{
	return type == PB_RECORD_MESSAGE || type == PB_RECORD_IMPORTED;
}

bool
pb_record_type_public(uint8_t type)
{
	return type == PB_RECORD_DESTRUCTION || type == PB_RECORD_ANCHOR || type == PB_RECORD_KEY;
}
