/* The sockets that a policy asks for: bound by the master, who may, for those who serve them. */
#ifndef PB_DAEMON_LISTEN_H
#define PB_DAEMON_LISTEN_H

#include "daemon/setting.h"

/* Fills in the sockets of a setting, whose policy and paths are there.  As pb_setting_new. */
enum pb_status pb_listen_open(struct pb_setting *setting, const struct pb_setting *before,
    struct pb_error *err) PB_MUST_CHECK;
void pb_listen_done(struct pb_setting *setting);

#endif
