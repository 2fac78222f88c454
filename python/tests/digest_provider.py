# SPDX-License-Identifier: Apache-2.0
"""A server with Digest authentication (RFC 7616). It computes each response again, and refuses a repeated count."""

from __future__ import annotations

import hashlib
import uuid
from urllib.request import parse_http_list, parse_keqv_list

from emulated import Answer, Emulated, Request


class Provider:
    """One user.

    Args:
        algorithm: As the challenge names it.
        most: Number of requests that a nonce is valid for. Then the server has another nonce, with `stale=true`.
        offers: Further challenges, sent first.
    """

    realm = 'all "the" data, ü'

    def __init__(
        self, user: str, password: str, algorithm: str = "SHA-256", most: int = 1000, offers: tuple[str, ...] = ()
    ) -> None:
        self.user, self.password, self.algorithm, self.most, self.offers = user, password, algorithm, most, offers
        self.nonces: dict[str, list[int]] = {}
        """The accepted counts of each nonce."""
        self.challenges = 0
        self._nonce = ""

    def challenge(self) -> str:
        stale = len(self.nonces.get(self._nonce, [])) >= self.most
        if not self._nonce or stale:
            self.renew()
        self.challenges += 1
        realm = self.realm.replace('"', '\\"').encode().decode("latin-1")
        return (
            f'Digest realm="{realm}", qop="auth-int, auth", algorithm={self.algorithm}, nonce="{self._nonce}", '
            f'opaque="o,p=a", charset=UTF-8, stale={str(stale).lower()}'
        )

    def renew(self) -> None:
        """Forgets the nonce, as a server does that starts again."""
        self._nonce = uuid.uuid4().hex

    def takes(self, request: Request) -> bool:
        scheme, _, text = (request.headers["Authorization"] or "").partition(" ")
        if scheme != "Digest":
            return False
        given = parse_keqv_list(parse_http_list(text.encode("latin-1").decode()))
        counts = self.nonces.setdefault(self._nonce, [])
        count = int(given["nc"], 16)
        secret = self._hash(self.user, self.realm, self.password)
        if self.algorithm.endswith("-sess"):
            secret = self._hash(secret, given["nonce"], given["cnonce"])
        expected = self._hash(
            secret, given["nonce"], given["nc"], given["cnonce"], "auth", self._hash(request.method, request.target)
        )
        valid = (
            given["username"] == self.user
            and given["realm"] == self.realm
            and given["uri"] == request.target
            and given["qop"] == "auth"
            and given["algorithm"] == self.algorithm
            and given["opaque"] == "o,p=a"
            and given["nonce"] == self._nonce
            and len(given["nc"]) == 8
            and count not in counts
            and len(counts) < self.most
            and given["response"] == expected
        )
        if valid:
            counts.append(count)
        return valid

    def _hash(self, *parts: str) -> str:
        kind = hashlib.sha256 if self.algorithm.startswith("SHA-256") else hashlib.md5
        return kind(":".join(parts).encode()).hexdigest()


def challenging(provider: Provider, inner: Emulated) -> Emulated:
    """`inner` behind the credentials."""

    def answer(request: Request) -> Answer:
        if provider.takes(request):
            return inner.answer(request)
        challenges = (*provider.offers, provider.challenge())
        return Answer({"error": "who are you?"}, status=401, headers={"WWW-Authenticate": challenges})

    return Emulated(answer)
