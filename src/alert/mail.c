#include "alert/mail.h"

#include <string.h>

#include "alert/say.h"
#include "core/text.h"

#define CRLF "\r\n"
#define DAY_S 86400
#define LAST_S 253402300799 /* of the year 9999, in four digits */

/* The first failure sticks: PB_ENOMEM is the only one. */
static void
add(enum pb_status *status, struct pb_buf *out, const char *text)
{
	if (*status == PB_OK)
		*status = pb_buf_append_text(out, text);
}

/* ---- header --------------------------------------------------------------------------------- */

/* RFC 5322 3.3, from the date of RFC 3339. */
static enum pb_status
write_date(int64_t time_s, struct pb_buf *out)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	static const char days[] = "ThuFriSatSunMonTueWed"; /* 1970 began with a Thursday */
	char date[21];
	int month;

	if (time_s < 0 || time_s > LAST_S)
		time_s = 0;
	pb_time_format(time_s, date);
	month = (date[5] - '0') * 10 + date[6] - '0' - 1;
	return pb_buf_printf(out, "Date: %.3s, %.2s %.3s %.4s %.8s +0000" CRLF,
	    days + 3 * (time_s / DAY_S % 7), date + 8, months + 3 * month, date, date + 11);
}

/* Encoded words, of which none cuts a character, in lines of at most 76 (RFC 2047 2, 5). */
#define WORD_OCTETS 39

static enum pb_status
write_words(const struct pb_buf *text, struct pb_buf *out)
{
	char encoded[PB_BASE64_LEN(WORD_OCTETS) + 1];
	enum pb_status status = PB_OK;
	size_t at = 0, len;

	while (status == PB_OK && at < text->len) {
		len = text->len - at < WORD_OCTETS ? text->len - at : WORD_OCTETS;
		while (at + len < text->len && (text->data[at + len] & 0xc0) == 0x80)
			len--;
		pb_base64_encode(text->data + at, len, encoded);
		status = pb_buf_printf(
		    out, "%s=?UTF-8?B?%s?=" CRLF, at > 0 ? " " : "Subject: ", encoded);
		at += len;
	}
	return status;
}

static enum pb_status
write_subject(const struct pb_alert_mail *mail, struct pb_buf *out)
{
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = pb_buf_append_text(&text, "[Probant] ");

	if (status == PB_OK)
		status = pb_alert_say(mail->policy->language, &mail->notices[0], &text);
	if (status == PB_OK && mail->count > 1)
		status = pb_buf_printf(&text, " (+%zu)", mail->count - 1);
	if (status == PB_OK)
		status = write_words(&text, out);
	pb_buf_done(&text);
	return status;
}

static enum pb_status
write_header(const struct pb_alert_mail *mail, struct pb_buf *out)
{
	const struct pb_policy_email *email = mail->policy->email;
	enum pb_status status = write_date(mail->now_us / 1000000, out);
	char id[2 * sizeof(mail->id) + 1];

	pb_hex_encode(mail->id, sizeof(mail->id), id);
	if (status == PB_OK)
		status = pb_buf_printf(out, "Message-ID: <%s%s>" CRLF "From: <%s>" CRLF "To: <%s>",
		    id, strchr(email->from, '@'), email->from, email->to[0]);
	for (size_t i = 1; status == PB_OK && i < email->to_count; i++)
		status = pb_buf_printf(out, "," CRLF " <%s>", email->to[i]);
	add(&status, out, CRLF);
	if (status == PB_OK)
		status = write_subject(mail, out);
	add(&status, out,
	    "Auto-Submitted: auto-generated" CRLF "MIME-Version: 1.0" CRLF
	    "Content-Type: text/plain; charset=utf-8" CRLF
	    "Content-Transfer-Encoding: quoted-printable" CRLF CRLF);
	return status;
}

/* ---- body ----------------------------------------------------------------------------------- */

static enum pb_status
say_all(const struct pb_alert_mail *mail, struct pb_buf *text)
{
	enum pb_policy_language language = mail->policy->language;
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < mail->count; i++) {
		const struct pb_alert *alert = mail->notices[i].alert;

		status = pb_alert_say(language, &mail->notices[i], text);
		if (status == PB_OK)
			status = pb_buf_printf(text, "\n    %s, ", pb_alert_word(alert->word));
		if (status == PB_OK)
			status = pb_alert_say_times(language, alert, text);
		add(&status, text, "\n\n");
	}
	add(&status, text, pb_alert_footer(language));
	add(&status, text, "\n");
	return status;
}

/* Lines of at most 76 octets (RFC 2045 6.7): one more would come behind this. */
#define LINE_OCTETS (76 - 1 - 3)

static bool
is_plain(uint8_t octet)
{
	return octet >= ' ' && octet < 0x7f && octet != '=';
}

/* RFC 2045 6.7.  No line of ours ends with a space. */
static enum pb_status
write_quoted(const struct pb_buf *text, struct pb_buf *out)
{
	enum pb_status status = PB_OK;
	size_t column = 0;

	for (size_t i = 0; status == PB_OK && i < text->len; i++) {
		uint8_t octet = text->data[i];

		if (octet == '\n') {
			status = pb_buf_append_text(out, CRLF);
			column = 0;
			continue;
		}
		if (column > LINE_OCTETS) {
			add(&status, out, "=" CRLF);
			column = 0;
		}
		if (status == PB_OK)
			status = is_plain(octet) ? pb_buf_append_u8(out, octet)
						 : pb_buf_printf(out, "=%02X", octet);
		column += is_plain(octet) ? 1 : 3;
	}
	return status;
}

enum pb_status
pb_alert_mail_write(const struct pb_alert_mail *mail, struct pb_buf *out)
{
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = write_header(mail, out);

	if (status == PB_OK)
		status = say_all(mail, &text);
	if (status == PB_OK)
		status = write_quoted(&text, out);
	pb_buf_done(&text);
	return status;
}
