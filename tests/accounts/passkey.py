"""A passkey in software: makes and uses a real key pair as a phone or a key on a stick does."""

import json
import os
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

ORIGIN, SITE = "https://testserver", "testserver"
PRESENT_AND_VERIFIED = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


class Passkey:
    """One key pair for this site."""

    def __init__(self, *, credential_id: bytes | None = None) -> None:
        self.credential_id = credential_id or os.urandom(16)
        self._key = ec.generate_private_key(ec.SECP256R1())

    def made_for(self, challenge: str | bytes) -> dict[str, Any]:
        """What the browser posts after making this passkey."""
        public = ES256.from_cryptography_key(self._key.public_key())
        data = AuthenticatorData.create(
            sha256(SITE.encode()).digest(),
            PRESENT_AND_VERIFIED | AuthenticatorData.FLAG.AT,
            0,
            AttestedCredentialData.create(bytes(16), self.credential_id, public),
        )
        return self._posted(
            clientDataJSON=self._client_data("webauthn.create", challenge),
            attestationObject=bytes(AttestationObject.create("none", data, {})),
        )

    def answer_to(self, challenge: str | bytes) -> dict[str, Any]:
        """What the browser posts after using this passkey."""
        data = bytes(AuthenticatorData.create(sha256(SITE.encode()).digest(), PRESENT_AND_VERIFIED, 1))
        client = self._client_data("webauthn.get", challenge)
        signature = self._key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._posted(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _client_data(self, kind: str, challenge: str | bytes) -> bytes:
        text = websafe_encode(challenge) if isinstance(challenge, bytes) else challenge
        return json.dumps({"type": kind, "challenge": text, "origin": ORIGIN}).encode()

    def _posted(self, **response: bytes) -> dict[str, Any]:
        name = websafe_encode(self.credential_id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": {key: websafe_encode(value) for key, value in response.items()},
            "clientExtensionResults": {},
        }
