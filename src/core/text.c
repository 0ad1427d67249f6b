/* Numbers and times as text. */
#include "core/text.h"

#include <stdio.h>
#include <string.h>

bool
pb_decimal_parse(const char *text, size_t len, uint64_t *ret_value)
{
	uint64_t value = 0;
	unsigned digit;
	size_t i;

	if (len == 0 || (len > 1 && text[0] == '0'))
		return false;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		digit = (unsigned)(text[i] - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret_value = value;
	return true;
}

/* Not by printf: a package has some dozens of numbers for each record. */
size_t
pb_decimal_format(uint64_t value, char out[21])
{
	char digits[20];
	size_t at = sizeof(digits), len;

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	len = sizeof(digits) - at;
	memcpy(out, digits + at, len);
	out[len] = '\0';
	return len;
}

/* From 0000-03-01 to 1970-01-01: with years that begin in March, a leap day comes last. */
#define EPOCH_DAYS 719468
#define DAY_S 86400
#define FIRST_S INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define LAST_S INT64_C(253402300799)  /* 9999-12-31T23:59:59Z */

/* The proleptic Gregorian calendar, computed: the C library's answer needs the system's state. */
void
pb_time_format(int64_t time_s, char out[21])
{
	uint32_t seconds, era, day, year, month;
	char text[64];

	if (time_s < FIRST_S || time_s > LAST_S) {
		memcpy(out, "not a calendar date.", 21);
		return;
	}
	time_s += (int64_t)EPOCH_DAYS * DAY_S;
	seconds = (uint32_t)(time_s % DAY_S);
	day = (uint32_t)(time_s / DAY_S);
	era = day / 146097; /* of 400 years */
	day %= 146097;
	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153; /* 0 is March */
	day -= (153 * month + 2) / 5;
	year += 400 * era + (month >= 10);
	month += month < 10 ? 3 : -9U;
	snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02uZ", year, month, day + 1,
	    seconds / 3600, seconds / 60 % 60, seconds % 60);
	memcpy(out, text, 21);
}

/* Two digits at text, or -1. */
static int
two_digits(const char *text)
{
	if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
		return -1;
	return 10 * (text[0] - '0') + (text[1] - '0');
}

/* Days since 1970 of a date whose year, month and day are in their ranges. */
static int64_t
days_of(unsigned year, unsigned month, unsigned day)
{
	unsigned era, of_era;

	year -= month <= 2;
	era = year / 400;
	of_era = year % 400;
	month += month > 2 ? -3U : 9;
	return (int64_t)era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       (153 * month + 2) / 5 + day - 1 - EPOCH_DAYS;
}

bool
pb_time_parse(const char *text, int64_t *ret_time_s, bool *ret_day)
{
	size_t len = strlen(text);
	char written[21];
	int64_t time_s;
	int part[6] = { 0 };

	if (len != 10 && len != 20)
		return false;
	part[0] = two_digits(text) * 100 + two_digits(text + 2);
	part[1] = two_digits(text + 5);
	part[2] = two_digits(text + 8);
	if (len == 20) {
		part[3] = two_digits(text + 11);
		part[4] = two_digits(text + 14);
		part[5] = two_digits(text + 17);
	}
	if (part[0] < 1970 || part[1] < 1 || part[1] > 12 || part[2] < 1 || part[2] > 31 ||
	    part[3] < 0 || part[4] < 0 || part[5] < 0)
		return false;
	time_s = days_of((unsigned)part[0], (unsigned)part[1], (unsigned)part[2]) * DAY_S +
		 part[3] * 3600 + part[4] * 60 + part[5];
	/* What is no date, or written otherwise, comes back as another text. */
	pb_time_format(time_s, written);
	if (memcmp(written, text, len) != 0)
		return false;
	*ret_time_s = time_s;
	if (ret_day != NULL)
		*ret_day = len == 10;
	return true;
}
