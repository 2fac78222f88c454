# SPDX-License-Identifier: Apache-2.0
"""A token endpoint and an API for clients that sign assertions (RFC 7523), verified by PyJWT."""

from __future__ import annotations

import json
import time
from urllib.parse import parse_qsl

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from emulated import Answer, Emulated, Request

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Provider:
    """`/token` returns tokens, and all other paths require one. An assertion is accepted once."""

    account = "etl@project.iam.example.com"
    client = "client-1"

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._seen: set[str] = set()
        self.granted: list[dict[str, str]] = []
        """The claims of each accepted assertion."""

    def private_key(self) -> str:
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        return self._key.private_bytes(encoding, form, serialization.NoEncryption()).decode()

    def service_account(self, **more: str) -> str:
        """The text of a file as Google issues it."""
        account = {"type": "service_account", "private_key_id": "k1", "private_key": self.private_key()}
        return json.dumps(account | {"client_email": self.account} | more)

    def takes(self, request: Request) -> bool:
        """Whether a data request has the newest token."""
        return request.headers["Authorization"] == f"Bearer token-{len(self.granted)}"

    def token(self, request: Request, audience: str) -> Answer:
        form = dict(parse_qsl(request.body.decode()))
        grants = form.get("grant_type") == GRANT
        if not grants and form.get("client_assertion_type") != CLIENT_ASSERTION:
            return Answer({"error": "invalid_client"}, status=401)
        try:
            claims = jwt.decode(
                form["assertion" if grants else "client_assertion"],
                self._key.public_key(),
                algorithms=["RS256"],
                audience=audience,
                issuer=self.account if grants else self.client,
                options={"require": ["exp", "iat", "jti"]},
            )
        except (jwt.PyJWTError, KeyError) as e:
            return Answer({"error": "invalid_grant", "error_description": str(e)}, status=400)
        if claims["jti"] in self._seen or claims["exp"] - time.time() > 3600:
            return Answer({"error": "invalid_grant"}, status=400)
        self._seen.add(claims["jti"])
        self.granted.append(claims)
        return Answer({"access_token": f"token-{len(self.granted)}", "expires_in": 3600, "token_type": "Bearer"})

    def behind(self, data: Emulated) -> Emulated:
        made: list[Emulated] = []

        def answer(request: Request) -> Answer:
            if request.path == "/token":
                return self.token(request, f"{made[0].url}/token")
            if not self.takes(request):
                return Answer({"error": "unauthorized"}, status=401)
            return data.answer(request)

        made.append(Emulated(answer))
        return made[0]
