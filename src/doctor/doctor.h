/*
 * Whether what captures and what is kept can do what they are for: looked at, never repaired.
 * Each call adds what it found.
 */
#ifndef PB_DOCTOR_DOCTOR_H
#define PB_DOCTOR_DOCTOR_H

#include "doctor/symptom.h"
#include "policy/capture.h"

struct pb_world;
struct pb_http;

struct pb_doctor {
	const struct pb_world *world;
	struct pb_http *http; /* NULL: authorities are not asked for a token, only looked at */
	struct pb_symptoms symptoms;
};

/* The clock, as the kernel sees it. */
void pb_doctor_clock(struct pb_doctor *doctor);

/* The users and directories of a policy, the certificates of its doors; and, by what the daemon
 * tells (health/boards.h), whether it lives. */
void pb_doctor_policy(struct pb_doctor *doctor, const struct pb_capture_policy *policy);
void pb_doctor_daemon(struct pb_doctor *doctor, const struct pb_capture_policy *policy);

/* One archive: its files, its keys, its disk, its newest timestamps and their authorities.  name:
 * what it is called in symptoms. */
void pb_doctor_files(struct pb_doctor *doctor, const char *name, const char *dir);
void pb_doctor_keys(struct pb_doctor *doctor, const char *name, const char *dir);
void pb_doctor_disk(struct pb_doctor *doctor, const char *name, const char *dir);
void pb_doctor_times(struct pb_doctor *doctor, const char *name, const char *dir);
void pb_doctor_authorities(struct pb_doctor *doctor, const char *name, const char *dir);

#endif
