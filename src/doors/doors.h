/* The doors: each serves its listening socket until it is to stop. */
#ifndef PB_DOORS_DOORS_H
#define PB_DOORS_DOORS_H

#include "doors/transaction.h"

/*
 * Serve sessions of `listen_fd` (taken over) until stop_fd is readable; then no new one is taken
 * and those that are open end behind their message.  PB_OK: it was to stop.
 */
typedef enum pb_status pb_door_serve(
    struct pb_doorway *doorway, int listen_fd, int stop_fd, struct pb_error *err);

pb_door_serve pb_lmtp_serve, pb_proxy_serve, pb_milter_serve;

/*
 * For lmtp.c and proxy.c: a thread for each connection, at most max_sessions of the door (more wait
 * to be accepted).  session is called in that thread, and owns the stream.
 */
struct pb_stream;
typedef void pb_session_fn(struct pb_doorway *doorway, struct pb_stream *take_stream);
enum pb_status pb_sessions_serve(struct pb_doorway *doorway, int listen_fd, int stop_fd,
    pb_session_fn *session, struct pb_error *err) PB_MUST_CHECK;

#endif
