#include "doors/kit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

/* Half a MiB each: what a busy door has at once, not a crowd's. */
#define KEPT 16

struct pb_kits {
	pthread_mutex_t lock;
	size_t count;
	struct pb_kit kit[KEPT];
};

void
pb_kit_done(struct pb_kit *kit)
{
	pb_relay_free(kit->relay);
	pb_message_maker_free(kit->maker);
	pb_socketmap_done(&kit->map);
	memset(kit, 0, sizeof(*kit));
}

enum pb_status
pb_kits_new(struct pb_kits **ret_kits, struct pb_error *err)
{
	struct pb_kits *kits = calloc(1, sizeof(*kits));

	if (kits == NULL)
		return pb_fail_memory(err, N_("open a door"));
	(void)pthread_mutex_init(&kits->lock, NULL);
	*ret_kits = kits;
	return PB_OK;
}

void
pb_kits_take(struct pb_kits *kits, struct pb_kit *ret_kit)
{
	memset(ret_kit, 0, sizeof(*ret_kit));
	(void)pthread_mutex_lock(&kits->lock);
	if (kits->count > 0)
		*ret_kit = kits->kit[--kits->count];
	(void)pthread_mutex_unlock(&kits->lock);
}

void
pb_kits_put(struct pb_kits *kits, struct pb_kit *take_kit)
{
	bool kept;

	(void)pthread_mutex_lock(&kits->lock);
	kept = kits->count < KEPT;
	if (kept)
		kits->kit[kits->count++] = *take_kit;
	(void)pthread_mutex_unlock(&kits->lock);
	if (!kept)
		pb_kit_done(take_kit);
}

void
pb_kits_free(struct pb_kits *kits)
{
	if (kits == NULL)
		return;
	for (size_t i = 0; i < kits->count; i++)
		pb_kit_done(&kits->kit[i]);
	(void)pthread_mutex_destroy(&kits->lock);
	free(kits);
}
