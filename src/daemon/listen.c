#include "daemon/listen.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "policy/address.h"
#include "sys/listen.h"
#include "sys/local.h"

static const char LISTENING[] = N_("listen");

/* Who reaches a door's socket is for its directory to say: mail servers run as others. */
#define MODE_DOOR 0666
#define MODE_RELAY 0600

static enum pb_status
again(int fd, int *ret_fd, struct pb_error *err)
{
	int other = pb_listen_again(fd);

	if (other < 0)
		return pb_fail_sys(err, other, LISTENING, "%s", "");
	*ret_fd = other;
	return PB_OK;
}

/* before: -1, or what listens there already. */
static enum pb_status
open_ours(const char *path, int before, int *ret_fd, struct pb_error *err)
{
	return before >= 0 ? again(before, ret_fd, err)
			   : pb_local_listen(path, MODE_RELAY, ret_fd, err);
}

/* Doors reach the writer, and he who asks for him; who tells of alerts has a way of his own. */
static enum pb_status
open_relays(struct pb_setting *s, const struct pb_setting *before, struct pb_error *err)
{
	bool same = before != NULL && strcmp(before->relay, s->relay) == 0;
	enum pb_status status =
	    open_ours(s->relay, same ? before->relay_socket : -1, &s->relay_socket, err);

	if (status == PB_OK && s->timestamp != NULL && pb_timestamp_policy_goes_out(s->timestamp))
		status = open_ours(
		    s->stamper, same ? before->stamper_socket : -1, &s->stamper_socket, err);
	if (status == PB_OK && s->policy->alerts != NULL)
		status =
		    open_ours(s->herald, same ? before->herald_socket : -1, &s->herald_socket, err);
	return status;
}

/* Each is reached by one user alone; who serves it asks who it is besides. */
static enum pb_status
give_relays(const struct pb_setting *s, struct pb_error *err)
{
	enum pb_status status = pb_user_give(s->relay, &s->users.door, err);

	if (status == PB_OK && s->stamper_socket >= 0)
		status = pb_user_give(s->stamper, &s->users.writer, err);
	if (status == PB_OK && s->herald_socket >= 0)
		status = pb_user_give(s->herald, &s->users.herald, err);
	return status;
}

/* The socket that listens there already; -1: none. */
static int
find(const struct pb_setting *before, const struct pb_policy_address *at)
{
	if (before == NULL)
		return -1;
	for (size_t i = 0; i < before->policy->door_count; i++)
		if (pb_policy_address_equal(&before->policy->door[i].listen, at))
			return before->door_socket[i];
	return pb_policy_address_equal(&before->policy->metrics, at) ? before->metrics_socket : -1;
}

static enum pb_status
open_at(const struct pb_policy_address *at, const struct pb_setting *before, int *ret_fd,
    struct pb_error *err)
{
	int fd = find(before, at);

	if (fd >= 0)
		return again(fd, ret_fd, err);
	if (at->path != NULL)
		return pb_listen_local(at->path, MODE_DOOR, ret_fd, err);
	return pb_listen_tcp(at->host, at->port, ret_fd, err);
}

enum pb_status
pb_listen_open(struct pb_setting *s, const struct pb_setting *before, struct pb_error *err)
{
	size_t count = s->policy->door_count;
	enum pb_status status;

	s->door_socket = malloc((count + 1) * sizeof(*s->door_socket));
	if (s->door_socket == NULL)
		return pb_fail_memory(err, LISTENING);
	for (size_t i = 0; i < count; i++)
		s->door_socket[i] = -1;
	status = open_relays(s, before, err);
	for (size_t i = 0; status == PB_OK && i < count; i++)
		status = open_at(&s->policy->door[i].listen, before, &s->door_socket[i], err);
	if (status == PB_OK && s->policy->metrics.host != NULL)
		status = open_at(&s->policy->metrics, before, &s->metrics_socket, err);
	/* Last: where an address is taken, those that serve the setting before are still whose they
	 * were. */
	return status == PB_OK ? give_relays(s, err) : status;
}

void
pb_listen_done(struct pb_setting *s)
{
	pb_listen_close(s->relay_socket);
	pb_listen_close(s->stamper_socket);
	pb_listen_close(s->herald_socket);
	pb_listen_close(s->metrics_socket);
	for (size_t i = 0; s->door_socket != NULL && i < s->policy->door_count; i++)
		pb_listen_close(s->door_socket[i]);
	free(s->door_socket);
}
