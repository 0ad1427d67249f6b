#include <string.h>

#include "stamp/tstinfo.h"

/* Days from 1970-01-01 in the Gregorian calendar, of a year counted from March. */
static int64_t
days_from_civil(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

static int64_t
digits(const char *text, size_t count)
{
	int64_t value = 0;

	for (size_t i = 0; i < count; i++)
		value = 10 * value + (text[i] - '0');
	return value;
}

static int64_t
days_of_month(int64_t year, int64_t month)
{
	return days_from_civil(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) -
	       days_from_civil(year, month, 1);
}

/* YYYYMMDDhhmmss; false if there is no such second. */
static bool
read_seconds(const char *text, int64_t *ret_time_s)
{
	int64_t year = digits(text, 4), month = digits(text + 4, 2), day = digits(text + 6, 2);
	int64_t hour = digits(text + 8, 2), minute = digits(text + 10, 2);
	int64_t second = digits(text + 12, 2);

	if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_of_month(year, month) ||
	    hour > 23 || minute > 59 || second > 59)
		return false;
	*ret_time_s = ((days_from_civil(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
	return true;
}

/* How many digits stand there. */
static size_t
digits_span(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] >= '0' && text[n] <= '9')
		n++;
	return n;
}

static int64_t
fraction_us(const char *text, size_t count)
{
	int64_t value = 0;

	for (size_t i = 0; i < 6; i++)
		value = 10 * value + (i < count ? text[i] - '0' : 0);
	return value;
}

/*
 * RFC 3161 2.4.2: seconds, "." and a fraction at will, "Z".  Trailing zeros in the fraction,
 * which it forbids, do not change what is stated.
 */
bool
pb_stamp_time_read(const char *text, size_t len, int64_t *ret_time_us, char ret_text[40])
{
	size_t fraction;
	int64_t time_s;

	if (len < 15 || digits_span(text, len) != 14 || text[len - 1] != 'Z' ||
	    !read_seconds(text, &time_s))
		return false;
	fraction = len == 15 ? 0 : len - 16;
	if (len > 15 && (text[14] != '.' || fraction == 0 || fraction > 18 ||
			    digits_span(text + 15, fraction) != fraction))
		return false;
	*ret_time_us = time_s * 1000000 + fraction_us(text + 15, fraction);
	memset(ret_text, 0, 40);
	memcpy(ret_text, "0000-00-00T00:00:00", 19);
	memcpy(ret_text, text, 4);
	for (size_t i = 0; i < 5; i++)
		memcpy(ret_text + 5 + 3 * i, text + 4 + 2 * i, 2);
	memcpy(ret_text + 19, text + 14, len - 14);
	return true;
}
