#include "policy/authority.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/syntax.h"
#include "core/text.h"

static const struct pb_policy_range TIMEOUT = { 1, PB_LIMIT_TSA_TIMEOUT_S, 20 };
static const struct pb_policy_range INTERVAL = { 0, PB_LIMIT_TSA_INTERVAL_S, 0 };

static const struct pb_policy_keys AUTHORITY = { .required = { "name", "url", "roots" },
	.optional = { "policy", "hash", "client_certificate", "server_roots", "timeout", "interval",
	    "price" } };

static bool
is_url(const char *text)
{
	return pb_syntax_url(text) && strlen(text) <= PB_LIMIT_TSA_URL;
}

static bool
is_oid(const char *text)
{
	return pb_syntax_oid(text) && strlen(text) <= PB_LIMIT_TSA_OID;
}

/* "12.345678" in millionths, up to 1000. */
static bool
parse_amount(const char *text, size_t len, uint64_t *ret_millionths)
{
	static const char DIGITS[] = "0123456789";
	size_t whole = strspn(text, DIGITS), digits = 0;
	uint64_t value;

	if (text[whole] == '.')
		digits = strspn(text + whole + 1, DIGITS);
	if (len != whole + (digits > 0 ? digits + 1 : 0) || digits > 6 ||
	    !pb_decimal_parse(text, whole, &value) || value > 1000)
		return false;
	for (size_t i = 0; i < 6; i++)
		value = value * 10 + (i < digits ? (uint64_t)(text[whole + 1 + i] - '0') : 0);
	*ret_millionths = value;
	return true;
}

static bool
is_currency(const char *text)
{
	return strlen(text) == 3 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

/* "0.05 EUR" */
static void
read_price(struct pb_policy_reader *r, const struct pb_policy_node *node,
    struct pb_policy_authority *authority, char currency[PB_POLICY_CURRENCY_LEN])
{
	const char *text = pb_policy_text(r, node, "price");
	size_t len;

	if (text == NULL)
		return;
	len = strcspn(text, " ");
	if (text[len] == '\0' || !is_currency(text + len + 1) ||
	    !parse_amount(text, len, &authority->price_millionths))
		pb_policy_refuse(r, node, "price", N_("this is no price of a token"), "0.05 EUR");
	else if (currency[0] != '\0' && strcmp(currency, text + len + 1) != 0)
		pb_policy_refuse(r, node, "price", N_("all prices are in one currency"), currency);
	else
		memcpy(currency, text + len + 1, PB_POLICY_CURRENCY_LEN);
	authority->priced = r->status == PB_OK;
}

void
pb_policy_authority(struct pb_policy_reader *r, const struct pb_policy_node *node,
    struct pb_policy_authority *ret_authority, char currency[PB_POLICY_CURRENCY_LEN])
{
	static const char *const hashes[] = { "sha256", "sha384", "sha512", NULL };
	struct pb_policy_authority *authority = ret_authority;

	pb_policy_mapping(r, node, &AUTHORITY);
	authority->name = pb_policy_name(r, node, "name");
	authority->url = pb_policy_copy(r, node, "url", is_url,
	    N_("its address begins with http:// or https://, and has at most 511 octets"));
	authority->roots = pb_policy_path(r, node, "roots");
	authority->policy = pb_policy_copy(
	    r, node, "policy", is_oid, N_("a policy is an object identifier, such as 1.2.3.4"));
	authority->hash = hashes[pb_policy_word(r, node, "hash", hashes, 0, NULL)];
	authority->client_certificate = pb_policy_path(r, node, "client_certificate");
	authority->server_roots = pb_policy_path(r, node, "server_roots");
	authority->timeout_s = (uint32_t)pb_policy_duration(r, node, "timeout", &TIMEOUT);
	authority->interval_s = (uint32_t)pb_policy_duration(r, node, "interval", &INTERVAL);
	read_price(r, node, authority, currency);
	if (r->status == PB_OK && strcmp(authority->name, PB_POLICY_LOCAL) == 0)
		pb_policy_refuse(r, node, "name",
		    N_("this is the name of the archive's own authority, which needs no settings"),
		    NULL);
	pb_policy_only(r, node, N_("another authority has this name"));
}

void
pb_policy_authority_done(struct pb_policy_authority *authority)
{
	free(authority->name);
	free(authority->url);
	free(authority->roots);
	free(authority->policy);
	free(authority->client_certificate);
	free(authority->server_roots);
}
