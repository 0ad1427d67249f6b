#include "alert/json.h"

#include "alert/say.h"
#include "core/json.h"

static void
write_alert(struct pb_json_writer *w, const struct pb_notice *notice)
{
	static const char *const states[] = {
		[PB_ALERT_BEGUN] = "begun", [PB_ALERT_STANDS] = "stands", [PB_ALERT_ENDED] = "ended"
	};
	const struct pb_alert *alert = notice->alert;
	const char *about = pb_alert_about(alert->word);

	pb_json_text(w, "alert", pb_alert_word(alert->word));
	pb_json_text(w, "state", states[notice->state]);
	if (about != NULL)
		pb_json_text(w, about, alert->name);
	pb_json_u64(w, "since_us", (uint64_t)alert->since_us);
	if (notice->state == PB_ALERT_ENDED)
		pb_json_u64(w, "until_us", (uint64_t)alert->until_us);
}

enum pb_status
pb_alert_facts(const struct pb_notice *notice, struct pb_buf *facts)
{
	struct pb_json_writer w;

	pb_json_writer_init(&w, facts);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", "alert");
	write_alert(&w, notice);
	pb_json_array_begin(&w, "told");
	if (notice->told[PB_ALERT_EMAIL])
		pb_json_text(&w, NULL, "email");
	if (notice->told[PB_ALERT_WEBHOOK])
		pb_json_text(&w, NULL, "webhook");
	pb_json_array_end(&w);
	pb_json_object_end(&w);
	return pb_json_writer_status(&w);
}

enum pb_status
pb_alert_post(enum pb_policy_language language, const struct pb_notice *notices, size_t count,
    int64_t now_us, struct pb_buf *out)
{
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;
	struct pb_json_writer w;

	pb_json_writer_init(&w, out);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "software", "probant " PROBANT_VERSION);
	pb_json_u64(&w, "sent_us", (uint64_t)now_us);
	pb_json_array_begin(&w, "alerts");
	for (size_t i = 0; status == PB_OK && i < count; i++) {
		pb_json_object_begin(&w, NULL);
		write_alert(&w, &notices[i]);
		pb_buf_clear(&text);
		status = pb_alert_say(language, &notices[i], &text);
		if (status == PB_OK && pb_buf_text(&text) == NULL)
			status = PB_ENOMEM;
		if (status == PB_OK)
			pb_json_text(&w, "text", pb_buf_text(&text));
		pb_json_object_end(&w);
	}
	pb_json_array_end(&w);
	pb_json_object_end(&w);
	pb_buf_done(&text);
	return status == PB_OK ? pb_json_writer_status(&w) : status;
}
