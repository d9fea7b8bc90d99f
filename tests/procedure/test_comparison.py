"""Two rule packages compared: what only one has, what differs and in which keys; in words and as JSON."""

import dataclasses
import json

import pytest
from django.utils import translation

from procedure import term_words
from procedure.comparison import PARTS, compare
from procedure.comparison_words import KEYS, PART_TITLES, sections
from procedure.law_words import CIRCUMSTANCES, Mode, ReminderProfile, StartFact
from procedure.management.commands.compare_packages import Command
from procedure.package_table import CONFIDENCES
from procedure.rule_rows import Extension, Rule, Schedule, SettingSpec, Suspension
from procedure.rules import PACKAGES, find_package, parse_package
from tests.procedure.packages_for_tests import TINY, tiny_with

NL = find_package("nl-2021")
EU = find_package("nl-2026")


def tiny(old="", new=""):
    return parse_package(tiny_with(old, new) if old else TINY, file="tiny.toml")


def keys_of(comparison, part, code):
    return next(row.keys for row in comparison.part(part).changed if row.code == code)


def test_a_package_does_not_differ_from_itself():
    for package in (NL, EU, tiny()):
        comparison = compare(package, package)
        assert not comparison.differs
        assert all(not section.differs for section in sections(comparison))
        assert set(comparison.part("rules").same) == package.rules.keys()


def test_a_remark_in_the_file_is_no_difference():
    text = (PACKAGES / "nl-2021.toml").read_text()
    assert not compare(NL, parse_package(text + "\n# a remark\n", file="a.toml")).differs


@pytest.mark.parametrize(
    ("old", "new", "keys"),
    [
        ('mode = "ATW"\nunit = "days"\nlength = 3', 'mode = "ATW"\nunit = "days"\nlength = 4', {"length"}),
        ('mode = "ATW"\nunit = "days"', 'mode = "CALENDAR"\nunit = "days"', {"mode"}),
        ('starts = ["grant"]', 'starts = ["refuse"]', {"starts"}),
        ('title = "Test"', 'title = "Another test"', {"title"}),
        ('title = "Test"', 'title = "Test"\nnote = "so"', {"note"}),
        ('title = "Test"', 'title = "Test"\nmet_by = ["refuse"]', {"met_by"}),
        ('title = "Test"', 'title = "Test"\ntracks = ["general"]', {"tracks"}),
    ],
)
def test_what_differs_in_a_term_is_named_by_its_key(old, new, keys):
    comparison = compare(tiny(), tiny(old, new))
    assert [row.code for row in comparison.part("rules").changed] == ["TST-01"]
    assert set(keys_of(comparison, "rules", "TST-01")) == keys
    assert comparison.part("rules").touched == {"TST-01"}
    assert [part.name for part in comparison.parts if part.differs] == ["rules"]


@pytest.mark.parametrize(
    ("old", "new", "part", "code"),
    [
        ("value = 3", "value = 4", "settings", "window"),
        ("value = 3\n", "", "settings", "window"),
        ('title = "Six"', 'title = "Seven"', "schedules", "AA6"),
        ('step = "Corrections"', 'step = "Remarks"', "schedules", "AA6"),
        ("2026-01-02", "2026-05-15", "years", "2026"),
    ],
)
def test_a_setting_a_day_and_a_year_that_differ_are_found(old, new, part, code):
    comparison = compare(tiny(), tiny(old, new))
    assert [row.code for row in comparison.part(part).changed] == [code]
    assert [found.name for found in comparison.parts if found.differs] == [part]


@pytest.mark.parametrize(
    ("old", "new", "touched"),
    [
        ('step = "Corrections"', 'step = "Remarks"', {"AA-INT", "AA-COR", "AA-EXT"}),
        ("value = true", "value = false", {"AA-INT", "AA-COR", "AA-EXT"}),
        ("value = 3", "value = 4", set()),
        ('note = "uncertain"', 'note = "still uncertain"', set()),
    ],
)
def test_a_setting_or_a_plan_of_days_touches_the_terms_that_read_it(old, new, touched):
    assert compare(tiny(), tiny(old, new)).touched_rules == touched


def test_what_only_one_of_them_has_stands_on_its_side():
    graph = '\n[graph]\ntracks = ["general"]\nsteps = ["grant", "refuse", "extend_general_procedure"]\n'
    more = (
        graph
        + '\n[rules.TST-02]\ntitle = "More"\nmode = "LETTER"\nowes = ["lawyer"]\nwhen_missed = "Late."\n'
    )
    more += 'reminder_profile = "D"\nsource = "Atw 1"\nconfidence = "M"\n'
    first, second = tiny(), parse_package(TINY + more, file="tiny.toml")
    there, back = compare(first, second), compare(second, first)
    assert there.part("rules").only_second == back.part("rules").only_first == ("TST-02",)
    assert there.part("rules").only_first == back.part("rules").only_second == ()
    assert "extended" in there.part("tracks").only_first
    assert back.part("steps").only_first == ()
    assert "TST-02" not in there.part("rules").touched
    assert "TST-02" in back.part("rules").touched


def test_the_pact_against_the_older_law():
    comparison = compare(NL, EU)
    rules = comparison.part("rules")
    assert {"RVT-01", "AA-VIEW", "HAS-03", "APP-1W", "BOR-01"} <= set(rules.only_first)
    assert {"ACC-03M", "ADM-02M", "OVA-REG", "SCR-7D", "BOR-12W", "FAM-B2Y", "APP-EU"} <= set(
        rules.only_second
    )
    assert {"mode", "confidence", "source"} <= set(keys_of(comparison, "rules", "DEC-06M"))
    assert {"length", "length_by_ground", "confidence"} <= set(keys_of(comparison, "rules", "DUB-01"))
    assert comparison.part("tracks").only_first == ("extended", "repeat")
    assert comparison.part("tracks").only_second == ("admissibility",)
    assert "rest_and_preparation" not in comparison.part("states").touched
    assert set(comparison.part("schedules").only_first) == set(NL.schedules)


def test_the_comparison_as_json_can_be_written_and_read():
    answer = json.loads(json.dumps(compare(NL, EU).as_json()))
    assert (answer["from"]["name"], answer["to"]["status"]) == ("nl-2021", "draft")
    assert list(answer["parts"]) == list(PARTS)
    assert answer["parts"]["rules"]["changed"]["DEC-06M"]["mode"] == {"from": "MONTHS_NO_ATW", "to": "EU"}
    assert answer["parts"]["settings"]["changed"]["decision_period_most_months"]["value"] == {
        "from": 18,
        "to": None,
    }


# In words


def lines(comparison, part, code):
    section = next(section for section in sections(comparison) if section.name == part)
    return next({words.what: words for words in row.rows} for row in section.changed if row.code == code)


def test_a_term_that_differs_is_told_in_plain_words():
    with translation.override("en"):
        told = lines(compare(NL, EU), "rules", "DUB-01")
        assert told["How long"].first == "3 months; 2 months (fingerprints or a visa were found elsewhere)"
        assert told["How long"].second == "2 months; 1 month (fingerprints or a visa were found elsewhere)"
        assert told["How sure"].second == "read in the law or in policy"
        notes = told["Note (in English)"]
        assert notes.english and not told["How long"].english
        other = lines(compare(NL, EU), "rules", "DEC-EXT")
        assert other["How long"].second == "no length confirmed: the letter gives the date"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AA-VIEW", "day 4 of AA6; day 7 of AA9; day 4 of SCH6; day 7 of SCH9; day 4 of HASA6"),
        ("REG-01", "3 working days; 6 working days (another authority received the wish to apply)"),
        ("DUB-02", "1 month; 2 weeks (asked to take back, fingerprints were found)"),
        ("REC-01", "24 hours"),
        ("RET-03", "the same day"),
        ("ACC-02", "the letter gives the date"),
        ("DEC-NEW", "6 months"),
        ("PER-03", "5 years; less 4 weeks"),
        ("FAM-01", "3 months"),
        ("VA-COR", "2 weeks"),
    ],
)
def test_how_long_a_term_is_in_words(code, said):
    with translation.override("en"):
        assert term_words.length(NL.rule(code), NL) == said


def test_every_key_of_a_term_and_every_word_of_the_law_has_its_words():
    said = {key for facet in term_words.FACETS for key in facet.keys}
    assert {field.name for field in dataclasses.fields(Rule)} - said == {"code"}
    others = {
        field.name
        for row in (SettingSpec, Schedule, Suspension, Extension)
        for field in dataclasses.fields(row)
    }
    assert others - KEYS.keys() == {"code", "key"}
    assert term_words.CIRCUMSTANCES.keys() == CIRCUMSTANCES
    assert term_words.MODES.keys() == set(Mode)
    assert term_words.START_FACTS.keys() == set(StartFact)
    assert term_words.REMINDERS.keys() == {str(profile) for profile in ReminderProfile}
    assert term_words.CERTAINTIES.keys() == CONFIDENCES
    assert PART_TITLES.keys() == set(PARTS)


def test_every_difference_between_the_two_packages_is_told():
    """A key that differs is never swallowed on the way to the reader."""
    for first, second in ((NL, EU), (EU, NL)):
        comparison = compare(first, second)
        for section, part in zip(sections(comparison), comparison.parts, strict=True):
            assert {line.code for line in section.only_first} == set(part.only_first)
            assert {line.code for line in section.only_second} == set(part.only_second)
            assert [row.code for row in section.changed] == [row.code for row in part.changed]
            assert all(row.rows for row in section.changed), part.name


def test_a_difference_that_no_sentence_tells_is_shown_as_it_stands():
    """Both say "3 days" to the reader, and yet they are not the same."""
    comparison = compare(tiny(), tiny("length = 3\nowes", 'length_setting = "window"\nowes'))
    told = lines(comparison, "rules", "TST-01")
    assert (told["length"].first, told["length_setting"].second) == ("3", "window")


# From the keyboard


@pytest.fixture
def run(capsys):
    def run(*arguments):
        code = 0
        try:
            Command().run_from_argv(["manage.py", "compare_packages", *arguments])
        except SystemExit as end:
            code = end.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_the_command_tells_in_english_whatever_the_language(run):
    with translation.override("ar"):
        code, out, err = run("nl-2021", "nl-2026")
    assert (code, err) == (0, "")
    assert "  only in nl-2021:\n    extended: Extended procedure" in out
    assert "nl-2026: Asylum procedure in the Netherlands since 12 June 2026 (European pact) (draft" in out


def test_the_command_prints_json(run):
    code, out, _ = run("nl-2021", "nl-2026", "--json")
    assert (code, json.loads(out)) == (0, compare(NL, EU).as_json())


def test_the_command_says_when_nothing_differs(run):
    assert "No difference." in run("nl-2021", "nl-2021")[1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "required: first, second"),
        (("nl-2021",), "required: second"),
        (("nl-2021", "nl-1999"), "no package 'nl-1999'; known: nl-2021, nl-2026"),
        (("../nl-2021", "nl-2021"), "no package '../nl-2021'"),
        (("nl-2021", "nl-2026", "--xml"), "unrecognized arguments: --xml"),
    ],
)
def test_wrong_input_gives_one_line_and_exit_code_two(run, arguments, says):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert says in err
