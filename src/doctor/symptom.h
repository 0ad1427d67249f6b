/* What `doctor` found, in the order in which it looked. */
#ifndef PB_DOCTOR_SYMPTOM_H
#define PB_DOCTOR_SYMPTOM_H

#include <stddef.h>

#include "probant/status.h"

enum pb_condition { PB_FINE, PB_ATTENTION, PB_WRONG };

struct pb_symptom {
	enum pb_condition condition;
	const char *area; /* "clock", "keys"...: a word of ours, key for gettext */
	char name[40];    /* the archive's, door's or authority's; "": the machine */
	const char *said; /* an English sentence, key for gettext */
	char detail[320]; /* what was looked at; terminal-safe; or "" */
	const char *todo; /* likewise a sentence, or NULL */
};

/* All zeros: none.  The first failure sticks. */
struct pb_symptoms {
	struct pb_symptom *symptom;
	size_t count;
	enum pb_status status; /* PB_ENOMEM */
};

/* The texts are borrowed, but for the name. */
struct pb_symptom pb_symptom_of(enum pb_condition condition, const char *area, const char *name,
    const char *said, const char *todo);
/* It turns out to be that. */
void pb_symptom_worse(
    struct pb_symptom *symptom, enum pb_condition condition, const char *said, const char *todo);

void pb_symptom_add(struct pb_symptoms *symptoms, const struct pb_symptom *symptom,
    const char *detail, ...) PB_PRINTF(3, 4);
/* The same of something that could not be done, or looked at: err says what and why. */
void pb_symptom_add_error(
    struct pb_symptoms *symptoms, const struct pb_symptom *symptom, const struct pb_error *err);
void pb_symptoms_done(struct pb_symptoms *symptoms);

#endif
