"""A small package whose text tests can bend."""

from procedure.rules import RulePackage, parse_package

TINY = """
[package]
name = "tiny"
title = "A tiny package"
valid_from = 2021-06-25
status = "draft"

[sources.Atw]
title = "Algemene termijnenwet"
version = "2010"
confidence = "P"

[settings.aa_counts_equated_days]
type = "bool"
value = true
note = "uncertain"
source = "Atw 3"
confidence = "P"

[settings.window]
type = "int"
value = 3
note = "uncertain"
source = "Atw 3"
confidence = "P"

[calendar.years.2026]
equated = [{ on = 2026-01-02, source = "Atw 3", confidence = "S" }]

[schedules.AA6]
title = "Six"
calendar = "AA_DAY"
source = "Atw 1"
confidence = "P"
days = [
    { day = 1, step = "Interview", owner = ["applicant"], closes = ["AA-INT"] },
    { day = 2, step = "Corrections", owner = ["lawyer"], closes = ["AA-COR"] },
]

[rules.AA-INT]
title = "Interview"
mode = "AA_DAY"
unit = "day_of_schedule"
owes = ["caseworker"]
when_missed = "Late."
reminder_profile = "D"
source = "Atw 1"
confidence = "P"

[rules.AA-COR]
title = "Corrections"
mode = "AA_DAY"
unit = "day_of_schedule"
follows = "AA-INT"
owes = ["lawyer"]
when_missed = "Late."
reminder_profile = "D"
source = "Atw 1"
confidence = "P"

[rules.AA-EXT]
title = "Extension"
starts = ["extend_general_procedure"]
mode = "AA_DAY"
unit = "day_of_schedule"
last_day = { AA6 = { a = 8, b = 8, c = 8, d = 8, e = 8, f = 9, g = 10 } }
owes = ["caseworker"]
when_missed = "Late."
reminder_profile = "D"
source = "Atw 1"
confidence = "P"

[rules.TST-01]
title = "Test"
starts = ["grant"]
mode = "ATW"
unit = "days"
length = 3
owes = ["applicant"]
when_missed = "Late."
reminder_profile = "C"
source = "Atw 1"
confidence = "P"
"""


def tiny_with(old: str, new: str) -> str:
    """The tiny package with one place changed; the place must be there, or the test would prove nothing."""
    assert TINY.count(old) >= 1, old
    return TINY.replace(old, new, 1)


def with_rule(keys: str, *, settings: str = "", years: tuple[int, ...] = ()) -> RulePackage:
    """The tiny package with one more rule, TST-02, made of these keys."""
    rule = f"""
[rules.TST-02]
title = "Another"
owes = ["applicant"]
when_missed = "Late."
reminder_profile = "C"
source = "Atw 1"
confidence = "P"
{keys}
"""
    calendar = "".join(f"\n[calendar.years.{year}]\nequated = []\n" for year in years)
    return parse_package(TINY + rule + settings + calendar, file="tiny.toml")
