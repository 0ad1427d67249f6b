#include "policy/map.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "policy/address.h"

#define MAP "map"

static void
read_file(struct pb_policy_reader *r, const struct pb_policy_node *root, const char *path,
    struct pb_policy_map *map)
{
	if (!pb_policy_is_path(path))
		pb_policy_refuse(r, root, MAP,
		    N_("a path begins with /, and has no . or .. and no empty name in it"),
		    "file /etc/probant/map");
	else
		map->file = pb_policy_keep(r, path);
}

/* What a server may call a map: nothing that would end the name within a question. */
static bool
is_map_name(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= PB_LIMIT_MAP_NAME &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789_.-") == len;
}

/* "unix:/path NAME", or "127.0.0.1:PORT NAME", and perhaps another name. */
static void
read_socketmap(struct pb_policy_reader *r, const struct pb_policy_node *root, char *words,
    struct pb_policy_map *map)
{
	static const char HINT[] = "socketmap unix:/path NAME, socketmap 127.0.0.1:10030 NAME";
	char *rest = NULL, *at = strtok_r(words, " ", &rest), *name = strtok_r(NULL, " ", &rest);
	char *domains = strtok_r(NULL, " ", &rest);

	if (at == NULL || name == NULL || rest[strspn(rest, " ")] != '\0' || !is_map_name(name) ||
	    (domains != NULL && (!is_map_name(domains) || strcmp(domains, name) == 0))) {
		pb_policy_refuse(r, root, MAP, N_("this names no map of a server"), HINT);
		return;
	}
	pb_policy_address_of(r, root, MAP, at, &map->server);
	/* Addresses of people go there in clear. */
	if (r->status == PB_OK && map->server.path == NULL &&
	    !pb_policy_address_loopback(&map->server))
		pb_policy_refuse(r, root, MAP, N_("the server of a map is on this machine"), HINT);
	if (r->status == PB_OK)
		map->name = pb_policy_keep(r, name);
	if (r->status == PB_OK && domains != NULL)
		map->domains = pb_policy_keep(r, domains);
}

void
pb_policy_map(
    struct pb_policy_reader *r, const struct pb_policy_node *root, struct pb_policy_map *ret_map)
{
	static const char *const words[] = { "file", "socketmap", NULL };
	const char *rest = "";
	char *copy;
	size_t word = pb_policy_word(r, root, MAP, words, 0, &rest);

	if (r->status != PB_OK || pb_policy_tree_member(root, MAP) == NULL)
		return;
	ret_map->kind = word == 0 ? PB_MAP_FILE : PB_MAP_SOCKETMAP;
	if (ret_map->kind == PB_MAP_FILE) {
		read_file(r, root, rest, ret_map);
	} else if ((copy = pb_policy_keep(r, rest)) != NULL) {
		read_socketmap(r, root, copy, ret_map);
		free(copy);
	}
}

void
pb_policy_map_done(struct pb_policy_map *map)
{
	pb_policy_address_done(&map->server);
	free(map->file);
	free(map->text);
	free(map->name);
	free(map->domains);
}
