#include "doctor/symptom.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

struct pb_symptom
pb_symptom_of(enum pb_condition condition, const char *area, const char *name, const char *said,
    const char *todo)
{
	struct pb_symptom symptom = {
		.condition = condition, .area = area, .said = said, .todo = todo
	};

	(void)snprintf(symptom.name, sizeof(symptom.name), "%s", name);
	return symptom;
}

void
pb_symptom_worse(
    struct pb_symptom *symptom, enum pb_condition condition, const char *said, const char *todo)
{
	symptom->condition = condition;
	symptom->said = said;
	symptom->todo = todo;
}

static struct pb_symptom *
add(struct pb_symptoms *s, const struct pb_symptom *symptom)
{
	struct pb_symptom *grown;

	if (s->status != PB_OK)
		return NULL;
	grown = realloc(s->symptom, (s->count + 1) * sizeof(*grown));
	if (grown == NULL) {
		s->status = PB_ENOMEM;
		return NULL;
	}
	s->symptom = grown;
	grown[s->count] = *symptom;
	return &grown[s->count++];
}

void
pb_symptom_add(
    struct pb_symptoms *symptoms, const struct pb_symptom *symptom, const char *detail, ...)
{
	struct pb_symptom *added = add(symptoms, symptom);
	char text[sizeof(symptom->detail)];
	va_list arguments;

	if (added == NULL)
		return;
	va_start(arguments, detail);
	(void)vsnprintf(text, sizeof(text), detail, arguments);
	va_end(arguments);
	pb_text_safe_copy(
	    added->detail, sizeof(added->detail), (const uint8_t *)text, strlen(text));
}

void
pb_symptom_add_error(
    struct pb_symptoms *symptoms, const struct pb_symptom *symptom, const struct pb_error *err)
{
	const char *why = err->why != NULL  ? err->why
			  : err->cause != 0 ? strerror(err->cause)
					    : pb_status_name(err->status);

	pb_symptom_add(
	    symptoms, symptom, "%s%s%s", err->object, err->object[0] != '\0' ? ": " : "", why);
}

void
pb_symptoms_done(struct pb_symptoms *symptoms)
{
	free(symptoms->symptom);
	*symptoms = (struct pb_symptoms){ 0 };
}
