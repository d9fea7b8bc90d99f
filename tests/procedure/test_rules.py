"""Rule packages: what nl-2021 says, and that any mistake is refused with file, key and reason."""

# ruff: noqa: E501 (a table of mistakes, one a line)

import tomllib
from datetime import date

import pytest

from procedure.rule_rows import (
    OUTCOMES,
    ROLES,
    STATES,
    TRACKS,
    TRANSITIONS,
    UnknownName,
    WrongSetting,
)
from procedure.rules import (
    PACKAGES,
    PackageMistake,
    find_package,
    load_package,
    package_names,
    parse_package,
)
from tests.procedure.packages_for_tests import TINY, tiny_with, with_rule

NL = find_package("nl-2021")


def refused(text):
    with pytest.raises(PackageMistake) as caught:
        parse_package(text, file="tiny.toml")
    mistake = caught.value
    assert str(mistake) == f"tiny.toml: {mistake.key}: {mistake.reason}"
    assert "\n" not in str(mistake)
    return mistake


# What nl-2021 says


def test_every_package_that_comes_along_can_be_read():
    assert "nl-2021" in package_names()
    for name in package_names():
        assert find_package(name).name == name


def test_the_package_knows_its_name_its_date_and_its_years():
    assert (NL.name, NL.valid_from, NL.status) == ("nl-2021", date(2021, 6, 25), "published")
    assert NL.calendar.years == (2023, 2024, 2025, 2026, 2027, 2028)


def test_the_equated_days_are_those_of_the_royal_decrees():
    days = [day.on.isoformat() for year in NL.calendar.years for day in NL.calendar.equated[year]]
    assert days == [
        "2023-04-28",
        "2023-05-19",
        "2024-05-10",
        "2024-12-27",
        "2025-05-30",
        "2026-01-02",
        "2026-05-15",
        "2027-05-07",
        "2028-04-28",
        "2028-05-26",
    ]


@pytest.mark.parametrize(
    ("schedule", "last_day", "closing"),
    [
        ("AA6", 6, {"AA-INT": 1, "AA-COR": 2, "AA-OUT": 3, "AA-VIEW": 4, "AA-DEC": 6}),
        ("AA9", 9, {"AA-INT": 2, "AA-COR": 4, "AA-OUT": 5, "AA-VIEW": 7, "AA-DEC": 9}),
        ("SCH6", 6, {"AA-INT": 1, "AA-COR": 2, "AA-OUT": 3, "AA-VIEW": 4, "AA-DEC": 6}),
        ("SCH9", 9, {"AA-INT": 2, "AA-COR": 4, "AA-OUT": 5, "AA-VIEW": 7, "AA-DEC": 9}),
        ("HASA3", 3, {"HAS-03": 2, "HAS-04": 3}),
        ("HASA6", 6, {"AA-COR": 2, "AA-OUT": 3, "AA-VIEW": 4, "AA-DEC": 6}),
    ],
)
def test_each_schedule_closes_its_time_limits_on_its_days(schedule, last_day, closing):
    found = NL.schedule(schedule)
    assert found.last_day == last_day
    assert {code: found.closing_day(code) for code in closing} == closing


def test_every_day_of_the_general_procedure_tells_everybody_what_happens():
    for code in ("AA6", "AA9"):
        schedule = NL.schedule(code)
        assert [day.day for day in schedule] == list(range(1, schedule.last_day + 1))
        assert all(day.step and day.applicant and day.lawyer and day.ind for day in schedule)


def opened(transition, **where):
    return {rule.code for rule in NL.opened_by(transition, **where)}


@pytest.mark.parametrize(
    ("transition", "track", "outcome", "schedule", "expected"),
    [
        ("express_wish", "general", None, None, {"REG-01", "REG-02"}),
        ("lodge_application", "general", None, None, {"DEC-06M"}),
        ("begin_preparation", "general", None, None, {"RVT-01"}),
        ("complete_preparation", "general", None, None, {"RVT-03"}),
        ("start_general_procedure", "general", None, "AA6", {"AA-INT"}),
        ("close_interview", "general", None, "AA6", {"AA-COR"}),
        ("close_interview", "general", None, "AAX", {"AA-COR"}),
        ("close_corrections", "general", None, "AA6", {"AA-OUT"}),
        ("close_corrections", "general", None, "AAX", set()),
        ("close_corrections", "extended", None, None, set()),
        ("issue_intended_decision", "general", None, "AA9", {"AA-VIEW"}),
        ("issue_intended_decision", "general", None, "AAX", {"AA-VIEW"}),
        ("issue_intended_decision", "extended", None, None, {"VA-VIEW"}),
        ("reconsider", "extended", None, None, {"VA-VIEW"}),
        ("close_response", "general", None, "AA6", {"AA-DEC"}),
        ("close_response", "general", None, "AAX", set()),
        ("close_response", "extended", None, None, set()),
        ("extend_general_procedure", "general", None, "AA6", {"AA-EXT"}),
        ("close_extended_interview", "extended", None, None, {"VA-COR"}),
        ("extend_decision_period", "extended", None, None, {"DEC-EXT"}),
        ("refuse", "general", "UNFOUNDED", None, {"APP-1W", "RET-01", "RET-03"}),
        ("refuse", "extended", "UNFOUNDED", None, {"APP-4W", "RET-01", "RET-03"}),
        ("refuse", "extended", "MANIFESTLY_UNFOUNDED", None, {"APP-1W", "RET-01", "RET-03"}),
        ("refuse", "extended", "INADMISSIBLE", None, {"APP-1W", "RET-01", "RET-03"}),
        ("refuse", "general", "INADMISSIBLE", None, {"APP-1W", "RET-01", "RET-03"}),
        ("confirm_withdrawal", "general", None, None, {"RET-01", "RET-03"}),
        ("grant", "general", "GRANT_A", None, {"FAM-01"}),
        ("grant", "extended", "GRANT_B3", None, {"FAM-01"}),
        ("grant", "general", "GRANT_FAM", None, set()),
        ("assign_lawyer", "general", None, None, set()),
    ],
)
def test_each_step_opens_its_time_limits(transition, track, outcome, schedule, expected):
    assert opened(transition, track=track, outcome=outcome, schedule=schedule) == expected


def test_a_time_limit_that_counts_from_another_is_opened_after_it():
    codes = [rule.code for rule in NL.opened_by("refuse", track="general", outcome="UNFOUNDED")]
    assert codes.index("RET-03") > codes.index("RET-01")


def test_each_time_limit_that_a_step_opens_can_also_end():
    endless = [
        rule.code
        for rule in NL.rules.values()
        if rule.starts and not (rule.met_by or rule.met_by_documents or rule.cancelled_by)
    ]
    # To leave, and to hand in the document, is recorded by the return service.
    assert endless == ["RET-01", "RET-03"]


def test_withdrawal_ends_every_time_limit_of_an_open_application():
    still_open = {
        rule.code
        for rule in NL.rules.values()
        if set(rule.starts) - {"refuse", "grant", "confirm_withdrawal"}
        and "confirm_withdrawal" not in rule.cancelled_by
    }
    assert still_open == set()


def test_only_lengths_that_were_not_read_in_law_ask_to_check_the_letter():
    assert not NL.rule("VA-VIEW").check_the_letter
    assert not NL.rule("AA-EXT").check_the_letter
    assert NL.rule("DEF-01").check_the_letter
    assert NL.rule("RVT-03").check_the_letter


def test_the_texts_for_people_are_single_lines_without_quotation_of_sources():
    for text in NL.msgids():
        assert text == " ".join(text.split())
        assert "%" not in text
    assert NL.rule("AA-VIEW").title in NL.msgids()
    assert NL.schedule("AA9").day(6).applicant in NL.msgids()


def test_the_same_text_has_the_same_fingerprint_and_another_text_another():
    text = (PACKAGES / "nl-2021.toml").read_text()
    assert parse_package(text, file="a.toml").sha256 == NL.sha256
    assert parse_package(text + "\n# a remark\n", file="a.toml").sha256 != NL.sha256


def test_a_planning_norm_and_a_minimum_are_never_missed():
    assert {rule.code for rule in NL.rules.values() if rule.soft} == {"REG-02", "RVT-01", "RVT-03", "PER-01"}


# Looking up


def test_what_does_not_exist_is_named_with_what_does():
    for look_up, name in [
        (find_package, "nl-1999"),
        (find_package, "../packages/nl-2021"),
        (NL.rule, "AA-XXX"),
        (NL.schedule, "AA7"),
        (NL.setting, "no_such"),
    ]:
        with pytest.raises(UnknownName, match=r"there is no .*; known: ") as caught:
            look_up(name)
        assert name in str(caught.value)


# Settings


def test_a_setting_can_be_put_in_another_position_without_changing_the_package():
    changed = NL.with_settings(aa_counts_equated_days=False)
    assert changed.values["aa_counts_equated_days"] is False
    assert changed.overrides == {"aa_counts_equated_days": False}
    assert NL.values["aa_counts_equated_days"] is True


@pytest.mark.parametrize("value", [1, "true", None, 0.0])
def test_a_switch_takes_only_true_or_false(value):
    with pytest.raises(WrongSetting, match="aa_counts_equated_days"):
        NL.with_settings(aa_counts_equated_days=value)


def test_a_number_is_not_a_switch():
    with pytest.raises(WrongSetting, match="decision_period_most_months"):
        NL.with_settings(decision_period_most_months=True)


def test_a_setting_reads_what_was_typed_in_its_own_type():
    assert NL.setting("aa_counts_equated_days").read("False") is False
    assert NL.setting("decision_period_most_months").read("21") == 21
    assert NL.setting("reporting_slot_on_closed_day").read("21") == "21"
    for key, text in [("aa_counts_equated_days", "no"), ("decision_period_most_months", "many")]:
        with pytest.raises(WrongSetting, match=key):
            NL.setting(key).read(text)


# Mistakes


def test_the_tiny_package_is_right_before_it_is_bent():
    assert parse_package(TINY, file="tiny.toml").name == "tiny"


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ('name = "tiny"\n', "", "package.name", "is missing"),
        ('name = "tiny"', 'name = " "', "package.name", "is empty"),
        ('name = "tiny"', "name = 5", "package.name", "must be text, not 5"),
        ('status = "draft"', 'status = "drafty"', "package.status", "is not one of draft, published"),
        ("valid_from = 2021-06-25", 'valid_from = "2021-06-25"', "package.valid_from", "must be a date"),
        ("valid_from = 2021-06-25", "valid_from = 2021-06-25T10:00:00", "package.valid_from", "must be a date"),
        ('title = "A tiny package"', 'titel = "A"', "package.title", "is missing"),
        ('status = "draft"', 'status = "draft"\ncolour = "red"', "package.colour", "is not a known key"),
        ("[package]", "[settle]\n[package]", "settle", "is not a known key"),
        ("[package]", "package = 5\n[packages]", "package", "must be a table, not 5"),
        ('version = "2010"\n', "", "sources.Atw.version", "is missing"),
        ("value = true", "value = 1", "settings.aa_counts_equated_days.value", "must be of type bool, not 1"),
        ("value = 3", "value = true", "settings.window.value", "must be of type int, not true"),
        ('type = "bool"', 'type = "float"', "settings.aa_counts_equated_days.type", "is not one of bool"),
        ("[settings.aa_counts_equated_days]", "[settings.aa_counts]", "settings.aa_counts_equated_days", "needed"),
        ("[calendar.years.2026]", "[calendar.years.next]", "calendar.years.next", "is not a year"),
        ("on = 2026-01-02", "on = 2027-01-04", "calendar.years.2026.equated[1].on", "2027-01-04 is not in 2026"),
        ("on = 2026-01-02", "on = 2026-01-03", "calendar.years.2026.equated[1].on", "falls on a weekend"),
        ("on = 2026-01-02", "on = 2026-01-01", "calendar.years.2026.equated[1].on", "already a public holiday"),
        ("on = 2026-01-02", "on = 2026-04-03", "calendar.years.2026.equated[1].on", "is Good Friday"),
        ("equated = [{", "equated = [5, {", "calendar.years.2026.equated[1]", "must be a table, not 5"),
        ("equated = [", "equals = [", "calendar.years.2026.equated", "is missing"),
        ("day = 2,", "day = 1,", "schedules.AA6.days", "day 1 does not come after day 1"),
        ("day = 1,", "day = 0,", "schedules.AA6.days[1].day", "must be at least 1, not 0"),
        ("day = 1,", "day = true,", "schedules.AA6.days[1].day", "must be a whole number, not true"),
        ('owner = ["lawyer"]', 'owner = ["advocate"]', "schedules.AA6.days[2].owner", "'advocate' is not a role"),
        ('owner = ["lawyer"]', "owner = []", "schedules.AA6.days[2].owner", "is empty"),
        ('owner = ["lawyer"]', 'owner = "lawyer"', "schedules.AA6.days[2].owner", "must be a list"),
        ('closes = ["AA-COR"]', 'closes = ["AA-CRO"]', "schedules.AA6.days", "AA-CRO, which is no rule"),
        ('closes = ["AA-COR"]', 'closes = ["TST-01"]', "schedules.AA6.days", "whose unit is not day_of_schedule"),
        ('closes = ["AA-COR"]', 'closes = ["AA-INT"]', "schedules.AA6.days", "AA-INT is closed twice"),
        ('closes = ["AA-COR"]', "closes = []", "rules.AA-COR.unit", "needs either a schedule that closes it"),
        ('calendar = "AA_DAY"', 'calendar = "AA"', "schedules.AA6.calendar", "is not one of AA_DAY"),
        ("[schedules.AA6]", "[schedules.AAX]", "schedules.AAX", "is reserved"),
        ('follows = "AA-INT"', 'follows = "AA-XXX"', "rules.AA-COR.follows", "is no other rule"),
        ("[rules.TST-01]", "[rules.test]", "rules.test", "is not the code of a rule"),
        ('starts = ["grant"]', 'starts = ["grants"]', "rules.TST-01.starts", "'grants' is not a step"),
        ('starts = ["grant"]', 'starts = ["grant", "grant"]', "rules.TST-01.starts", "names something twice"),
        ('mode = "ATW"', 'mode = "AWT"', "rules.TST-01.mode", "'AWT' is not one of"),
        ('unit = "days"', 'unit = "fortnights"', "rules.TST-01.unit", "'fortnights' is not one of"),
        ('unit = "days"', 'unit = "hours"', "rules.TST-01.unit", "hours does not go with mode ATW"),
        ("length = 3", "length = -3", "rules.TST-01.length", "must be at least 0, not -3"),
        ("length = 3", "length = 3.5", "rules.TST-01.length", "must be a whole number, not 3.5"),
        ("length = 3\n", "", "rules.TST-01.length", "is missing"),
        ("length = 3", "length = 91", "rules.TST-01.length", "more than 90 days"),
        ('reminder_profile = "C"', 'reminder_profile = "Z"', "rules.TST-01.reminder_profile", "'Z' is not one of"),
        ('mode = "ATW"', 'mode = "ATW"\nsoft = "yes"', "rules.TST-01.soft", "must be true or false"),
        ('mode = "ATW"', 'mode = "ATW"\ndue_time = "09:00"', "rules.TST-01.due_time", "must be a time"),
        ('mode = "ATW"', 'mode = "ATW"\ndue_of = "AA-INT"', "rules.TST-01.due_of", "need each other"),
        ('mode = "ATW"', 'mode = "ATW"\nlenght = 4', "rules.TST-01.lenght", "is not a known key"),
        ('mode = "ATW"', 'mode = "ATW"\nleast_days = 1', "rules.TST-01.least_days", "day_of_schedule"),
        ('mode = "ATW"', 'mode = "ATW"\ncounts_first_day = true', "rules.TST-01.counts_first_day", "SOFT"),
        ('mode = "ATW"', 'mode = "ATW"\nmet_by = ["refuse"]\ncancelled_by = ["refuse"]', "rules.TST-01.cancelled_by", "met_by"),
        ('mode = "ATW"', 'mode = "ATW"\noutcomes = ["MAYBE"]', "rules.TST-01.outcomes", "'MAYBE' is not an outcome"),
        ('mode = "ATW"', 'mode = "ATW"\ntracks = ["border"]', "rules.TST-01.tracks", "is not a track"),
        ('mode = "ATW"', 'mode = "ATW"\nmet_by_documents = ["view"]', "rules.TST-01.met_by_documents", "document"),
        ('mode = "ATW"', 'mode = "ATW"\nopens_months_before = "win"', "rules.TST-01.opens_months_before", "no setting"),
        ('mode = "ATW"', 'mode = "ATW"\nby_analogy = true', "settings.analogy_rolls_over", "is needed"),
        ('mode = "ATW"', 'mode = "ATW"\npostal_grace_weeks = 1', "settings.postal_grace_rolls_over", "is needed"),
        ('mode = "ATW"', 'mode = "CALENDAR_MIN"', "settings.preparation_minimum_rolls_over", "is needed"),
        ('mode = "ATW"', 'mode = "LETTER"', "rules.TST-01.unit", "is not a known key"),
        ('mode = "ATW"\nunit = "days"', 'mode = "LETTER"', "rules.TST-01.length", "the letter decides"),
        ('mode = "ATW"', 'mode = "SOFT"\nsoft = false', "rules.TST-01.soft", "cannot be false"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_its_key_and_its_reason(old, new, key, reason):
    mistake = refused(tiny_with(old, new))
    assert mistake.key == key
    assert reason in mistake.reason


@pytest.mark.parametrize("key", ["source", "confidence", "owes", "when_missed", "reminder_profile", "title"])
def test_a_rule_without_one_of_its_duties_is_refused(key):
    head, rule = TINY.split("[rules.TST-01]")
    kept = [line for line in rule.splitlines() if not line.startswith(f"{key} =")]
    mistake = refused(head + "[rules.TST-01]" + "\n".join(kept))
    assert (mistake.key, mistake.reason) == (f"rules.TST-01.{key}", "is missing")


def test_a_source_that_is_not_among_the_sources_is_refused():
    head, rule = TINY.split("[rules.TST-01]")
    mistake = refused(
        head + "[rules.TST-01]" + rule.replace('source = "Atw 1"', 'source = "Atw 1; Hearsay 5"')
    )
    assert mistake.key == "rules.TST-01.source"
    assert "'Hearsay 5' does not begin with one of Atw" in mistake.reason


def test_a_confidence_of_no_known_kind_is_refused():
    head, rule = TINY.split("[rules.TST-01]")
    mistake = refused(head + "[rules.TST-01]" + rule.replace('confidence = "P"', 'confidence = "sure"'))
    assert mistake.key == "rules.TST-01.confidence"


def test_a_date_that_does_not_exist_is_refused_with_its_line():
    text = tiny_with("on = 2026-01-02", "on = 2026-02-30")
    number = text.splitlines().index(next(line for line in text.splitlines() if "02-30" in line)) + 1
    mistake = refused(text)
    assert mistake.key == f"line {number} (equated)"
    assert "nvalid date" in mistake.reason


@pytest.mark.parametrize("text", ["[package", "name = ", 'name = "open', "a = 1\na = 2", "\x00", "= 5"])
def test_broken_toml_is_refused_with_its_line(text):
    assert refused(text).key.startswith("line 1" if "\n" not in text else "line 2")


def test_an_empty_file_is_refused():
    assert refused("").reason == "is missing"


def test_a_file_that_is_not_there_not_text_or_not_called_by_its_name_is_refused(tmp_path):
    with pytest.raises(PackageMistake, match=r"^gone.toml: file: cannot be read"):
        load_package(tmp_path / "gone.toml")
    (tmp_path / "latin.toml").write_bytes(b"title = \xe9")
    with pytest.raises(PackageMistake, match=r"^latin.toml: file: is not UTF-8 text"):
        load_package(tmp_path / "latin.toml")
    (tmp_path / "other.toml").write_text(TINY)
    with pytest.raises(PackageMistake, match=r"^other.toml: package.name: is 'tiny'"):
        load_package(tmp_path / "other.toml")


def test_last_days_on_a_ground_must_lie_after_the_schedule_and_name_the_same_grounds():
    rule = 'mode = "AA_DAY"\nunit = "day_of_schedule"\n'
    with pytest.raises(PackageMistake, match=r"last_day.AA6.b: day 2 is not after the schedule"):
        with_rule(rule + "last_day = { AA6 = { a = 18, b = 2 } }")
    with pytest.raises(PackageMistake, match=r"last_day.AA7: is no schedule"):
        with_rule(rule + "last_day = { AA7 = { a = 18 } }")


def test_a_minimum_that_counts_from_a_rule_that_counts_from_a_rule_is_refused():
    text = TINY.replace('mode = "ATW"', 'mode = "ATW"\nstart_fact = "due_of_rule"\ndue_of = "AA-INT"')
    chained = text + TINY[TINY.index("[rules.TST-01]") :].replace("TST-01", "TST-02").replace(
        'mode = "ATW"', 'mode = "ATW"\nstart_fact = "due_of_rule"\ndue_of = "TST-01"'
    )
    assert refused(chained).key == "rules.TST-02.due_of"


# The words of the package are those of the portal


def test_roles_steps_and_outcomes_are_those_of_the_machine():
    from asylum_portal.accounts.models import Role
    from procedure.models import Procedure
    from procedure.states import Outcome, State, Track

    assert set(Role.values) >= ROLES
    assert set(Track.values) <= TRACKS
    assert set(State.values) <= STATES
    assert set(Outcome.values) <= OUTCOMES
    machine = {step.name for step in Procedure(state="").get_all_state_transitions()}
    assert machine <= TRANSITIONS


def test_the_header_of_the_package_explains_every_key_of_a_rule_that_it_uses():
    text = (PACKAGES / "nl-2021.toml").read_text()
    header = text[: text.index("[package]\n")]
    used = {key for rule in tomllib.loads(text)["rules"].values() for key in rule}
    self_explaining = {"title", "source", "note", "when_missed", "extension", "soft"}
    assert {key for key in used - self_explaining if key not in header} == set()
