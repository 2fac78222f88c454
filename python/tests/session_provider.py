# SPDX-License-Identifier: Apache-2.0
"""An API with sessions. A login returns a token in its body, a header and cookies. Other requests need the token."""

from __future__ import annotations

import base64
import json
import time
from http.cookies import SimpleCookie
from urllib.parse import parse_qs

from emulated import Answer, Emulated, Request


class Provider:
    """One user.

    Args:
        lifetime: Seconds for which a token is valid.
    """

    def __init__(self, user: str = "ada", password: str = 'pass "wörd" &1', lifetime: float = 3600) -> None:
        self.user, self.password, self.lifetime = user, password, lifetime
        self.logins: list[Request] = []
        self.given: dict[str, float] = {}
        """Tokens and the times at which they end."""
        self.refused = 0
        """Requests with an old token, or without one."""

    def revoke(self) -> None:
        """Ends all sessions."""
        self.given = dict.fromkeys(self.given, 0.0)

    def login(self, request: Request) -> Answer:
        self.logins.append(request)
        if self._credentials(request) != (self.user, self.password):
            return Answer({"error": "unknown user"}, status=401)
        token = f"t0ken/+{len(self.given)}"
        self.given[token] = time.time() + self.lifetime
        cookies = (f"SID={token}; Path=/; HttpOnly", "NODE=n1", "OLD=; Max-Age=0")
        return Answer({"id": token}, headers={"X-Token": token, "Set-Cookie": cookies})

    @staticmethod
    def _credentials(request: Request) -> tuple[str, str]:
        scheme, _, basic = (request.headers["Authorization"] or "").partition(" ")
        if scheme == "Basic":
            user, _, password = base64.b64decode(basic).decode().partition(":")
            return user, password
        if request.headers["Content-Type"] == "application/x-www-form-urlencoded":
            fields = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        else:
            fields = json.loads(request.body)
        return fields["username"], fields["password"]

    def found(self, request: Request) -> list[str]:
        """The tokens of a request, wherever they are."""
        cookies = SimpleCookie(request.headers["Cookie"] or "")
        headers = [request.headers[name] for name in ("Authorization", "X-Metabase-Session", "X-Token")]
        found = [(text or "").rpartition(" ")[2] for text in headers] + [request.query.get("_sid", "")]
        if "SID" in cookies and cookies["NODE"].value == "n1":
            found.append(cookies["SID"].value)
        if request.body.startswith(b"{"):
            found.append(json.loads(request.body).get("auth", ""))
        return [token for token in found if token]

    def takes(self, request: Request) -> bool:
        return any(self.given.get(token, 0) > time.time() for token in self.found(request))

    def behind(self, data: Emulated) -> Emulated:
        """The API `data`, for requests with a token."""

        def answer(request: Request) -> Answer:
            if request.path == "/session":
                return self.login(request)
            if self.takes(request):
                return data.answer(request)
            self.refused += 1
            return Answer({"error": "no session"}, status=401)

        return Emulated(answer)
