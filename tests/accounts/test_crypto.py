import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from asylum_portal.accounts.crypto import SealBroken, open_text, reseal_text, seal_text


def test_a_sealed_text_shows_nothing_and_opens_again():
    sealed = seal_text("ሰላም, secret")
    assert "secret" not in sealed
    assert open_text(sealed) == "ሰላም, secret"


def test_the_same_text_is_sealed_differently_each_time():
    assert seal_text("a") != seal_text("a")


def test_an_old_key_still_opens_and_the_new_one_seals(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_KEYS = [old]
    sealed = seal_text("kept")
    settings.FIELD_KEYS = [new, old]
    assert open_text(sealed) == "kept"
    resealed = reseal_text(sealed)
    settings.FIELD_KEYS = [new]
    assert open_text(resealed) == "kept"
    with pytest.raises(SealBroken):
        open_text(sealed)


def test_a_changed_text_does_not_open():
    sealed = seal_text("kept")
    with pytest.raises(SealBroken):
        open_text(sealed[:-5] + "AAAA=")
    with pytest.raises(SealBroken):
        open_text("never sealed")


@pytest.mark.parametrize("keys", [[], ["short"]])
def test_without_a_proper_key_nothing_is_sealed(settings, keys: list[str]):
    settings.FIELD_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        seal_text("a")
