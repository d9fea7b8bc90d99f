"""What answers GET answers HEAD, as link checkers and previews ask."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import make_cast, walk

pytestmark = pytest.mark.django_db


def test_pages_that_also_take_a_form_answer_head_like_get() -> None:
    cast = make_cast()
    walk(cast, until="begin_preparation")
    client = Client()
    client.force_login(cast.people["lawyer"])
    paths = [
        "/demo/clock/",
        "/demo/mail/",
        reverse("accounts:language"),
        reverse("notices:inbox"),
        reverse("cases:messages", args=[cast.case.pk]),
        reverse("procedure:file", args=[cast.procedure.pk, "evidence"]),
    ]
    assert {path: client.head(path).status_code for path in paths} == {
        path: client.get(path).status_code for path in paths
    }
    assert client.head(reverse("procedure:file", args=[cast.procedure.pk, "evidence"])).status_code == 200
