#include "anchor/sharing.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

static const char STAMPING[] = N_("stamp the log");

/* What an authority answered to the first that asked. */
struct asked {
	const struct pb_tsa *tsa; /* of the first; borrowed */
	enum pb_status status;    /* PB_OK or PB_EUNAVAIL */
	struct pb_answer answer;
	struct pb_ask_failure failure;
};

struct pb_sharing {
	atomic_size_t held; /* by so many stampings, which several threads may free */
	struct pb_buf node; /* its checkpoint, which is stamped */
	char *key;
	struct pb_anchor_entry *entry;
	size_t count;
	struct asked *asked;
	size_t asked_count;
};

/* ---- the log of the node -------------------------------------------------------------------- */

static enum pb_status
enter(struct pb_sharing *s, struct pb_node *node, struct pb_stamping *const *stamping,
    uint64_t *index, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < s->count; i++) {
		const struct pb_buf *checkpoint = &stamping[i]->question.checkpoint;

		s->entry[i].node = &s->node;
		s->entry[i].key = s->key;
		status = pb_node_add(
		    node, checkpoint->data, checkpoint->len, s->entry[i].salt, &index[i], err);
	}
	return status;
}

/* Every proof before anybody is asked: a token that nothing leads to would be lost. */
static enum pb_status
prove(struct pb_sharing *s, struct pb_node *node, struct pb_stamping *const *stamping,
    const uint64_t *index, struct pb_error *err)
{
	enum pb_status status = pb_node_sign(node, &s->node, err);

	for (size_t i = 0; status == PB_OK && i < s->count; i++) {
		const struct pb_buf *checkpoint = &stamping[i]->question.checkpoint;
		struct pb_anchor_entry *entry = &s->entry[i];
		struct pb_shared shared = { .checkpoint = checkpoint->data,
			.checkpoint_len = checkpoint->len,
			.node = s->node.data,
			.node_len = s->node.len,
			.salt = entry->salt,
			.salt_len = sizeof(entry->salt),
			.node_key = s->key };
		enum pb_shared_fault fault = PB_SHARED_GOOD;

		status = pb_node_proof(node, index[i], &entry->proof, err);
		shared.proof = entry->proof.data;
		shared.proof_len = entry->proof.len;
		if (status == PB_OK)
			status = pb_shared_check(&shared, &fault, err);
		if (status == PB_OK && fault != PB_SHARED_GOOD)
			status = pb_fail(
			    err, PB_ECORRUPT, STAMPING, pb_shared_fault_text(fault), "%s", s->key);
	}
	return status;
}

/* Those that will wait for the network, first. */
static size_t
choose(struct pb_stamping *const *stamping, size_t count, struct pb_stamping **ret_chosen)
{
	size_t chosen = 0;

	for (size_t i = 0; i < count; i++)
		if (pb_stamping_goes_out(stamping[i]))
			ret_chosen[chosen++] = stamping[i];
	return chosen;
}

static enum pb_status
share(struct pb_sharing *s, struct pb_node *node, struct pb_stamping *const *chosen,
    struct pb_error *err)
{
	uint64_t *index = calloc(s->count, sizeof(*index));
	enum pb_status status = PB_OK;

	s->entry = calloc(s->count, sizeof(*s->entry));
	s->key = strdup(pb_node_key(node));
	if (index == NULL || s->entry == NULL || s->key == NULL)
		status = pb_fail_memory(err, STAMPING);
	if (status == PB_OK)
		status = enter(s, node, chosen, index, err);
	if (status == PB_OK)
		status = prove(s, node, chosen, index, err);
	free(index);
	return status;
}

enum pb_status
pb_sharing_begin(struct pb_node *node, struct pb_stamping *const *stamping, size_t count,
    size_t *ret_shared, struct pb_error *err)
{
	struct pb_stamping **chosen = calloc(count + 1, sizeof(*chosen));
	struct pb_sharing *s = calloc(1, sizeof(*s));
	enum pb_status status = PB_OK;

	if (chosen == NULL || s == NULL) {
		status = pb_fail_memory(err, STAMPING);
		goto out;
	}
	s->count = choose(stamping, count, chosen);
	if (s->count > 1)
		status = share(s, node, chosen, err);
	if (status != PB_OK)
		goto out;
	*ret_shared = s->count > 1 ? s->count : 0;
	atomic_init(&s->held, *ret_shared);
	for (size_t i = 0; i < *ret_shared; i++) {
		chosen[i]->question.sharing = s;
		chosen[i]->question.entry = &s->entry[i];
	}
	s = *ret_shared > 0 ? NULL : s; /* theirs */
out:
	pb_sharing_drop(s);
	free(chosen);
	return status;
}

void
pb_sharing_drop(struct pb_sharing *s)
{
	if (s == NULL || (atomic_load(&s->held) > 0 && atomic_fetch_sub(&s->held, 1) > 1))
		return;
	for (size_t i = 0; s->entry != NULL && i < s->count; i++)
		pb_buf_done(&s->entry[i].proof);
	for (size_t i = 0; i < s->asked_count; i++)
		pb_answer_done(&s->asked[i].answer);
	free(s->asked);
	free(s->entry);
	free(s->key);
	pb_buf_done(&s->node);
	free(s);
}

/* ---- asking --------------------------------------------------------------------------------- */

/* One authority for two archives: the same question, judged under the same roots. */
static bool
is_same(const struct pb_tsa *a, const struct pb_tsa *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->url, b->url) == 0 && a->hash == b->hash &&
	       strcmp(a->policy, b->policy) == 0 && strcmp(a->client_pem, b->client_pem) == 0 &&
	       strcmp(a->server_roots, b->server_roots) == 0 && a->pem.len == b->pem.len &&
	       memcmp(a->pem.data, b->pem.data, a->pem.len) == 0;
}

static struct asked *
find(const struct pb_sharing *s, const struct pb_tsa *tsa)
{
	for (size_t i = 0; i < s->asked_count; i++)
		if (is_same(s->asked[i].tsa, tsa))
			return &s->asked[i];
	return NULL;
}

static enum pb_status
ask_first(struct pb_sharing *s, const struct pb_anchor_question *q, struct pb_tsa *tsa,
    struct asked **ret_asked, struct pb_error *err)
{
	struct asked *grown = reallocarray(s->asked, s->asked_count + 1, sizeof(*grown));
	uint8_t imprint[PB_STAMP_HASH_MAX];
	struct asked *asked;
	enum pb_status status;

	if (grown == NULL)
		return pb_fail_memory(err, STAMPING);
	s->asked = grown;
	asked = &grown[s->asked_count];
	*asked = (struct asked){ .tsa = tsa, .answer = PB_ANSWER_EMPTY };
	pb_stamp_imprint(tsa->hash, s->node.data, s->node.len, imprint);
	status = pb_ask(
	    q->world, q->dir, q->http, tsa, imprint, true, &asked->answer, &asked->failure, err);
	if (status != PB_OK && status != PB_EUNAVAIL)
		return status;
	asked->status = status;
	s->asked_count++;
	*ret_asked = asked;
	return PB_OK;
}

enum pb_status
pb_sharing_ask(const struct pb_anchor_question *q, struct pb_tsa *tsa, struct pb_answer *ret_answer,
    struct pb_ask_failure *ret_failure, struct pb_error *err)
{
	struct asked *asked = find(q->sharing, tsa);
	enum pb_status status = PB_OK;

	if (asked == NULL) {
		status = ask_first(q->sharing, q, tsa, &asked, err);
		if (status != PB_OK)
			return status;
	} else {
		/* As if it had been asked for this archive: the back-off counts from now. */
		tsa->state = asked->tsa->state;
		pb_authorities_remember(q->world->files, q->dir, tsa);
	}
	if (asked->status != PB_OK) {
		*ret_failure = asked->failure;
		if (err != NULL)
			*err = asked->failure.error;
		return asked->status;
	}
	*ret_answer = asked->answer;
	ret_answer->tsa = tsa;
	ret_answer->borrowed = true;
	ret_answer->entry = q->entry;
	return PB_OK;
}
