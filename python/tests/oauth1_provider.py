# SPDX-License-Identifier: Apache-2.0
"""An API with OAuth 1.0: oauthlib verifies each request (RFC 5849 §3.2), and refuses a repeated nonce."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from emulated import Request
from oauthlib.oauth1 import (
    SIGNATURE_HMAC_SHA1,
    SIGNATURE_HMAC_SHA256,
    SIGNATURE_PLAINTEXT,
    SIGNATURE_RSA_SHA1,
    RequestValidator,
    ResourceEndpoint,
)

METHODS = (SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256, SIGNATURE_RSA_SHA1, SIGNATURE_PLAINTEXT)


class Provider(RequestValidator):  # type: ignore[misc]
    """Accepts one consumer and one token. `nonces` are the nonces that it received, in order."""

    consumer = "consumerkey1234567890"
    consumer_secret = "c0nsumer secret/+&="
    token = "accesstoken1234567890"
    token_secret = "t0ken=secret+&/ ü"

    def __init__(self) -> None:
        super().__init__()
        self.nonces: list[tuple[str, str]] = []
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._endpoint = ResourceEndpoint(self)

    def private_key(self) -> str:
        """The private key as PEM, PKCS#8."""
        return self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    def takes(self, origin: str, request: Request) -> bool:
        """Whether the signature is valid and the nonce is new."""
        form = request.body.decode() if request.body else None
        valid, _ = self._endpoint.validate_protected_resource_request(
            f"{origin}{request.target}", request.method, form, dict(request.headers.items())
        )
        return bool(valid)

    allowed_signature_methods = METHODS
    enforce_ssl = False
    client_key_length = access_token_length = nonce_length = (16, 64)
    dummy_client = dummy_access_token = "x" * 20

    def validate_timestamp_and_nonce(self, client_key: str, timestamp: str, nonce: str, request: Any, **_: Any) -> bool:
        known = (timestamp, nonce) in self.nonces
        self.nonces.append((timestamp, nonce))
        return not known

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return client_key == self.consumer

    def validate_access_token(self, client_key: str, token: str, request: Any) -> bool:
        return token == self.token

    def validate_realms(self, *_: Any, **__: Any) -> bool:
        return True

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return self.consumer_secret

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return self.token_secret

    def get_rsa_key(self, client_key: str, request: Any) -> str:
        public = self._key.public_key()
        return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
