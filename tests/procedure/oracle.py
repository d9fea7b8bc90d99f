"""A second calculator of dates, slow and plain: own Easter, own lists, own clock, one day at a time.

It shares nothing with the portal: the lengths stand here once more, as the table of time limits has them.
"""

from datetime import date, datetime, timedelta
from functools import cache

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

ROYAL_DECREES = {
    (2023, 4, 28), (2023, 5, 19),
    (2024, 5, 10), (2024, 12, 27),
    (2025, 5, 30),
    (2026, 1, 2), (2026, 5, 15),
    (2027, 5, 7),
    (2028, 4, 28), (2028, 5, 26),
}  # fmt: skip
YEARS = range(2023, 2029)


class NoAnswer(Exception):
    """The question cannot be answered: no data, no such day, no such time."""


# Days


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


@cache
def is_holiday(on):
    year, easter = on.year, easter_sunday(on.year)
    kings_day = date(year, 4, 27)
    if kings_day.isoweekday() == 7:
        kings_day = date(year, 4, 26)
    fixed = [date(year, 1, 1), kings_day, date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)]
    moving = [easter + 1 * DAY, easter + 39 * DAY, easter + 50 * DAY]
    return on in fixed or on in moving


@cache
def is_equated(on):
    return on == easter_sunday(on.year) - 2 * DAY or (on.year, on.month, on.day) in ROYAL_DECREES


def _with_data(on):
    if on.year not in YEARS:
        raise NoAnswer(f"no data for {on.year}")


def is_working_day(on):
    _with_data(on)
    return not (is_weekend(on) or is_holiday(on) or is_equated(on))


def is_aa_day(on, equated_count=True):
    _with_data(on)
    if is_weekend(on) or is_holiday(on):
        return False
    return equated_count or not is_equated(on)


def is_any_day(on):
    _with_data(on)
    return True


def block(start, n, counts, paused=frozenset()):
    """The first n counting days from `start` on."""
    found, on = [], start
    while len(found) < n:
        if counts(on) and on not in paused:
            found.append(on)
        on += DAY
    return found


# Lengths


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


def ends_without_law(event, length, unit, paused=frozenset(), *, first_day_counts=False):
    """The last day before weekends and holidays matter; each paused day inside moves it one day on."""
    if unit == "years":
        length, unit = 12 * length, "months"
    if unit == "months":
        plain = months_later(event, length)
    else:
        plain = event
        for _ in range(length * {"days": 1, "weeks": 7}[unit] - (1 if first_day_counts else 0)):
            plain += DAY
    first = event if first_day_counts else event + DAY
    end = plain
    while True:
        lost = sum(first <= on <= end for on in paused)
        if plain + lost * DAY == end:
            return end
        end = plain + lost * DAY


def atw_end(event, nominal, paused=frozenset()):
    """Articles 1 and 2 of the act, one day after another; on a paused day nothing counts and nothing ends."""

    def open_day(on):
        return is_working_day(on) and on not in paused

    length, on = 0, event
    while on < nominal:
        on += DAY
        length += on not in paused
    end = nominal
    if length >= 3:
        while sum(open_day(event + step * DAY) for step in range(1, (end - event).days + 1)) < 2:
            end += DAY
    while not open_day(end):
        end += DAY
    return end


def rolled_over(nominal, paused=frozenset()):
    """The first working day from `nominal` on."""
    return block(nominal, 1, is_working_day, paused)[0]


# The clock


def last_sunday(year, month):
    on = date(year, month, 31)
    while on.isoweekday() != 7:
        on -= DAY
    return on


def clock_never_shows(wall):
    """02:00 to 03:00 in the night on which summer begins."""
    return wall.date() == last_sunday(wall.year, 3) and wall.hour == 2


def clock_shows_twice(wall):
    """02:00 to 03:00 in the night on which summer ends."""
    return wall.date() == last_sunday(wall.year, 10) and wall.hour == 2


def hours_ahead(utc):
    """By how much Amsterdam is ahead at this moment of universal time."""
    begins = datetime(utc.year, 3, last_sunday(utc.year, 3).day, 1)
    ends = datetime(utc.year, 10, last_sunday(utc.year, 10).day, 1)
    return 2 * HOUR if begins <= utc < ends else HOUR


def universal(wall):
    """The moment at which the clock in Amsterdam shows this, the first one when it does so twice."""
    for ahead in (2 * HOUR, HOUR):
        if hours_ahead(wall - ahead) == ahead:
            return wall - ahead
    # Never shown: the clock has jumped an hour by then.
    return wall - HOUR


def minute_end(wall, length, unit):
    """In universal time: so many hours of real time on, or the same time on the clock so many days on."""
    if clock_never_shows(wall) or clock_shows_twice(wall):
        raise NoAnswer("there is no such time, or there are two")
    if unit == "hours":
        return universal(wall) + length * HOUR
    return universal(wall + length * {"days": 1, "weeks": 7}[unit] * DAY)


# The time limits of the law since 2021. Those whose date the letter gives, and those that end with a day of a
# schedule, stand further down.

LENGTHS = {
    # code: mode, length, unit; then one line for each ground
    ("REG-01", None): ("WORKING_DAY", 3, "days"),
    ("REG-01", "other_authority"): ("WORKING_DAY", 6, "days"),
    ("REG-02", None): ("FIRST_DAY_COUNTS", 3, "days"),
    ("ADR-01", None): ("ATW", 5, "days"),
    ("RVT-01", None): ("MINIMUM", 6, "days"),
    ("RVT-03", None): ("PLAIN", 0, "days"),
    ("VA-COR", None): ("ATW", 2, "weeks"),
    ("VA-VIEW", None): ("ATW_POST", 4, "weeks"),
    ("VW-DET", None): ("ATW", 2, "weeks"),
    ("DEC-06M", None): ("PLAIN", 6, "months"),
    ("DEC-EXT", None): ("PLAIN", 9, "months"),
    ("DEC-EXT", "42(4)(a)"): ("PLAIN", 9, "months"),
    ("DEC-EXT", "42(4)(b)"): ("PLAIN", 9, "months"),
    ("DEC-EXT", "42(4)(c)"): ("PLAIN", 9, "months"),
    ("DEC-EXT", "42(5)"): ("PLAIN", 12, "months"),
    ("DEC-NEW", None): ("PLAIN", 6, "months"),
    ("DEF-01", None): ("ATW", 2, "weeks"),
    ("DUB-01", None): ("EU", 3, "months"),
    ("DUB-01", "hit"): ("EU", 2, "months"),
    ("DUB-02", None): ("EU", 1, "months"),
    ("DUB-02", "take_back_with_hit"): ("EU", 2, "weeks"),
    ("DUB-03", None): ("ATW", 2, "weeks"),
    ("DUB-03", "detained"): ("ATW", 1, "weeks"),
    ("DUB-04", None): ("PLAIN", 6, "months"),
    ("DUB-05", None): ("PLAIN", 18, "months"),
    ("DUB-06", None): ("WORKING_DAY", 10, "days"),
    ("ACC-01", None): ("WORKING_DAY", 8, "days"),
    ("HAS-01", None): ("ATW", 1, "weeks"),
    ("NOS-01", None): ("ATW", 2, "weeks"),
    ("BOR-01", None): ("MINUTE", 4, "weeks"),
    ("BOR-02", None): ("MINIMUM", 1, "days"),
    ("BOR-03", None): ("ATW", 1, "weeks"),
    ("APP-1W", None): ("ATW", 1, "weeks"),
    ("APP-4W", None): ("ATW", 4, "weeks"),
    ("APP-PROV", None): ("PLAIN", 0, "days"),
    ("APP-RUL", None): ("PLAIN", 23, "weeks"),
    ("APP-RUL", "one_week_appeal"): ("PLAIN", 4, "weeks"),
    ("HAP-01", None): ("ATW", 4, "weeks"),
    ("HAP-01", "one_week_appeal"): ("ATW", 1, "weeks"),
    ("HAP-02", None): ("PLAIN", 23, "weeks"),
    ("RET-01", None): ("ATW", 4, "weeks"),
    ("RET-01", "leaves_at_once"): ("PLAIN", 0, "days"),
    ("RET-03", None): ("PLAIN", 0, "days"),
    ("REC-01", None): ("MINUTE", 24, "hours"),
    ("REC-02", None): ("MINUTE", 48, "hours"),
    ("REC-03", None): ("PLAIN", 0, "days"),
    ("FAM-01", None): ("ATW", 3, "months"),
    ("FAM-02", None): ("PLAIN", 90, "days"),
    ("PER-01", None): ("PLAIN", 28, "days"),
    ("PER-02", None): ("PLAIN", 0, "days"),
    ("PER-03", None): ("FOUR_WEEKS_EARLIER", 5, "years"),
    ("PER-04", None): ("PLAIN", 6, "months"),
    ("PER-04", "advice"): ("PLAIN", 12, "months"),
    ("PER-05", None): ("PLAIN", 0, "days"),
    ("PER-06", None): ("PLAIN", 0, "days"),
    ("WD-01", None): ("ATW_POST", 6, "weeks"),
    ("WD-02", None): ("ATW", 2, "weeks"),
    ("REP-01", None): ("PLAIN", 0, "days"),
    ("REP-02", None): ("PLAIN", 2, "weeks"),
    ("REP-03", None): ("PLAIN", 2, "weeks"),
    ("REP-04", None): ("PLAIN", 2, "weeks"),
}

BY_LETTER = {"ACC-02", "DIS-01", "RET-02"}

# Which days a schedule counts, and for each of its time limits the day of the event and the day of the end.
SIX_DAYS = {"AA-INT": (1, 1), "AA-COR": (1, 2), "AA-OUT": (2, 3), "AA-VIEW": (3, 4), "AA-DEC": (4, 6)}
NINE_DAYS = {"AA-INT": (1, 2), "AA-COR": (2, 4), "AA-OUT": (4, 5), "AA-VIEW": (5, 7), "AA-DEC": (7, 9)}
SCHEDULES = {
    "AA6": (is_aa_day, 6, SIX_DAYS),
    "AA9": (is_aa_day, 9, NINE_DAYS),
    "SCH6": (is_any_day, 6, SIX_DAYS),
    "SCH9": (is_any_day, 9, NINE_DAYS),
    "HASA3": (is_working_day, 3, {"HAS-03": (1, 2), "HAS-04": (2, 3)}),
    "HASA6": (is_aa_day, 6, {**SIX_DAYS, "HAS-05": (2, 6)}),
}
# The last day after an extension, on the grounds a to e, f and g.
EXTENDED = {
    "AA6": (18, 20, 26),
    "AA9": (21, 23, 29),
    "SCH6": (18, 20, 26),
    "SCH9": (21, 23, 29),
    "HASA6": (12, 14, 20),
}


def due(code, start, *, ground=None, paused=frozenset()):
    """The last day of a time limit that has a length; of one to the minute, the moment in universal time."""
    mode, length, unit = LENGTHS[code, ground]
    return ends(mode, length, unit, start, paused)


def ends(mode, length, unit, start, paused=frozenset()):
    """The last day, in one of the ways of counting."""
    if mode == "MINUTE":
        return minute_end(start, length, unit)
    if length == 0:
        return start
    if mode == "WORKING_DAY":
        return block(start + DAY, length, is_working_day, paused)[-1]
    nominal = ends_without_law(start, length, unit, paused, first_day_counts=mode == "FIRST_DAY_COUNTS")
    if mode in ("ATW", "ATW_POST"):
        end = atw_end(start, nominal, paused)
        if mode == "ATW_POST":
            # A letter in the post may come a week later; without a calendar for that week there is no answer.
            rolled_over(end + 7 * DAY, paused)
        return end
    if mode == "EU":
        return rolled_over(nominal, paused)
    if mode == "MINIMUM":
        return block(nominal + DAY, 1, lambda on: True, paused)[0]
    if mode == "FOUR_WEEKS_EARLIER":
        return nominal - 28 * DAY
    return nominal


def post_until(end):
    """The day until which a response posted in time may arrive."""
    return rolled_over(end + 7 * DAY)


def days_of(schedule, day_one, n=None, paused=frozenset()):
    """The dated days of a schedule from its day 1."""
    counts, last, _ = SCHEDULES[schedule]
    if not counts(day_one):
        raise NoAnswer(f"{day_one} is no day of {schedule}")
    return block(day_one, n or last, counts, paused)
