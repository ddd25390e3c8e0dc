"""The days of a mill: it grinds on weekdays, and rests at Saint Martin's."""

from datetime import date, timedelta

SAINT_MARTIN = (11, 11)


def grinding_days(year):
    """Every day of the year on which the mill grinds."""
    day = date(year, 1, 1)
    while day.year == year:
        if day.weekday() < 6 and (day.month, day.day) != SAINT_MARTIN:
            yield day
        day += timedelta(days=1)
