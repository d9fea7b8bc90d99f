"""What a person types and reads at the pages of the service."""

import re
from datetime import date
from html import unescape
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from asylum_portal.accounts.models import User
from cases import actions as case_actions
from cases.models import Applicant, Assignment
from procedure.actions import express_wish
from procedure.models import Procedure
from procedure.step_documents import DOCUMENT_OF_STEP
from procedure.ticks import ticks_of
from tests.cases.samples import pdf_bytes
from tests.cast import Cast, at

BEGIN = date(2026, 3, 17)
DAY_1, DAY_2, DAY_3, DAY_4, DAY_6 = (date(2026, 4, day) for day in (1, 2, 3, 7, 9))
NOBODYS = "00000000-0000-4000-8000-000000000000"


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, *args: Any, language: str = "en") -> str:
    """The page in a language; reverse() gives it below the language of the test run."""
    return f"/{language}/{reverse(f'procedure:{name}', args=args).split('/', 2)[2]}"


def words(response: Any) -> str:
    """What a reader sees of a page, in one line."""
    page = re.sub(r"<head>.*?</head>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def pdf(name: str = "letter.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf_bytes("letter"), content_type="application/pdf")


def another(
    cast: Cast, name: str, *, on: date, worker: str = "caseworker", language: str = "Arabic", **facts: Any
) -> Procedure:
    """One more case of the caseworker, begun on a day."""
    number = f"V2{Applicant.objects.count():06}"
    applicant = Applicant.objects.create(
        v_number=number,
        name=name,
        reading_language="ar",
        interpreter_language=language,
        **facts.pop("person", {}),
    )
    case = case_actions.open_case(
        applicant,
        actor=cast.supervisor,
        on=on,
        at=at(on),
        team=facts.pop("team", cast.caseworker.team),
        **facts,
    )
    case_actions.assign(
        case,
        worker=cast.people[worker],
        duty=Assignment.Duty.DECISION,
        starts_on=on,
        actor=cast.supervisor,
        at=at(on),
    )
    return express_wish(case, actor=cast.people[worker], on=on, at=at(on))


def typed(name: str, **more: Any) -> dict[str, Any]:
    """What a worker fills in for a step."""
    filled: dict[str, Any] = dict.fromkeys(ticks_of(name), "on")
    if name in DOCUMENT_OF_STEP and name != "complete_preparation":
        filled["document"] = pdf(f"{name}.pdf")
    usual = {
        "begin_preparation": {"schedule": "AA6"},
        "complete_preparation": {"no_medical_consent": "on", "day_one_on": "2026-04-01"},
        "refer_to_extended": {"why_extended": "more_time", "reason": "A document must be examined."},
        "grant": {"outcome": "GRANT_A"},
        "refuse": {"outcome": "UNFOUNDED"},
    }
    return filled | usual.get(name, {}) | more
