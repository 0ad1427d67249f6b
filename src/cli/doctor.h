/* What `doctor` found, on stdout; and the canaries that it brings and looks for. */
#ifndef PB_CLI_DOCTOR_H
#define PB_CLI_DOCTOR_H

#include "cli/options.h"
#include "doctor/doctor.h"

/* Returns how many are wrong. */
size_t pb_doctor_print(const struct pb_symptoms *symptoms);
size_t pb_doctor_json(const struct pb_symptoms *symptoms);

/* One by each door that the options name, or by all but proxies. */
void pb_doctor_canaries(struct pb_doctor *doctor, const struct pb_options *options,
    const struct pb_capture_policy *policy);

#endif
