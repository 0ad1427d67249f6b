/* A day, a month or a year, as seconds since 1970. */
#include "core/text.h"
#include "index/asked.h"

#define DAY_S 86400

/* Days since 1970-01-01 in the Gregorian calendar: years of 400 repeat, and begin in March here. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t era, of_era, of_year;

	year -= month <= 2;
	era = year / 400; /* years here are never below 0 */
	of_era = year - era * 400;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t
days_in(int64_t year, int64_t month)
{
	return (month == 12 ? days_of(year + 1, 1, 1) : days_of(year, month + 1, 1)) -
	       days_of(year, month, 1);
}

/* Exactly that many digits. */
static bool
digits(const char *text, size_t len, int64_t *ret_value)
{
	int64_t value = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = 10 * value + (text[i] - '0');
	}
	*ret_value = value;
	return true;
}

bool
pb_days_parse(const char *text, size_t len, int64_t *ret_first_s, int64_t *ret_last_s)
{
	int64_t year, month = 1, day = 1, first, count;

	if ((len != 4 && len != 7 && len != 10) || !digits(text, 4, &year) || year < 1000)
		return false;
	if (len >= 7 && (text[4] != '-' || !digits(text + 5, 2, &month) || month < 1 || month > 12))
		return false;
	if (len == 10 &&
	    (text[7] != '-' || !digits(text + 8, 2, &day) || day < 1 || day > days_in(year, month)))
		return false;
	first = days_of(year, month, day);
	count = len == 10 ? 1 : len == 7 ? days_in(year, month) : days_of(year + 1, 1, 1) - first;
	*ret_first_s = first * DAY_S;
	*ret_last_s = (first + count) * DAY_S - 1;
	return true;
}
