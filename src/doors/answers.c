#include "doors/answers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/limits.h"

struct answer {
	uint8_t question[PB_DIGEST_LEN];
	int64_t until_us; /* 0: there is none */
	size_t archive;
};

struct pb_answers {
	pthread_mutex_t lock;
	struct answer answer[PB_LIMIT_SOCKETMAP_REMEMBERED];
};

enum pb_status
pb_answers_new(struct pb_answers **ret_answers, struct pb_error *err)
{
	struct pb_answers *answers = calloc(1, sizeof(*answers));

	if (answers == NULL)
		return pb_fail_memory(err, N_("open a door"));
	(void)pthread_mutex_init(&answers->lock, NULL);
	*ret_answers = answers;
	return PB_OK;
}

static struct answer *
place_of(struct pb_answers *answers, const uint8_t question[PB_DIGEST_LEN])
{
	return &answers->answer[pb_get_u32(question) % PB_LIMIT_SOCKETMAP_REMEMBERED];
}

bool
pb_answers_find(struct pb_answers *answers, const uint8_t question[PB_DIGEST_LEN], int64_t now_us,
    size_t *ret_archive)
{
	const struct answer *answer = place_of(answers, question);
	bool found;

	(void)pthread_mutex_lock(&answers->lock);
	found = now_us < answer->until_us && memcmp(answer->question, question, PB_DIGEST_LEN) == 0;
	if (found)
		*ret_archive = answer->archive;
	(void)pthread_mutex_unlock(&answers->lock);
	return found;
}

void
pb_answers_add(struct pb_answers *answers, const uint8_t question[PB_DIGEST_LEN], int64_t now_us,
    size_t archive)
{
	struct answer *answer = place_of(answers, question);

	(void)pthread_mutex_lock(&answers->lock);
	memcpy(answer->question, question, PB_DIGEST_LEN);
	answer->until_us = now_us + PB_LIMIT_SOCKETMAP_MEMORY_US;
	answer->archive = archive;
	(void)pthread_mutex_unlock(&answers->lock);
}

void
pb_answers_free(struct pb_answers *answers)
{
	if (answers == NULL)
		return;
	(void)pthread_mutex_destroy(&answers->lock);
	free(answers);
}
