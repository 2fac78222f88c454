# SPDX-License-Identifier: Apache-2.0
"""A token endpoint and an API with OAuth 2.0 (RFC 6749), both by oauthlib. A refresh token works once."""

from __future__ import annotations

import base64
import json
import time
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote_plus

from emulated import Answer, Emulated, Request
from oauthlib.oauth2 import (
    BearerToken,
    ClientCredentialsGrant,
    RefreshTokenGrant,
    RequestValidator,
    ResourceEndpoint,
    ResourceOwnerPasswordCredentialsGrant,
    TokenEndpoint,
)


class Provider(RequestValidator):  # type: ignore[misc]
    """One client and one user. `/token` returns tokens, and all other paths require a token.

    Args:
        lifetime: Lifetime of an access token in seconds.
    """

    client = "client id"
    client_secret = "cl!ent s&cret:ü"
    user = "johndoe"
    password = "A3 ddj&3w"

    def __init__(self, lifetime: int = 3600) -> None:
        self.granted: list[dict[str, str]] = []
        """The fields of each successful token request."""
        self.first_refresh_token = "first-refresh-token"
        self._refresh_tokens = {self.first_refresh_token}
        self.given: dict[str, float] = {}
        """Access tokens and their expiry times."""
        self.refused = 0
        """Data requests with an invalid token."""
        self._lifetime = lifetime
        bearer = BearerToken(self, expires_in=lifetime)
        grants = {
            "client_credentials": ClientCredentialsGrant(self),
            "password": ResourceOwnerPasswordCredentialsGrant(self, refresh_token=False),
            "refresh_token": RefreshTokenGrant(self),
        }
        self._tokens = TokenEndpoint("client_credentials", bearer, grants)
        self._data = ResourceEndpoint("Bearer", {"Bearer": bearer})

    def revoke(self) -> None:
        """Revokes all access tokens."""
        for token in self.given:
            self.given[token] = 0

    def token(self, request: Request) -> Answer:
        """The response of `/token`."""
        headers = dict(request.headers.items())
        _, body, status = self._tokens.create_token_response(
            request.path, request.method, request.body.decode(), headers, {}
        )
        return Answer(json.loads(body), status=status, headers={"Cache-Control": "no-store"})

    def takes(self, request: Request) -> bool:
        """Whether a data request has a valid token."""
        valid, _ = self._data.verify_request(request.path, request.method, None, dict(request.headers.items()), [])
        self.refused += not valid
        return bool(valid)

    # The callbacks of oauthlib.
    def client_authentication_required(self, request: Any, *_: Any, **__: Any) -> bool:
        return True

    def authenticate_client(self, request: Any, *_: Any, **__: Any) -> bool:
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            client, secret = (unquote_plus(part) for part in base64.b64decode(credentials).decode().split(":"))
        else:
            client, secret = request.client_id, request.client_secret
        request.client = SimpleNamespace(client_id=client)
        return bool((client, secret) == (self.client, self.client_secret))

    def validate_grant_type(self, *_: Any, **__: Any) -> bool:
        return True

    def get_default_scopes(self, *_: Any, **__: Any) -> list[str]:
        return ["read"]

    def get_original_scopes(self, *_: Any, **__: Any) -> list[str]:
        return ["read"]

    def validate_scopes(self, client_id: str, scopes: list[str], *_: Any, **__: Any) -> bool:
        return set(scopes) <= {"read", "write"}

    def validate_user(self, username: str, password: str, *_: Any, **__: Any) -> bool:
        return (username, password) == (self.user, self.password)

    def validate_refresh_token(self, refresh_token: str, *_: Any, **__: Any) -> bool:
        return refresh_token in self._refresh_tokens

    def rotate_refresh_token(self, request: Any) -> bool:
        return True

    def save_bearer_token(self, token: dict[str, Any], request: Any, *_: Any, **__: Any) -> None:
        self._refresh_tokens.discard(request.refresh_token)
        if "refresh_token" in token:
            self._refresh_tokens.add(token["refresh_token"])
        self.granted.append(dict(request.decoded_body))
        self.given[token["access_token"]] = time.time() + self._lifetime

    def validate_bearer_token(self, token: str, scopes: list[str], request: Any) -> bool:
        return self.given.get(token or "", 0) > time.time()


def behind(provider: Provider, data: Emulated) -> Emulated:
    """The API `data`, for requests with a token."""

    def answer(request: Request) -> Answer:
        if request.path == "/token":
            return provider.token(request)
        return data.answer(request) if provider.takes(request) else Answer({"error": "invalid_token"}, status=401)

    return Emulated(answer)
