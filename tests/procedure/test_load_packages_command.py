"""`manage.py load_packages`: drafts may be replaced, what is published never changes."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from procedure.models import RulePackage
from procedure.rules import PACKAGES, package_names
from tests.procedure.packages_for_tests import TINY

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(tmp_path, capsys):
    """Load a package text from a file of its own name."""

    def run(text, name="tiny"):
        path = tmp_path / f"{name}.toml"
        path.write_text(text)
        call_command("load_packages", path)
        return capsys.readouterr().out

    return run


@pytest.fixture(autouse=True)
def nothing_loaded():
    RulePackage.objects.filter(status="draft").delete()


FIRST_DAY = "valid_from = 2021-06-25"
DRAFT = TINY.replace(FIRST_DAY, "valid_from = 2019-03-01")
PUBLISHED = DRAFT.replace('status = "draft"', 'status = "published"')


def test_the_packages_of_the_portal_load_and_the_draft_serves_no_case(capsys):
    call_command("load_packages")
    call_command("load_packages")
    assert "nl-2026: already loaded" in capsys.readouterr().out
    assert set(package_names()) <= set(RulePackage.objects.values_list("name", flat=True))
    assert RulePackage.objects.get(pk="nl-2026").status == "draft"
    for day in (date(2026, 6, 11), date(2026, 6, 12), date(2030, 1, 1)):
        assert RulePackage.objects.in_force(on=day).get().name == "nl-2021"


def test_a_draft_can_be_replaced_and_read(load):
    assert "tiny: loaded (a draft" in load(DRAFT)
    assert "tiny: draft replaced (a draft" in load(DRAFT.replace("length = 3", "length = 4"))
    assert RulePackage.objects.get(pk="tiny").law.rule("TST-01").length == 4


def test_a_draft_can_be_published_and_never_changes_from_then_on(load):
    load(DRAFT)
    assert load(PUBLISHED) == "tiny: draft replaced\n"
    assert load(PUBLISHED) == "tiny: already loaded\n"
    for changed in (PUBLISHED.replace("length = 3", "length = 4"), DRAFT):
        with pytest.raises(CommandError, match=r"tiny.toml: package.name: 'tiny' is published") as caught:
            load(changed)
        assert caught.value.returncode == 2
    assert RulePackage.objects.get(pk="tiny").law.rule("TST-01").length == 3
    with pytest.raises(DatabaseError), transaction.atomic():
        RulePackage.objects.filter(pk="tiny").update(title="another")


def test_two_packages_cannot_begin_on_one_day(load):
    load(DRAFT)
    with pytest.raises(CommandError, match=r"other.toml: package.valid_from: 2019-03-01 .*'tiny'"):
        load(DRAFT.replace('name = "tiny"', 'name = "other"'), name="other")


def test_a_mistake_loads_nothing_and_is_named(load):
    with pytest.raises(CommandError, match=r"^tiny.toml: rules.TST-01.source: is missing$") as caught:
        load(DRAFT[: DRAFT.rindex("source =")] + 'confidence = "P"')
    assert caught.value.returncode == 2
    assert not RulePackage.objects.filter(pk="tiny").exists()


def test_the_files_that_come_along_are_the_ones_loaded():
    call_command("load_packages")
    for name in package_names():
        assert RulePackage.objects.get(pk=name).text == (PACKAGES / f"{name}.toml").read_text()


# Against the machine


PACT = (PACKAGES / "nl-2026.toml").read_text().replace('name = "nl-2026"', 'name = "pact"')


@pytest.mark.parametrize(
    ("left_out", "reason"),
    [
        ("corrections", "close_interview leads there from detailed_interview"),
        ("granted", "grant leads there from assessment"),
        ("registration", "start_registration leads there from wish_expressed"),
        ("wish_expressed", "express_wish begins there"),
        ("discontinuation_intended", "intend_to_discontinue leads there from application_lodged"),
    ],
)
def test_a_state_to_which_a_step_leads_cannot_be_left_out(load, left_out, reason):
    assert PACT.count(f'    "{left_out}",\n') == 1
    with pytest.raises(CommandError) as caught:
        load(PACT.replace(f'    "{left_out}",\n', ""), name="pact")
    said = f"pact.toml: graph.states: lacks {left_out}: {reason}; add it or leave the step out"
    assert (str(caught.value), caught.value.returncode) == (said, 2)
    assert not RulePackage.objects.filter(pk="pact").exists()
