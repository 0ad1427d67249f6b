#include "policy/known.h"

#include <stdlib.h>
#include <string.h>

#include "policy/index.h"

static void
list_domains(struct pb_capture_policy *policy)
{
	struct pb_policy_row *domain = policy->domain;
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < policy->owner_count; i++) {
		const struct pb_policy_row *owner = &policy->owner[i];

		if (owner->archive != PB_POLICY_NOBODY)
			domain[count++] = (struct pb_policy_row){ strrchr(owner->text, '@'),
				owner->archive, false };
	}
	pb_policy_index_sort(domain, count);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || domain[kept - 1].archive != domain[i].archive ||
		    !pb_policy_index_same(&domain[kept - 1], &domain[i]))
			domain[kept++] = domain[i];
	policy->domain_count = kept;
}

static void
list_names(struct pb_capture_policy *policy)
{
	for (size_t i = 0; i < policy->archive_count; i++)
		policy->named[i] = (struct pb_policy_row){ policy->archive[i].name, i, false };
	pb_policy_index_sort(policy->named, policy->archive_count);
}

bool
pb_policy_know(struct pb_capture_policy *policy)
{
	free(policy->domain);
	free(policy->named);
	policy->domain = calloc(policy->owner_count + 1, sizeof(*policy->domain));
	policy->named = calloc(policy->archive_count + 1, sizeof(*policy->named));
	policy->domain_count = 0;
	if (policy->domain == NULL || policy->named == NULL)
		return false;
	list_domains(policy);
	list_names(policy);
	return true;
}

size_t
pb_capture_policy_domain(
    const struct pb_capture_policy *policy, const char *domain, size_t len, size_t nth)
{
	size_t count = policy->domain_count;
	size_t first = pb_policy_index_find(policy->domain, count, domain, len);

	return nth < count - first &&
		       pb_policy_index_same(&policy->domain[first], &policy->domain[first + nth])
		   ? policy->domain[first + nth].archive
		   : SIZE_MAX;
}

size_t
pb_capture_policy_named(const struct pb_capture_policy *policy, const char *name, size_t len)
{
	size_t count = policy->named != NULL ? policy->archive_count : 0;
	size_t at = pb_policy_index_find(policy->named, count, name, len);

	return at < count && memcmp(policy->named[at].text, name, len) == 0
		   ? policy->named[at].archive
		   : SIZE_MAX;
}
