#include "daemon/users.h"

enum pb_status
pb_users_find(
    const struct pb_capture_policy *policy, struct pb_users *ret_users, struct pb_error *err)
{
	struct pb_user self = pb_user_self();
	const char *herald =
	    policy->herald_user != NULL ? policy->herald_user : policy->stamper_user;
	struct pb_users users = { .apart = pb_user_is_root(),
		.door = self,
		.writer = self,
		.stamper = self,
		.herald = self };
	enum pb_status status = PB_OK;

	if (users.apart && policy->door_user != NULL)
		status = pb_user_find(policy->door_user, &users.door, err);
	if (status == PB_OK && users.apart && policy->writer_user != NULL)
		status = pb_user_find(policy->writer_user, &users.writer, err);
	if (status == PB_OK && users.apart && policy->stamper_user != NULL)
		status = pb_user_find(policy->stamper_user, &users.stamper, err);
	if (status == PB_OK && users.apart && herald != NULL)
		status = pb_user_find(herald, &users.herald, err);
	if (status == PB_OK)
		*ret_users = users;
	return status;
}
