#include "capture/transit.h"

#include <string.h>

static void
put_octets(struct pb_json_writer *w, const char *key, const char *text)
{
	if (text != NULL)
		pb_json_octets(w, key, text, strlen(text));
}

static void
put_text(struct pb_json_writer *w, const char *key, const char *text)
{
	if (text != NULL)
		pb_json_text(w, key, text);
}

void
pb_transit_state_facts(const struct pb_transit *transit, struct pb_json_writer *w)
{
	put_text(w, "source", transit->source);
	put_text(w, "door", transit->door);
	put_text(w, "fidelity", transit->fidelity);
	put_text(w, "direction", transit->direction);
	if (transit->rebuilt_count > 0) {
		pb_json_array_begin(w, "rebuilt");
		for (size_t i = 0; i < transit->rebuilt_count; i++)
			pb_json_text(w, NULL, transit->rebuilt[i]);
		pb_json_array_end(w);
	}
	put_text(w, "journal", transit->journal);
}

static void
state_recipients(const struct pb_transit *transit, struct pb_json_writer *w)
{
	if (transit->recipient_count == 0)
		return;
	pb_json_array_begin(w, "rcpt_to");
	for (size_t i = 0; i < transit->recipient_count; i++) {
		pb_json_object_begin(w, NULL);
		put_octets(w, "address", transit->recipient[i].address);
		put_octets(w, "parameters", transit->recipient[i].parameters);
		pb_json_object_end(w);
	}
	pb_json_array_end(w);
}

/* Of the client: whether anything is known, and what. */
static bool
has_tls(const struct pb_transit *transit)
{
	return transit->tls_version != NULL || transit->tls_cipher != NULL ||
	       transit->tls_subject != NULL;
}

static bool
has_peer(const struct pb_transit *transit)
{
	return transit->client_address != NULL || transit->client_name != NULL ||
	       transit->helo != NULL || transit->login != NULL || has_tls(transit);
}

static void
state_peer(const struct pb_transit *transit, struct pb_json_writer *w)
{
	pb_json_object_begin(w, "peer");
	put_octets(w, "address", transit->client_address);
	put_octets(w, "name", transit->client_name);
	put_octets(w, "helo", transit->helo);
	put_octets(w, "login", transit->login);
	if (has_tls(transit)) {
		pb_json_object_begin(w, "tls");
		put_octets(w, "version", transit->tls_version);
		put_octets(w, "cipher", transit->tls_cipher);
		put_octets(w, "subject", transit->tls_subject);
		pb_json_object_end(w);
	}
	pb_json_object_end(w);
}

void
pb_transit_state_envelope(const struct pb_transit *transit, struct pb_json_writer *w)
{
	put_octets(w, "mail_from", transit->mail_from);
	put_octets(w, "mail_parameters", transit->mail_parameters);
	state_recipients(transit, w);
	if (has_peer(transit))
		state_peer(transit, w);
	put_octets(w, "queue_id", transit->queue_id);
	put_octets(w, "mta", transit->mta);
}
