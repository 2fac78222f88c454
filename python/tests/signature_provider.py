# SPDX-License-Identifier: Apache-2.0
"""APIs that verify an HMAC over the request by Python's hmac: in headers as Coinbase, or in the query as Binance."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

from emulated import Request

MOST_SECONDS = 30


class Provider:
    """Accepts one key. The secret is text, and headers are signed with the bytes that it is the base64 of."""

    def __init__(self, key: str = "k1", secret: str = "c2VjcmV0IMO8", passphrase: str = "pass") -> None:
        self.key, self.secret, self.passphrase = key, secret, passphrase
        self.accepted: list[str] = []
        """The valid signatures."""

    def takes(self, request: Request) -> bool:
        return self._in_headers(request) or self._in_query(request)

    def _in_headers(self, request: Request) -> bool:
        at = request.headers["CB-ACCESS-TIMESTAMP"] or "0"
        text = f"{at}{request.method}{request.target}".encode() + request.body
        digest = hmac.new(base64.b64decode(self.secret), text, hashlib.sha256).digest()
        return (
            request.headers["CB-ACCESS-KEY"] == self.key
            and request.headers["CB-ACCESS-PASSPHRASE"] == self.passphrase
            and abs(time.time() - int(at)) < MOST_SECONDS
            and self._valid(request.headers["CB-ACCESS-SIGN"] or "", base64.b64encode(digest).decode())
        )

    def _in_query(self, request: Request) -> bool:
        signed, _, signature = request.target.partition("?")[2].partition("&signature=")
        expected = hmac.new(self.secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
        at = int(request.query.get("timestamp", "0"))
        return abs(time.time() * 1000 - at) < MOST_SECONDS * 1000 and self._valid(signature, expected)

    def _valid(self, signature: str, expected: str) -> bool:
        valid = hmac.compare_digest(signature, expected)
        if valid:
            self.accepted.append(signature)
        return valid
