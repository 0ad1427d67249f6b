#include "capture/postmark.h"

#include <string.h>

#include "core/limits.h"

/* A line as it is read from front to back. */
struct line {
	const uint8_t *at;
	const uint8_t *end;
};

static bool
one_of(const struct line *line, const char *names, size_t count)
{
	if (line->end - line->at < 3)
		return false;
	for (size_t i = 0; i < count; i++)
		if (memcmp(line->at, names + 3 * i, 3) == 0)
			return true;
	return false;
}

static bool
spaces(struct line *line)
{
	const uint8_t *before = line->at;

	while (line->at < line->end && (*line->at == ' ' || *line->at == '\t'))
		line->at++;
	return line->at > before;
}

/* least to most digits, no more. */
static bool
digits(struct line *line, size_t least, size_t most)
{
	size_t count = 0;

	while (line->at < line->end && *line->at >= '0' && *line->at <= '9') {
		line->at++;
		count++;
	}
	return count >= least && count <= most;
}

static bool
colon(struct line *line)
{
	if (line->at == line->end || *line->at != ':')
		return false;
	line->at++;
	return true;
}

/* A year stands behind the time, with or without a zone before it. */
static bool
year(struct line line)
{
	while (spaces(&line)) {
		struct line word = line;

		if (digits(&word, 4, 4) && (word.at == word.end || *word.at == ' ' ||
					       *word.at == '\t' || *word.at == '\r'))
			return true;
		while (line.at < line.end && *line.at != ' ' && *line.at != '\t')
			line.at++;
	}
	return false;
}

/* "Thu Apr 30 08:15:00 2026", by value: a try. */
static bool
is_date(struct line line)
{
	static const char weekdays[] = "MonTueWedThuFriSatSun";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (!one_of(&line, weekdays, 7))
		return false;
	line.at += 3;
	if (!spaces(&line) || !one_of(&line, months, 12))
		return false;
	line.at += 3;
	if (!spaces(&line) || !digits(&line, 1, 2) || !spaces(&line) || !digits(&line, 1, 2) ||
	    !colon(&line) || !digits(&line, 2, 2))
		return false;
	if (colon(&line) && !digits(&line, 2, 2))
		return false;
	return year(line);
}

size_t
pb_postmark_len(const uint8_t *data, size_t len, bool end_of_file)
{
	size_t within = len < PB_LIMIT_POSTMARK ? len : PB_LIMIT_POSTMARK;
	struct line line = { data, data };
	const uint8_t *end;

	if (len < 5 || memcmp(data, "From ", 5) != 0)
		return 0;
	end = memchr(data, '\n', within);
	if (end == NULL && (!end_of_file || within < len))
		return 0;
	line.end = end != NULL ? end : data + len;
	if (memchr(data, '\0', (size_t)(line.end - data)) != NULL)
		return 0;
	for (line.at = data + 4; line.at < line.end; line.at++) {
		struct line date = line;

		if (spaces(&date) && is_date(date))
			return (size_t)(line.end - data) + (end != NULL);
	}
	return 0;
}
