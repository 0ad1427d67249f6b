#include "policy/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "core/error.h"
#include "core/limits.h"
#include "core/text.h"

static const char READING[] = N_("read a policy");

/* What is being built from libyaml's events. */
struct growth {
	struct pb_policy_node *root;
	struct pb_policy_node *open; /* the collection that the next value stands in, or NULL */
	char *key;                   /* of the member whose value is next, or NULL */
	unsigned key_line;
	unsigned depth; /* of collections that are open */
	size_t count;   /* of values */
	bool started;   /* the document */
	bool ended;     /* the stream */
	struct pb_error *err;
};

/* ---- where something stands ----------------------------------------------------------------- */

/* "doors[0].listen", as much of it as there is room for. */
static void
write_path(const struct pb_policy_node *node, char *to, size_t size)
{
	size_t len;

	to[0] = '\0';
	if (node == NULL || node->parent == NULL)
		return;
	write_path(node->parent, to, size); /* PB_LIMIT_POLICY_DEPTH */
	len = strlen(to);
	if (node->key == NULL)
		(void)snprintf(to + len, size - len, "[%zu]", node->place);
	else
		(void)snprintf(to + len, size - len, "%s%s", len > 0 ? "." : "", node->key);
}

/* Of the value `key` of `node` in that line. */
static enum pb_status
refuse_at(unsigned line, const struct pb_policy_node *node, const char *key, enum pb_status status,
    const char *why, const char *hint, struct pb_error *err)
{
	char path[160];
	size_t len;

	write_path(node, path, sizeof(path));
	len = strlen(path);
	if (key != NULL)
		(void)snprintf(path + len, sizeof(path) - len, "%s%s", len > 0 ? "." : "", key);
	return pb_fail(err, status, READING, why, "line %u%s%s%s%s%s", line,
	    path[0] != '\0' ? ": " : "", path, hint != NULL ? " (" : "", hint != NULL ? hint : "",
	    hint != NULL ? ")" : "");
}

enum pb_status
pb_policy_tree_refuse(const struct pb_policy_node *node, const char *key, enum pb_status status,
    const char *why, const char *hint, struct pb_error *err)
{
	const struct pb_policy_node *member = key != NULL ? pb_policy_tree_member(node, key) : NULL;

	return refuse_at(
	    member != NULL ? member->line : node->line, node, key, status, why, hint, err);
}

static unsigned
line_of(const yaml_event_t *event)
{
	return (unsigned)event->start_mark.line + 1;
}

/* Refuse an event, where it stands in what is open. */
static enum pb_status
refuse(const struct growth *g, const yaml_event_t *event, enum pb_status status, const char *why)
{
	return refuse_at(line_of(event), g->open, g->key, status, why, NULL, g->err);
}

/* ---- values --------------------------------------------------------------------------------- */

static enum pb_status
copy_text(const struct growth *g, const yaml_event_t *event, char **ret_text)
{
	const uint8_t *text = event->data.scalar.value;
	size_t len = event->data.scalar.length;

	if (len > PB_LIMIT_POLICY_TEXT)
		return refuse(g, event, PB_ELIMIT, N_("this text is too long"));
	if (!pb_utf8_plain(text, len))
		return refuse(
		    g, event, PB_EDATA, N_("a text has one line, and no control characters in it"));
	*ret_text = strndup((const char *)text, len);
	return *ret_text != NULL ? PB_OK : pb_fail_memory(g->err, READING);
}

static enum pb_status
take_key(struct growth *g, const yaml_event_t *event)
{
	char *key = NULL;
	enum pb_status status;

	if (event->type != YAML_SCALAR_EVENT)
		return refuse(g, event, PB_EDATA, N_("a key is a word"));
	status = copy_text(g, event, &key);
	if (status != PB_OK)
		return status;
	g->key = key;
	g->key_line = line_of(event);
	if (g->open->count == PB_LIMIT_POLICY_KEYS)
		return refuse(g, event, PB_ELIMIT, N_("this mapping has too many keys"));
	if (pb_policy_tree_member(g->open, key) != NULL)
		return refuse(g, event, PB_EDATA, N_("this key stands here twice"));
	return PB_OK;
}

/* A value of that shape where the next one belongs, empty. */
static enum pb_status
add(struct growth *g, const yaml_event_t *event, enum pb_policy_shape shape,
    struct pb_policy_node **ret_node)
{
	struct pb_policy_node *parent = g->open, *node;

	if (g->count++ == PB_LIMIT_POLICY_VALUES)
		return refuse(g, event, PB_ELIMIT, N_("it has too many values"));
	node = calloc(1, sizeof(*node));
	if (node == NULL)
		return pb_fail_memory(g->err, READING);
	node->shape = shape;
	node->line = g->key != NULL ? g->key_line : line_of(event);
	node->key = g->key;
	g->key = NULL;
	node->parent = parent;
	if (parent == NULL) {
		g->root = node;
	} else {
		*(parent->last != NULL ? &parent->last->next : &parent->first) = node;
		parent->last = node;
		node->place = parent->count++;
	}
	*ret_node = node;
	return PB_OK;
}

static enum pb_status
take_text(struct growth *g, const yaml_event_t *event)
{
	struct pb_policy_node *node;
	char *text = NULL;
	enum pb_status status;

	if (g->open != NULL && g->open->shape == PB_POLICY_MAPPING && g->key == NULL)
		return take_key(g, event);
	status = copy_text(g, event, &text);
	if (status == PB_OK)
		status = add(g, event, PB_POLICY_TEXT, &node);
	if (status != PB_OK) {
		free(text);
		return status;
	}
	node->text = text;
	return PB_OK;
}

static enum pb_status
take_collection(struct growth *g, const yaml_event_t *event, enum pb_policy_shape shape)
{
	if (g->open != NULL && g->open->shape == PB_POLICY_MAPPING && g->key == NULL)
		return take_key(g, event);
	if (g->depth == PB_LIMIT_POLICY_DEPTH)
		return refuse(g, event, PB_ELIMIT, N_("it is nested too deep"));
	g->depth++;
	return add(g, event, shape, &g->open);
}

/* ---- events --------------------------------------------------------------------------------- */

static enum pb_status
take_document(struct growth *g, const yaml_event_t *event)
{
	if (event->data.document_start.version_directive != NULL ||
	    event->data.document_start.tag_directives.start !=
		event->data.document_start.tag_directives.end)
		return refuse(g, event, PB_EDATA, N_("a policy has no directives"));
	if (g->started)
		return refuse(g, event, PB_EDATA, N_("a policy is one document"));
	g->started = true;
	return PB_OK;
}

static bool
is_marked(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return true;
	case YAML_SCALAR_EVENT:
		return event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL;
	case YAML_SEQUENCE_START_EVENT:
		return event->data.sequence_start.anchor != NULL ||
		       event->data.sequence_start.tag != NULL;
	case YAML_MAPPING_START_EVENT:
		return event->data.mapping_start.anchor != NULL ||
		       event->data.mapping_start.tag != NULL;
	default:
		return false;
	}
}

static enum pb_status
take_event(struct growth *g, const yaml_event_t *event)
{
	if (is_marked(event))
		return refuse(g, event, PB_EDATA, N_("a policy has no anchors, aliases and tags"));
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return take_document(g, event);
	case YAML_SCALAR_EVENT:
		return take_text(g, event);
	case YAML_SEQUENCE_START_EVENT:
		return take_collection(g, event, PB_POLICY_LIST);
	case YAML_MAPPING_START_EVENT:
		return take_collection(g, event, PB_POLICY_MAPPING);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		g->open = g->open->parent;
		g->depth--;
		return PB_OK;
	case YAML_STREAM_END_EVENT:
		g->ended = true;
		return PB_OK;
	default:
		return PB_OK;
	}
}

/* libyaml's own words say best what it stumbled over; it reads ahead of what is open here. */
static enum pb_status
explain(const struct growth *g, const yaml_parser_t *parser)
{
	if (parser->error == YAML_MEMORY_ERROR)
		return pb_fail_memory(g->err, READING);
	return refuse_at((unsigned)parser->problem_mark.line + 1, NULL, NULL, PB_EDATA,
	    N_("this is not YAML"), parser->problem, g->err);
}

static enum pb_status
grow(struct growth *g, yaml_parser_t *parser)
{
	enum pb_status status = PB_OK;
	yaml_event_t event;

	while (status == PB_OK && !g->ended) {
		if (!yaml_parser_parse(parser, &event))
			return explain(g, parser);
		status = take_event(g, &event);
		yaml_event_delete(&event);
	}
	if (status == PB_OK && g->root == NULL)
		status = pb_fail(g->err, PB_EDATA, READING, N_("it is empty"), "line 1");
	return status;
}

/* The line of the first octet that is not UTF-8; 0: all of it is. */
static unsigned
line_not_utf8(const uint8_t *text, size_t len)
{
	unsigned line = 1;
	uint32_t code;
	size_t n;

	for (; len > 0; text += n, len -= n) {
		n = pb_utf8_next(text, len, &code);
		if (n == 0)
			return line;
		line += code == '\n';
	}
	return 0;
}

enum pb_status
pb_policy_tree_read(
    const void *yaml, size_t len, struct pb_policy_node **ret_root, struct pb_error *err)
{
	const uint8_t *text = len > 0 ? yaml : (const uint8_t *)"";
	struct growth g = { .err = err };
	yaml_parser_t parser;
	enum pb_status status;
	unsigned line;

	if (len > PB_LIMIT_POLICY)
		return pb_fail(
		    err, PB_ELIMIT, READING, N_("the text is too long"), "%zu bytes", len);
	line = line_not_utf8(text, len);
	if (line > 0)
		return pb_fail(
		    err, PB_EDATA, READING, N_("the text is not in UTF-8"), "line %u", line);
	if (!yaml_parser_initialize(&parser))
		return pb_fail_memory(err, READING);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, text, len);
	status = grow(&g, &parser);
	yaml_parser_delete(&parser);
	free(g.key);
	if (status != PB_OK) {
		pb_policy_tree_free(g.root);
		return status;
	}
	*ret_root = g.root;
	return PB_OK;
}

/* No deeper than PB_LIMIT_POLICY_DEPTH. */
void
pb_policy_tree_free(struct pb_policy_node *root)
{
	struct pb_policy_node *child, *next;

	if (root == NULL)
		return;
	for (child = root->first; child != NULL; child = next) {
		next = child->next;
		pb_policy_tree_free(child);
	}
	free(root->key);
	free(root->text);
	free(root);
}

/* ---- asked ---------------------------------------------------------------------------------- */

const struct pb_policy_node *
pb_policy_tree_member(const struct pb_policy_node *mapping, const char *key)
{
	const struct pb_policy_node *child;

	for (child = mapping->first; child != NULL; child = child->next)
		if (child->key != NULL && strcmp(child->key, key) == 0)
			return child;
	return NULL;
}

const struct pb_policy_node *
pb_policy_tree_child(const struct pb_policy_node *node, size_t n)
{
	const struct pb_policy_node *child = node->first;

	while (child != NULL && n-- > 0)
		child = child->next;
	return child;
}
