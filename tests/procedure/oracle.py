"""A second calculator of dates, slow and plain: own Easter, own lists, one day at a time."""

from datetime import date, timedelta

DAY = timedelta(days=1)

ROYAL_DECREES = {
    (2023, 4, 28), (2023, 5, 19),
    (2024, 5, 10), (2024, 12, 27),
    (2025, 5, 30),
    (2026, 1, 2), (2026, 5, 15),
    (2027, 5, 7),
    (2028, 4, 28), (2028, 5, 26),
}  # fmt: skip


def easter_sunday(year):
    """Gauss's rule for the Gregorian calendar in the form of Butcher, counted from 22 March."""
    century, cycle = year // 100, year % 19
    moon = (19 * cycle + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (year % 100 // 4) - moon - year % 100 % 4) % 7
    late = (cycle + 11 * moon + 22 * week) // 451
    on = date(year, 3, 22)
    for _ in range(moon + week - 7 * late):
        on += DAY
    return on


def is_weekend(on):
    return on.isoweekday() in (6, 7)


def is_holiday(on):
    year, easter = on.year, easter_sunday(on.year)
    kings_day = date(year, 4, 27)
    if kings_day.isoweekday() == 7:
        kings_day = date(year, 4, 26)
    fixed = [date(year, 1, 1), kings_day, date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)]
    moving = [easter + 1 * DAY, easter + 39 * DAY, easter + 50 * DAY]
    return on in fixed or on in moving


def is_equated(on):
    return on == easter_sunday(on.year) - 2 * DAY or (on.year, on.month, on.day) in ROYAL_DECREES


def is_working_day(on):
    return not (is_weekend(on) or is_holiday(on) or is_equated(on))


def is_aa_day(on, equated_count=True):
    if is_weekend(on) or is_holiday(on):
        return False
    return equated_count or not is_equated(on)


def block(start, n, counts):
    """The first n counting days from `start` on."""
    found, on = [], start
    while len(found) < n:
        if counts(on):
            found.append(on)
        on += DAY
    return found


def months_later(on, months):
    """The same day of the month so many months on, or the last day that this month has."""
    year, month = on.year, on.month
    for _ in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    day = on.day
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


def atw_end(event, nominal):
    """Articles 1 and 2 of the act, one day after another."""
    length, on = 0, event
    while on < nominal:
        on += DAY
        length += 1
    end = nominal
    if length >= 3:
        while sum(is_working_day(event + step * DAY) for step in range(1, (end - event).days + 1)) < 2:
            end += DAY
    while not is_working_day(end):
        end += DAY
    return end
