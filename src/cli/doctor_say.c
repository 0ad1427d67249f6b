/* What `doctor` found, for a person and as JSON. */
#include <stdio.h>

#include "cli/doctor.h"
#include "cli/label.h"
#include "cli/print.h"
#include "cli/say.h"
#include "core/json.h"

static size_t
count(const struct pb_symptoms *symptoms, enum pb_condition condition)
{
	size_t n = 0;

	for (size_t i = 0; i < symptoms->count; i++)
		n += symptoms->symptom[i].condition == condition;
	return n;
}

static void
print_one(const struct pb_symptom *symptom)
{
	const char *condition[] = {
		[PB_FINE] = _("fine"), [PB_ATTENTION] = _("attention"), [PB_WRONG] = _("wrong")
	};

	pb_label(condition[symptom->condition]);
	(void)fputs(_(symptom->area), stdout);
	if (symptom->name[0] != '\0') {
		(void)putchar(' ');
		pb_label_text(symptom->name);
	}
	(void)printf(": %s", _(symptom->said));
	if (symptom->detail[0] != '\0') {
		(void)fputs(" (", stdout);
		pb_label_text(symptom->detail);
		(void)putchar(')');
	}
	(void)putchar('\n');
	if (symptom->todo != NULL)
		pb_print_wrapped(_(symptom->todo), 12, pb_print_width());
}

size_t
pb_doctor_print(const struct pb_symptoms *symptoms)
{
	size_t wrong = count(symptoms, PB_WRONG), attention = count(symptoms, PB_ATTENTION);

	for (size_t i = 0; i < symptoms->count; i++)
		print_one(&symptoms->symptom[i]);
	(void)printf(_("%zu fine, %zu for attention, %zu wrong\n"), count(symptoms, PB_FINE),
	    attention, wrong);
	return wrong;
}

size_t
pb_doctor_json(const struct pb_symptoms *symptoms)
{
	static const char *const condition[] = {
		[PB_FINE] = "fine", [PB_ATTENTION] = "attention", [PB_WRONG] = "wrong"
	};
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_array_begin(&w, "checks");
	for (size_t i = 0; i < symptoms->count; i++) {
		const struct pb_symptom *symptom = &symptoms->symptom[i];

		pb_json_object_begin(&w, NULL);
		pb_json_text(&w, "condition", condition[symptom->condition]);
		pb_json_text(&w, "check", symptom->area);
		pb_json_text(&w, "name", symptom->name);
		pb_json_text(&w, "said", symptom->said);
		pb_json_text(&w, "detail", symptom->detail);
		if (symptom->todo != NULL)
			pb_json_text(&w, "todo", symptom->todo);
		pb_json_object_end(&w);
	}
	pb_json_array_end(&w);
	pb_json_u64(&w, "attention", count(symptoms, PB_ATTENTION));
	pb_json_u64(&w, "wrong", count(symptoms, PB_WRONG));
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
	return count(symptoms, PB_WRONG);
}
