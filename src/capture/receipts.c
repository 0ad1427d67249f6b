#include "capture/receipts.h"

#include <stdlib.h>
#include <string.h>

void
pb_receipts_init(struct pb_receipts *receipts)
{
	receipts->first = NULL;
	receipts->last = &receipts->first;
}

struct pb_import_item
pb_import_item(const struct pb_message_origin *origin)
{
	return (struct pb_import_item){
		.path = origin->path != NULL ? origin->path : "-",
		.entry = origin->packed != NULL ? origin->packed->entry : NULL,
		.in_mbox = origin->mbox != NULL,
		.offset = origin->mbox != NULL ? origin->mbox->offset : 0,
	};
}

struct pb_waiting *
pb_receipts_wait(struct pb_receipts *receipts, const struct pb_message_origin *origin, bool second)
{
	struct pb_import_item item = pb_import_item(origin);
	size_t path = strlen(item.path) + 1;
	size_t entry = item.entry != NULL ? strlen(item.entry) + 1 : 0;
	struct pb_waiting *waiting = malloc(sizeof(*waiting) + path + entry);
	char *texts;

	if (waiting == NULL)
		return NULL;
	texts = (char *)(waiting + 1);
	memcpy(texts, item.path, path);
	if (entry > 0)
		memcpy(texts + path, item.entry, entry);
	item.path = texts;
	item.entry = entry > 0 ? texts + path : NULL;
	*waiting = (struct pb_waiting){ .item = item, .second = second };
	*receipts->last = waiting;
	receipts->last = &waiting->next;
	return waiting;
}

struct pb_waiting *
pb_receipts_next(struct pb_receipts *receipts)
{
	struct pb_waiting *waiting = receipts->first;

	if (waiting == NULL)
		return NULL;
	receipts->first = waiting->next;
	if (receipts->first == NULL)
		receipts->last = &receipts->first;
	return waiting;
}

void
pb_receipts_done(struct pb_receipts *receipts)
{
	struct pb_waiting *waiting;

	while ((waiting = pb_receipts_next(receipts)) != NULL)
		free(waiting);
}
