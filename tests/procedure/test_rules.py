"""Rule packages: what nl-2021 says, and that any mistake is refused with file, key and reason."""

# ruff: noqa: E501 (a table of mistakes, one a line)

import tomllib
from datetime import date

import pytest

from procedure.law_words import (
    APPEAL_STEPS,
    DOCUMENTS,
    FAMILY_STEPS,
    GROUNDS_OF_STEPS,
    PERMIT_STEPS,
    RECEPTION_STEPS,
    RETURN_STEPS,
    SCHEDULES_TO_EXTEND,
)
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


def opened(transition, *circumstances, track="general", **where):
    found = NL.opened_by(transition, track=track, circumstances=frozenset(circumstances), **where)
    return {rule.code for rule in found}


LEAVING = {"RET-01", "RET-03", "REC-03"}


@pytest.mark.parametrize(
    ("transition", "where", "circumstances", "expected"),
    [
        # intake, general and extended procedure
        ("express_wish", {}, [], {"REG-01", "REG-02"}),
        ("lodge_application", {}, [], {"DEC-06M"}),
        ("begin_preparation", {}, [], {"RVT-01"}),
        ("complete_preparation", {}, [], {"RVT-03"}),
        ("announce_other_day_one", {}, [], {"RVT-03"}),
        ("start_general_procedure", {"schedule": "AA6"}, [], {"AA-INT"}),
        ("close_interview", {"schedule": "AA6"}, [], {"AA-COR"}),
        ("close_interview", {"schedule": "AAX"}, [], {"AA-COR"}),
        ("close_corrections", {"schedule": "AA6"}, [], {"AA-OUT"}),
        ("close_corrections", {"schedule": "AAX"}, [], set()),
        ("close_corrections", {"track": "extended"}, [], set()),
        ("issue_intended_decision", {"schedule": "AA9"}, [], {"AA-VIEW"}),
        ("issue_intended_decision", {"schedule": "AAX"}, [], {"AA-VIEW"}),
        ("issue_intended_decision", {"track": "extended"}, [], {"VA-VIEW"}),
        ("issue_intended_decision", {"track": "extended"}, ["detained"], {"VW-DET"}),
        ("issue_intended_decision", {"track": "extended"}, ["border", "continued_beyond_days"], {"BOR-03"}),
        ("issue_intended_decision", {"track": "extended"}, ["detained", "continued_beyond_days"], {"VW-DET"}),
        ("issue_intended_decision", {"track": "accelerated"}, [], {"ACC-02"}),
        ("issue_intended_decision", {"track": "repeat", "schedule": "HASA3"}, [], {"HAS-03"}),
        ("reconsider", {"track": "extended"}, [], {"VA-VIEW"}),
        ("reconsider", {"track": "dublin"}, [], {"DUB-03"}),
        ("reconsider", {"track": "accelerated"}, [], {"ACC-02"}),
        ("reconsider", {"track": "repeat"}, [], {"HAS-03"}),
        ("close_response", {"schedule": "AA6"}, [], {"AA-DEC"}),
        ("close_response", {"schedule": "AAX"}, [], set()),
        ("close_response", {"track": "extended"}, [], set()),
        ("close_response", {"track": "dublin"}, [], set()),
        ("close_response", {"track": "repeat"}, [], {"HAS-04"}),
        ("extend_general_procedure", {"schedule": "AA6"}, [], {"AA-EXT"}),
        ("close_extended_interview", {"track": "extended"}, [], {"VA-COR"}),
        ("extend_decision_period", {"track": "extended"}, [], {"DEC-EXT"}),
        ("assign_lawyer", {}, [], set()),
        # Dublin
        ("refer_to_dublin", {"track": "dublin"}, ["hit"], {"DUB-01"}),
        ("send_claim", {"track": "dublin"}, [], {"DUB-02"}),
        ("accept_claim", {"track": "dublin"}, [], {"DUB-03", "DUB-04"}),
        ("take_responsibility", {}, [], {"DEC-06M", "RVT-01"}),
        ("record_lapsed_transfer", {}, [], {"DEC-06M", "RVT-01"}),
        ("mark_absconded", {"track": "dublin"}, [], {"DUB-05"}),
        (
            "decide_not_to_consider",
            {"track": "dublin", "outcome": "NOT_CONSIDERED"},
            ["one_week_appeal", "not_suspensive"],
            {"APP-1W", "APP-PROV", "DUB-06"},
        ),
        ("record_ruling", {"track": "dublin"}, [], set()),
        ("record_ruling", {"track": "dublin"}, ["transfer_stayed"], {"DUB-04"}),
        ("record_ruling", {"track": "extended"}, ["transfer_stayed"], set()),
        # accelerated and repeat
        ("refer_to_accelerated", {"track": "accelerated"}, [], {"ACC-01"}),
        ("move_to_general", {}, [], {"RVT-01"}),
        ("find_incomplete", {"track": "repeat"}, [], {"HAS-01"}),
        ("plan_one_day_test", {"track": "repeat"}, [], {"DEC-06M"}),
        ("continue_in_six_days", {"schedule": "HASA6"}, [], {"HAS-05", "AA-COR"}),
        (
            "refuse_incomplete",
            {"track": "repeat", "outcome": "DISCONTINUED"},
            ["one_week_appeal", "not_suspensive"],
            {"APP-1W", "APP-PROV", "RET-01", "RET-03"},
        ),
        # across the tracks
        ("record_no_show", {}, [], {"NOS-01"}),
        ("intend_to_discontinue", {}, [], {"DIS-01"}),
        (
            "discontinue",
            {"outcome": "DISCONTINUED"},
            ["one_week_appeal", "not_suspensive"],
            {"APP-1W", "APP-PROV", "RET-01", "RET-03"},
        ),
        ("reopen_after_annulment", {}, [], {"DEC-NEW"}),
        ("confirm_withdrawal", {}, [], {"RET-01", "RET-03"}),
        # border
        ("impose_border_measure", {}, ["border"], {"BOR-01"}),
        ("lift_border_measure", {}, [], {"BOR-02"}),
        ("lift_border_measure", {}, ["decided"], set()),
        ("lift_border_measure", {"track": "extended"}, [], set()),
        ("record_entry_by_law", {}, [], {"BOR-02"}),
        ("give_notice_of_default", {"track": "extended"}, [], {"DEF-01"}),
        ("send_hearing_report", {}, [], {"WD-02"}),
        # refusal and appeal
        ("refuse", {"outcome": "UNFOUNDED"}, ["one_week_appeal", "suspensive"], {"APP-1W"} | LEAVING),
        (
            "refuse",
            {"track": "extended", "outcome": "UNFOUNDED"},
            ["suspensive"],
            {"APP-4W"} | LEAVING,
        ),
        (
            "refuse",
            {"track": "extended", "outcome": "MANIFESTLY_UNFOUNDED"},
            ["one_week_appeal", "not_suspensive", "leaves_at_once"],
            {"APP-1W", "APP-PROV"} | LEAVING,
        ),
        ("lodge_appeal", {}, ["one_week_appeal"], {"APP-RUL"}),
        ("open_higher_appeal", {}, [], {"HAP-01"}),
        ("lodge_higher_appeal", {}, [], {"HAP-02"}),
        ("resume_departure_term", {}, [], LEAVING),
        ("order_departure", {}, [], {"RET-02"}),
        ("start_departure_term", {}, [], set()),
        ("start_departure_term", {}, ["no_time_to_leave"], {"RET-01", "RET-03"}),
        # permit and family
        ("grant", {"outcome": "GRANT_A"}, [], {"FAM-01"}),
        ("grant", {"track": "extended", "outcome": "GRANT_B3"}, [], {"FAM-01"}),
        ("grant", {"outcome": "GRANT_FAM"}, [], set()),
        ("announce_permit", {}, [], {"PER-01"}),
        ("hand_out_permit", {}, [], {"PER-02", "PER-03"}),
        ("hand_out_at_once", {}, [], {"PER-02", "PER-03"}),
        ("extend_permit", {}, [], {"PER-02"}),
        ("request_permit_extension", {}, [], {"PER-04"}),
        ("request_permanent_permit", {}, [], {"PER-04"}),
        ("report_loss", {}, [], {"PER-05"}),
        ("intend_permit_withdrawal", {}, [], {"WD-01"}),
        ("withdraw_permit", {}, [], {"APP-4W", "RET-01", "RET-03"}),
        ("request_family_reunification", {}, [], {"FAM-02"}),
        ("reopen_family_request", {}, [], {"FAM-02"}),
        ("refuse_family_reunification", {}, [], {"APP-4W"}),
        # reception
        ("refer_to_reception", {}, [], {"REC-01"}),
        ("order_move", {}, [], {"REC-02"}),
        ("wait_for_home", {}, [], {"REP-04"}),
        ("miss_report", {}, [], {"REP-03"}),
        ("miss_report_again", {}, [], {"REP-02"}),
    ],
)
def test_each_step_opens_its_time_limits(transition, where, circumstances, expected):
    assert opened(transition, *circumstances, **where) == expected


def test_no_other_step_opens_a_time_limit():
    listed = {row[0] for row in test_each_step_opens_its_time_limits.pytestmark[0].args[1]}
    assert {step for rule in NL.rules.values() for step in rule.starts} <= listed


@pytest.mark.parametrize(
    ("transition", "met"),
    [
        ("lodge_application", {"REG-01"}),
        ("finish_application_interview", {"REG-02"}),
        ("complete_preparation", {"RVT-01"}),
        ("close_interview", {"AA-INT"}),
        ("close_corrections", {"AA-COR", "VA-COR"}),
        ("send_claim", {"DUB-01"}),
        ("accept_claim", {"DUB-02"}),
        ("close_response", {"AA-VIEW", "VA-VIEW", "VW-DET", "BOR-03", "DUB-03", "ACC-02", "HAS-03"}),
        ("confirm_transfer", {"DUB-04", "DUB-05", "DUB-06"}),
        ("complete_application", {"HAS-01"}),
        ("accept_explanation", {"NOS-01"}),
        ("lodge_appeal", {"APP-1W", "APP-4W"}),
        ("request_provisional_measure", {"APP-PROV"}),
        ("record_ruling", {"APP-RUL"}),
        ("lodge_higher_appeal", {"HAP-01"}),
        ("record_higher_ruling", {"HAP-02"}),
        ("hand_out_permit", {"PER-01"}),
        ("close_withdrawal_response", {"WD-01"}),
        ("confirm_departure", {"RET-01", "RET-02", "RET-03"}),
        ("end_reception", {"REC-03"}),
        ("arrive_at_centre", {"REC-01", "REC-02"}),
        ("lift_border_measure", {"BOR-01"}),
    ],
)
def test_each_step_meets_its_time_limits(transition, met):
    assert {rule.code for rule in NL.met_by(transition)} == met


def test_leaving_the_general_procedure_for_dublin_closes_its_open_days():
    closed = {rule.code for rule in NL.cancelled_by("refer_to_dublin")}
    assert closed == {"RVT-01", "RVT-03", "AA-INT", "AA-COR", "AA-OUT", "AA-EXT", "HAS-05", "BOR-02"}


def test_an_appeal_has_one_window_and_a_response_one_term_whatever_the_circumstances():
    for track in NL.graph.tracks:
        for held in (
            set(),
            {"detained"},
            {"border"},
            {"continued_beyond_days"},
            {"detained", "border", "continued_beyond_days"},
            {"one_week_appeal"},
        ):
            responses = opened("reconsider", *held, track=track)
            assert len(responses) == 1, (track, held)
            windows = opened("refuse", *held, track=track) & {"APP-1W", "APP-4W"}
            assert len(windows) == 1, (track, held)


def test_the_switch_for_the_departure_term_lets_what_was_left_of_it_run_on():
    remainder = NL.with_settings(departure_term_restarts=False)
    assert remainder.opened_by("resume_departure_term", track="extended") == ()


def test_a_step_that_opens_a_rule_again_may_count_from_another_day():
    rule = NL.rule("DEC-06M")
    assert rule.fact_after("lodge_application") == "lodged_on"
    assert rule.fact_after("take_responsibility") == "responsible_on"
    assert NL.rule("DUB-05").start_of == "DUB-04"


def test_a_time_limit_that_counts_from_another_is_opened_after_it():
    codes = [rule.code for rule in NL.opened_by("refuse", track="general", outcome="UNFOUNDED")]
    assert codes.index("RET-03") > codes.index("RET-01")


def test_each_time_limit_that_a_step_opens_can_also_end():
    endless = [
        rule.code
        for rule in NL.rules.values()
        if rule.starts and not (rule.met_by or rule.met_by_documents or rule.cancelled_by)
    ]
    assert endless == []


def test_withdrawal_ends_every_time_limit_of_an_open_application():
    after_it = {
        *("refuse", "grant", "confirm_withdrawal", "decide_not_to_consider", "discontinue"),
        *("refuse_incomplete", "mark_absconded", "resume_departure_term"),
        # Of machines that go on beside the application or after it; whoever is held stays so until released.
        "impose_border_measure",
        *(APPEAL_STEPS | PERMIT_STEPS | FAMILY_STEPS | RETURN_STEPS | RECEPTION_STEPS),
    }
    still_open = {
        rule.code
        for rule in NL.rules.values()
        if set(rule.starts) - after_it and "confirm_withdrawal" not in rule.cancelled_by
    }
    assert still_open == set()


def test_stopping_the_application_ends_every_time_limit_of_the_roads_from_which_it_can_be_stopped():
    stopped = {
        rule.code
        for rule in NL.rules.values()
        if rule.tracks and {"AA", "VA", "VW", "DUB", "ACC", "HAS"} & {rule.code.split("-")[0]}
    }
    for code in stopped:
        rule = NL.rule(code)
        assert "discontinue" in {*rule.met_by, *rule.cancelled_by}, code


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
    planning = {"REG-02", "RVT-03", "ACC-01", "APP-RUL", "HAP-02", "PER-01", "PER-03", "PER-05", "PER-06"}
    minimums = {"RVT-01", "BOR-02"}
    assert {rule.code for rule in NL.rules.values() if rule.soft} == planning | minimums


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


def test_a_setting_with_named_answers_takes_no_other():
    assert (
        NL.with_settings(reporting_slot_on_closed_day="stays").values["reporting_slot_on_closed_day"]
        == "stays"
    )
    with pytest.raises(WrongSetting, match="same_week_later_else_earlier or stays"):
        NL.with_settings(reporting_slot_on_closed_day="next week")


def test_a_package_with_another_answer_is_refused():
    text = (PACKAGES / "nl-2021.toml").read_text(encoding="utf-8")
    wrong = text.replace('value = "same_week_later_else_earlier"', 'value = "next week"')
    mistake = refused(wrong)
    assert mistake.key == "settings.reporting_slot_on_closed_day.value"
    assert "same_week_later_else_earlier or stays" in mistake.reason


def test_a_setting_reads_what_was_typed_in_its_own_type():
    assert NL.setting("aa_counts_equated_days").read("False") is False
    assert NL.setting("decision_period_most_months").read("21") == 21
    assert NL.setting("reporting_slot_on_closed_day").read("stays") == "stays"
    for key, text, wanted in [
        ("aa_counts_equated_days", "no", "true or false, not 'no'"),
        ("decision_period_most_months", "many", "a whole number, not 'many'"),
        ("decision_period_most_months", "-5", "0 or more, not -5"),
        ("reporting_slot_on_closed_day", "banana", "same_week_later_else_earlier or stays, not 'banana'"),
    ]:
        with pytest.raises(WrongSetting, match=f"setting {key} must be .*{wanted}"):
            NL.setting(key).read(text)


@pytest.mark.parametrize(
    ("key", "value"), [("decision_period_most_months", -1), ("reporting_slot_on_closed_day", "banana")]
)
def test_a_value_out_of_its_bounds_is_refused_however_it_comes(key, value):
    with pytest.raises(WrongSetting, match=f"setting {key} must be .* not {value!r}"):
        NL.with_settings(**{key: value})


CHOICES = '\n[settings.way]\ntype = "{}"\n{}\nnote = "n"\nsource = "Atw"\nconfidence = "M"\n'


@pytest.mark.parametrize(
    ("type_name", "keys", "key", "reason"),
    [
        ("str", 'value = "left"\nchoices = ["left", "right"]', "", ""),
        ("str", 'choices = ["left", "right"]', "", ""),
        ("str", 'value = "up"', "", ""),
        ("str", 'value = "up"\nchoices = ["left", "right"]', "value", "must be left or right, not 'up'"),
        ("str", "choices = []", "choices", "is empty; leave it out to take any text"),
        ("str", 'choices = ["left", "left"]', "choices", "names something twice"),
        ("str", "choices = [1]", "choices", "1 is not a text"),
        ("str", 'choices = "left"', "choices", "must be a list, not 'left'"),
        ("bool", 'choices = ["true"]', "choices", "has no place with type bool"),
        ("int", 'choices = ["1"]', "choices", "has no place with type int"),
    ],
)
def test_a_setting_of_words_may_say_which_it_takes(type_name, keys, key, reason):
    text = TINY + CHOICES.format(type_name, keys)
    if not key:
        assert parse_package(text, file="tiny.toml").setting("way").type == "str"
        return
    mistake = refused(text)
    assert (mistake.key, mistake.reason) == (f"settings.way.{key}", reason)


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
        ('mode = "ATW"', 'mode = "ATW"\nwhen = ["sunny"]', "rules.TST-01.when", "'sunny' is not a circumstance"),
        ('mode = "ATW"', 'mode = "ATW"\nwhen = ["border"]\nunless = ["border"]', "rules.TST-01.unless", "is in when too"),
        ('mode = "ATW"', 'mode = "ATW"\nstarts_when = { refuse = "border" }', "rules.TST-01.starts_when.refuse", "is not among"),
        ('mode = "ATW"', 'mode = "ATW"\nstarts_when = { grant = "sunny" }', "rules.TST-01.starts_when.grant", "not a circumstance"),
        ('mode = "ATW"', 'mode = "ATW"\nstart_settings = { grant = "window" }', "rules.TST-01.start_settings.grant", "no setting of type bool"),
        ('mode = "ATW"', 'mode = "ATW"\nstart_fact_after = { grant = "noon" }', "rules.TST-01.start_fact_after.grant", "not a date to count from"),
        ('mode = "ATW"', 'mode = "ATW"\nlength_setting = "window"', "rules.TST-01.length_setting", "exclude each other"),
        ("length = 3", 'length_setting = "aa_counts_equated_days"', "rules.TST-01.length_setting", "no setting of type int"),
        ("value = 3", "value = -1", "settings.window.value", "must be at least 0, not -1"),
        ('mode = "ATW"', 'mode = "ATW"\nground_settings = { hit = "x" }', "rules.TST-01.ground_settings.hit", "is no ground"),
        ('mode = "ATW"', 'mode = "ATW"\nlength_by_ground = { hit = 2 }\nunit_by_ground = { hit = "hours" }', "rules.TST-01.unit_by_ground.hit", "hours does not go with"),
        ('mode = "ATW"', 'mode = "ATW"\nlength_by_ground = { hit = 13 }\nunit_by_ground = { hit = "weeks" }', "rules.TST-01.length", "more than 12 weeks"),
        ('mode = "ATW"', 'mode = "ATW"\nnot_before = "TST-99"', "rules.TST-01.not_before", "is no other rule"),
        ('mode = "ATW"', 'mode = "ATW"\nstart_fact = "start_of_rule"', "rules.TST-01.start_of", "need each other"),
        ('mode = "ATW"', 'mode = "ATW"\nmet_by_documents = ["DOC-ZZZ"]', "rules.TST-01.met_by_documents", "'DOC-ZZZ' is not the code of a document"),
        ('mode = "ATW"', 'mode = "ATW"\nstarted_by_documents = ["DOC-ZZZ"]', "rules.TST-01.started_by_documents", "'DOC-ZZZ' is not the code"),
        ("day = 1,", 'day = 1, documents = ["DOC-ZZZ"],', "schedules.AA6.days[1].documents", "'DOC-ZZZ' is not the code"),
        ('mode = "ATW"', 'mode = "ATW"\nlength_by_ground = { hitt = 2 }', "rules.TST-01.length_by_ground.hitt", "is neither a circumstance nor a ground that grant gives"),
        ('starts = ["grant"]', 'starts = ["extend_decision_period"]\nlength_by_ground = { "42(9)" = 2 }', "rules.TST-01.length_by_ground.42(9)", "extend_decision_period gives (42(4)(a), 42(4)(b), 42(4)(c), 42(5))"),
        ('starts = ["grant"]', 'length_by_ground = { "42(5)" = 2 }', "rules.TST-01.length_by_ground.42(5)", "is not a circumstance, and no step starts this rule"),
        ("length = 3", "length_by_ground = { hit = 2 }", "rules.TST-01.length", "is missing, and grant gives no ground that would take its place"),
        ("length = 3", 'length_setting = "window"\nlength_by_ground = { hit = 2 }', "rules.TST-01.length", "grant gives no ground"),
        ('starts = ["grant"]\nmode = "ATW"\nunit = "days"\nlength = 3', 'mode = "ATW"\nunit = "days"\nlength_by_ground = { hit = 2 }', "rules.TST-01.length", "is missing, and nothing gives a ground"),
        ('starts = ["grant"]\nmode = "ATW"\nunit = "days"\nlength = 3', 'starts = ["extend_decision_period"]\nmode = "ATW"\nunit = "days"\nlength_by_ground = { "42(5)" = 2 }', "rules.TST-01.length_by_ground", "lacks 42(4)(a), 42(4)(b), 42(4)(c), which extend_decision_period may give"),
        ('mode = "ATW"', 'mode = "ATW"\nfollows = "AA-INT"', "rules.TST-01.follows", "needs unit day_of_schedule"),
        ('mode = "ATW"', 'mode = "ATW"\nless_weeks = 1', "rules.TST-01.less_weeks", "needs mode CALENDAR, MONTHS_NO_ATW or SOFT"),
        ('mode = "ATW"', 'mode = "WORKING_DAY"\nless_weeks = 1', "rules.TST-01.less_weeks", "needs mode CALENDAR, MONTHS_NO_ATW or SOFT"),
        ('mode = "ATW"\nunit = "days"', 'mode = "HOURS_OR_LIBERTY"\nunit = "days"\ndue_time = 09:00:00', "rules.TST-01.due_time", "has no place with mode HOURS_OR_LIBERTY"),
        ('mode = "ATW"\nunit = "days"\nlength = 3', 'mode = "LETTER"\ndue_time = 09:00:00', "rules.TST-01.due_time", "has no place with mode LETTER"),
        ('mode = "ATW"\nunit = "days"\nlength = 3', 'mode = "LETTER"\nopens_months_before = "window"', "rules.TST-01.opens_months_before", "has no place with mode LETTER"),
        ('mode = "ATW"', 'mode = "CALENDAR_MIN"\nopens_months_before = "window"', "rules.TST-01.opens_months_before", "has no place with mode CALENDAR_MIN"),
        ('mode = "ATW"', 'mode = "CALENDAR"\nless_weeks = 1\nopens_months_before = "window"', "rules.TST-01.opens_months_before", "and less_weeks exclude each other"),
        ('mode = "ATW"\nunit = "days"\nlength = 3', 'mode = "LETTER"\nletter_when = ["hit"]', "rules.TST-01.letter_when", "has no place with mode LETTER"),
        ('mode = "ATW"', 'mode = "HOURS_OR_LIBERTY"\nstart_fact = "lodged_on"', "rules.TST-01.start_fact", "has no place with mode HOURS_OR_LIBERTY"),
        ('mode = "ATW"', 'mode = "HOURS_OR_LIBERTY"\nstart_fact_after = { grant = "lodged_on" }', "rules.TST-01.start_fact_after", "has no place with mode HOURS_OR_LIBERTY"),
        ('mode = "ATW"', 'mode = "HOURS_OR_LIBERTY"\nlength_by_ground = { hit = 2 }\nunit_by_ground = { hit = "weeks" }', "rules.TST-01.unit_by_ground", "has no place with mode HOURS_OR_LIBERTY"),
        ('mode = "ATW"', 'mode = "WORKING_DAY"\nlength_by_ground = { hit = 2 }\nunit_by_ground = { hit = "day_of_schedule" }', "rules.TST-01.unit_by_ground.hit", "day_of_schedule is no unit of a length"),
        ("[package]", '[graph]\nstates = ["limbo"]\n[package]', "graph.states", "'limbo' is not a state"),
        ("[package]", '[graph]\ntracks = ["fast"]\n[package]', "graph.tracks", "'fast' is not a track"),
        ("[package]", '[graph]\nsteps = ["jump"]\n[package]', "graph.steps", "'jump' is not a step"),
        ("[package]", '[graph]\nsteps = ["refuse", "extend_general_procedure"]\n[package]', "rules.TST-01.starts", "grant is not among graph.steps"),
        ("[package]", '[graph]\nroads = []\n[package]', "graph.roads", "is not a known key"),
        ("[package]", '[graph]\nstates = []\n[package]', "graph.states", "is empty; leave it out to use them all"),
        ("[package]", '[graph]\ntracks = []\n[package]', "graph.tracks", "is empty; leave it out to use them all"),
        ("[package]", '[graph]\nsteps = []\n[package]', "graph.steps", "is empty; leave it out to use them all"),
        ('calendar = "AA_DAY"', 'calendar = "AA_DAY"\ncalendar_setting = "window"', "settings.window", "as a setting of type bool"),
        ("value = true\n", "", "settings.aa_counts_equated_days", "is needed by the calculation"),
        ("day = 2,", "day = 3,", "schedules.AA6.days", "day 2 is missing before day 3"),
        ("day = 1,", "day = 2,", "schedules.AA6.days", "day 1 is missing before day 2"),
        ('follows = "AA-INT"', 'follows = "AA-COR"', "rules.AA-COR.follows", "goes round in a circle: AA-COR, AA-COR"),
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
    last_days = "last_day = { AA6 = { a = 18, b = 18, c = 18, d = 18, e = 18, f = 20, g = 26 } }"
    extension = rule + 'starts = ["extend_general_procedure"]\n'
    assert with_rule(extension + last_days).rule("TST-02").grounds == tuple("abcdefg")
    with pytest.raises(PackageMistake, match=r"TST-02.last_day: lacks b, g, which extend_general_procedure"):
        with_rule(extension + last_days.replace("b = 18, ", "").replace(", g = 26", ""))
    with pytest.raises(PackageMistake, match=r"TST-02.last_day: is by ground, and grant gives none"):
        with_rule(rule + 'starts = ["grant"]\n' + last_days)
    for key in ('follows = "AA-INT"', "least_days = 1"):
        with pytest.raises(PackageMistake, match=r"TST-02.\w+: needs unit day_of_schedule, and no last_day"):
            with_rule(extension + last_days + "\n" + key)


@pytest.mark.parametrize("first", ["due", "start"])
@pytest.mark.parametrize("second", ["due", "start"])
def test_a_rule_that_counts_from_one_that_counts_from_another_is_refused(first, second):
    """Nobody would follow the whole chain when the first of them moves."""

    def counts_from(which, code):
        return f'mode = "ATW"\nstart_fact = "{which}_of_rule"\n{which}_of = "{code}"'

    text = TINY + another("TST-02", counts_from(first, "TST-01"))
    parse_package(text, file="tiny.toml")
    mistake = refused(text + another("TST-03", counts_from(second, "TST-02")))
    assert mistake.key == f"rules.TST-03.{second}_of"
    assert (
        mistake.reason == "TST-02 itself counts from TST-01; name a rule that counts from an event or a day"
    )


def test_a_procedure_that_can_be_extended_has_its_last_days_for_each_schedule_of_it():
    start, end = TINY.index("[rules.AA-EXT]"), TINY.index("[rules.TST-01]")
    mistake = refused(TINY[:start] + TINY[end:])
    assert (mistake.key, mistake.reason) == (
        "rules.AA-EXT",
        "is missing: extend_general_procedure is among graph.steps, and this rule says until when",
    )
    # A law in which nothing is extended needs none.
    parse_package(TINY[:start] + TINY[end:] + '\n[graph]\nsteps = ["grant"]\n', file="tiny.toml")
    nine = TINY[TINY.index("[schedules.AA6]") : TINY.index("[rules.AA-INT]")].replace("AA6", "AA9")
    mistake = refused(TINY + nine)
    assert (mistake.key, mistake.reason) == (
        "rules.AA-EXT.last_day",
        "lacks AA9, whose days extend_general_procedure may extend",
    )
    mistake = refused(tiny_with('starts = ["extend_general_procedure"]\n', ""))
    assert (mistake.key, mistake.reason) == ("rules.AA-EXT.starts", "lacks extend_general_procedure")


def test_the_schedules_of_the_general_procedure_are_those_of_the_machine():
    from procedure.states import Schedule

    assert set(Schedule) - {Schedule.ONE_DAY_TEST} == SCHEDULES_TO_EXTEND


DETAINED = 'instead_of = "TST-01"\nwhen = ["detained"]'


@pytest.mark.parametrize(
    ("keys", "first", "beside"),
    [
        # Where another holds for the same event, one of the two must give way.
        (DETAINED, "", True),
        (DETAINED, 'unless = ["border"]', True),
        (DETAINED, 'unless = ["detained"]', False),
        (DETAINED, 'when = ["border"]', True),
        (DETAINED + '\nunless = ["border"]', 'when = ["border"]', False),
        (DETAINED + '\ntracks = ["general"]', 'tracks = ["extended", "general"]', True),
        (DETAINED + '\ntracks = ["general"]', 'tracks = ["extended"]', False),
        (DETAINED + '\noutcomes = ["GRANT_A"]', 'outcomes = ["GRANT_B1"]', False),
        (DETAINED + '\ntracks = ["general"]\noutcomes_in_any_track = ["GRANT_A"]', 'tracks = ["extended"]', True),
        ('instead_of = "TST-01"\nstarts_when = { grant = "border" }', 'unless = ["border"]', False),
        ('instead_of = "TST-01"\nstarts_when = { grant = "border" }', 'unless = ["detained"]', True),
    ],
)  # fmt: skip
def test_a_rule_that_takes_the_place_of_another_does_not_run_beside_it(keys, first, beside):
    text = tiny_with('title = "Test"', f'title = "Test"\n{first}') + another(
        "TST-02", f'mode = "ATW"\n{keys}'
    )
    if not beside:
        parse_package(text, file="tiny.toml")
        return
    mistake = refused(text)
    assert mistake.key == "rules.TST-02.instead_of"
    assert mistake.reason.startswith("TST-01 would run beside it after grant: ")


def test_a_replacement_that_another_step_opens_or_none_runs_beside_nothing():
    for starts in ('starts = ["refuse"]\n', ""):
        second = another("TST-02", 'mode = "ATW"\ninstead_of = "TST-01"').replace(
            'starts = ["grant"]\n', starts
        )
        parse_package(TINY + second, file="tiny.toml")


def test_two_replacements_of_one_rule_do_not_run_beside_each_other():
    text = tiny_with('title = "Test"', 'title = "Test"\nunless = ["detained", "border"]')
    text += another("TST-02", f'mode = "ATW"\n{DETAINED}')
    at_border = 'mode = "ATW"\ninstead_of = "TST-01"\nwhen = ["border"]'
    mistake = refused(text + another("TST-03", at_border))
    assert (mistake.key, mistake.reason) == (
        "rules.TST-02.instead_of",
        "TST-03 would run beside it after grant: put detained in rules.TST-03.unless",
    )
    parse_package(text + another("TST-03", at_border + '\nunless = ["detained"]'), file="tiny.toml")


SWITCH = '\n[settings.switch]\ntype = "{}"\n{}note = "n"\nsource = "Atw"\nconfidence = "M"\n'


@pytest.mark.parametrize(
    ("keys", "where"),
    [
        ('start_settings = { grant = "switch" }', "rules.TST-01.start_settings.grant"),
        ('length_by_ground = { hit = 2 }\nground_settings = { hit = "switch" }', "rules.TST-01.ground_settings.hit"),
    ],
)  # fmt: skip
def test_a_switch_of_a_rule_has_a_value_and_only_true_or_false(keys, where):
    text = tiny_with('mode = "ATW"', f'mode = "ATW"\n{keys}')
    parse_package(text + SWITCH.format("bool", "value = false\n"), file="tiny.toml")
    empty = refused(text + SWITCH.format("bool", ""))
    assert (empty.key, empty.reason) == (where, "'switch' has no value; a switch is true or false")
    number = refused(text + SWITCH.format("int", "value = 1\n"))
    assert (number.key, number.reason) == (where, "'switch' is no setting of type bool")


def another(code, keys):
    """One more rule in the tiny package."""
    return TINY[TINY.index("[rules.TST-01]") :].replace("TST-01", code).replace('mode = "ATW"', keys)


@pytest.mark.parametrize(
    ("first", "second", "key"),
    [
        ('instead_of = "TST-03"', 'instead_of = "TST-02"', "instead_of"),
        ('not_before = "TST-03"', 'not_before = "TST-02"', "not_before"),
        ('start_fact = "due_of_rule"\ndue_of = "TST-03"', 'start_fact = "due_of_rule"\ndue_of = "TST-02"', "due_of"),
        ('start_fact = "start_of_rule"\nstart_of = "TST-03"', 'start_fact = "due_of_rule"\ndue_of = "TST-02"', "start_of"),
    ],
)  # fmt: skip
def test_rules_that_point_at_each_other_in_a_circle_are_refused(first, second, key):
    text = TINY + another("TST-02", f'mode = "ATW"\n{first}') + another("TST-03", f'mode = "ATW"\n{second}')
    mistake = refused(text)
    assert mistake.key == f"rules.TST-02.{key}"
    assert mistake.reason == "goes round in a circle: TST-02, TST-03, TST-02"


def test_schedules_that_have_their_days_from_each_other_are_refused():
    like = '\n[schedules.{}]\ntitle = "t"\ncalendar = "AA_DAY"\nsource = "Atw 1"\nconfidence = "P"\ndays_like = "{}"\n'
    mistake = refused(TINY + like.format("AB6", "AC6") + like.format("AC6", "AB6"))
    assert (mistake.key, mistake.reason) == (
        "schedules.AB6.days_like",
        "goes round in a circle: AB6, AC6, AB6",
    )
    # In any order, as long as somebody has days of their own.
    found = parse_package(TINY + like.format("AB6", "AC6") + like.format("AC6", "AA6"), file="tiny.toml")
    assert found.schedule("AB6").days == found.schedule("AA6").days


SUSPENSION = """
[suspensions.ill]
title = "Ill"
rules = ["TST-01"]
source = "Atw 1"
confidence = "M"
"""
EXTENSION = """
[extensions.more]
title = "More"
rules = ["TST-01"]
by = ["caseworker"]
grounds = { ill = "Ill." }
working_days_after_obstacle = 5
source = "Atw 1"
confidence = "P"
"""


def test_what_stands_still_and_who_gives_more_time_can_be_read():
    found = parse_package(TINY + SUSPENSION + EXTENSION, file="tiny.toml")
    assert [entry.code for entry in found.suspensions_of("TST-01")] == ["ill"]
    assert [entry.code for entry in found.extensions_of("TST-01")] == ["more"]
    assert found.extensions_of("AA-INT") == ()
    assert {"Ill", "More", "Ill."} <= found.msgids()
    for look_up in (found.suspension, found.extension):
        with pytest.raises(UnknownName, match=r"no .* 'war'; known: (ill|more)"):
            look_up("war")


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ('rules = ["TST-01"]', 'rules = ["TST-09"]', "suspensions.ill.rules", "'TST-09' is no rule"),
        ('rules = ["TST-01"]', "rules = []", "suspensions.ill.rules", "is empty"),
        ('title = "Ill"\n', "", "suspensions.ill.title", "is missing"),
        ('source = "Atw 1"\n', "", "suspensions.ill.source", "is missing"),
        ('confidence = "M"', 'confidence = "M"\nsince = 5', "suspensions.ill.since", "is not a known key"),
        ('by = ["caseworker"]', 'by = ["judge"]', "extensions.more.by", "'judge' is not a role"),
        ('grounds = { ill = "Ill." }', "", "extensions.more.grounds", "is empty"),
        ('grounds = { ill = "Ill." }', "grounds = { ill = 5 }", "extensions.more.grounds.ill", "must be text"),
        ("obstacle = 5", "obstacle = 0", "extensions.more.working_days_after_obstacle", "at least 1"),
        ('by = ["caseworker"]', 'by = ["caseworker"]\nunless = ["x"]', "extensions.more.unless", "circumstance"),
    ],
)  # fmt: skip
def test_a_mistake_in_what_changes_a_time_limit_is_refused(old, new, key, reason):
    text = SUSPENSION + EXTENSION
    assert old in text
    mistake = refused(TINY + text.replace(old, new, 1))
    assert mistake.key == key
    assert reason in mistake.reason


def test_detention_neither_stands_still_nor_is_made_longer():
    detention = another("TST-02", 'mode = "HOURS_OR_LIBERTY"').replace("grant", "refuse")
    for text, key in ((SUSPENSION, "suspensions.ill.rules"), (EXTENSION, "extensions.more.rules")):
        mistake = refused(TINY + detention + text.replace("TST-01", "TST-02"))
        assert (mistake.key, mistake.reason) == (key, "TST-02 runs to the minute and never waits")


def test_a_package_without_a_graph_uses_the_whole_machine_and_one_with_a_graph_a_part_of_it():
    assert parse_package(TINY, file="tiny.toml").graph.steps == TRANSITIONS
    some = '\n[graph]\nsteps = ["grant", "extend_general_procedure"]\n'
    narrow = parse_package(TINY + some, file="tiny.toml")
    assert (narrow.graph.steps, narrow.graph.tracks) == ({"grant", "extend_general_procedure"}, TRACKS)


def test_the_law_of_2021_uses_all_but_the_steps_of_the_law_of_2026():
    newer = {"open_preparation", "choose_track", "decide_without_intention"}
    assert NL.graph.steps == TRANSITIONS - newer
    assert NL.graph.tracks == TRACKS - {"admissibility"}
    assert NL.graph.states == STATES


# A setting that nobody has confirmed


OPEN_LENGTH = tiny_with("value = 3\n", "").replace("length = 3", 'length_setting = "window"')


def test_a_length_that_nobody_has_confirmed_takes_the_date_of_the_letter():
    found = parse_package(OPEN_LENGTH, file="tiny.toml")
    assert found.values["window"] is None
    assert found.rule("TST-01").takes_letter(found.values)
    confirmed = found.with_settings(window=4)
    assert not confirmed.rule("TST-01").takes_letter(confirmed.values)


def test_a_circumstance_may_give_the_date_to_the_letter():
    rule = NL.rule("RET-01")
    assert rule.takes_letter(NL.values, circumstances={"departure_days"})
    assert not rule.takes_letter(NL.values, circumstances={"leaves_at_once"})


def test_the_days_of_the_one_day_test_follow_their_setting():
    assert NL.schedule("HASA3").calendar == "WORKING_DAY"
    assert NL.with_settings(one_day_test_counts_equated_days=True).schedule("HASA3").calendar == "AA_DAY"


# Who may give more time


def test_more_time_for_a_response_is_not_given_in_detention_and_never_at_the_border():
    may = {code: [entry.code for entry in NL.extensions_of(code)] for code in NL.rules}
    assert may["VA-VIEW"] == may["DUB-03"] == may["WD-01"] == ["response"]
    assert may["VW-DET"] == may["BOR-03"] == may["BOR-01"] == may["FAM-01"] == []
    assert NL.extensions_of("DUB-03", circumstances={"detained"}) == ()
    assert NL.extension("response").by == ("caseworker",)
    assert NL.extension("registration").by == ("planner",)
    assert NL.extension("own_travel").by == ("return_officer",)


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


def test_documents_and_grounds_are_those_of_the_portal():
    from cases.document_types import DOCUMENT_TYPES
    from procedure.step_choices import DECISION_PERIOD_BASES, EXTENSION_GROUNDS

    assert DOCUMENT_TYPES.keys() == DOCUMENTS
    assert {
        "extend_general_procedure": {code for code, _ in EXTENSION_GROUNDS},
        "extend_decision_period": {code for code, _ in DECISION_PERIOD_BASES},
    } == GROUNDS_OF_STEPS


def test_the_header_of_the_package_explains_every_key_of_a_rule_that_it_uses():
    text = (PACKAGES / "nl-2021.toml").read_text()
    header = text[: text.index("[package]\n")]
    used = {key for rule in tomllib.loads(text)["rules"].values() for key in rule}
    self_explaining = {"title", "source", "note", "when_missed", "extension", "soft"}
    assert {key for key in used - self_explaining if key not in header} == set()
