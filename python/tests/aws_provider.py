# SPDX-License-Identifier: Apache-2.0
"""A service with Signature Version 4. botocore, the library of AWS's clients, computes each signature again."""

from __future__ import annotations

import hashlib
from datetime import datetime, timezone
from urllib.parse import parse_qsl

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from emulated import Request

ALGORITHM = "AWS4-HMAC-SHA256"
MOST_SECONDS = 300


class Provider:
    """Accepts one access key, which a test can replace."""

    region = "eu-central-1"
    access_key_id = "AKIDEXAMPLE1234567890"
    secret_access_key = "s3cret+access/key="

    def __init__(self, service: str = "execute-api", session_token: str | None = None) -> None:
        self.service = service
        self.session_token = session_token
        self.accepted: list[str] = []
        """The `Authorization` headers with a valid signature."""

    def options(self) -> dict[str, str]:
        """The arguments of a read."""
        token = {} if self.session_token is None else {"aws_session_token": self.session_token}
        return token | {
            "auth_type": "SigV4",
            "aws_region": self.region,
            "aws_service": self.service,
            "aws_access_key_id": self.access_key_id,
            "aws_secret_access_key": self.secret_access_key,
        }

    def takes(self, origin: str, request: Request) -> bool:
        """Whether the signature is valid, covers what AWS demands, and is not too old."""
        authorization = request.headers["Authorization"] or ""
        algorithm, _, text = authorization.partition(" ")
        fields = dict(field.strip().partition("=")[::2] for field in text.split(","))
        if algorithm != ALGORITHM or set(fields) != {"Credential", "SignedHeaders", "Signature"}:
            return False
        at = request.headers["X-Amz-Date"]
        names = fields["SignedHeaders"].split(";")
        demanded = {
            n.lower() for n in request.headers if n.lower() in ("host", "content-type") or "x-amz-" in n.lower()
        }
        valid = (
            names == sorted(names)
            and demanded <= set(names)
            and request.headers["X-Amz-Content-Sha256"] == hashlib.sha256(request.body).hexdigest()
            and request.headers["X-Amz-Security-Token"] == self.session_token
            and fields["Credential"] == f"{self.access_key_id}/{at[:8]}/{self.region}/{self.service}/aws4_request"
            and self._age(at) <= MOST_SECONDS
            and fields["Signature"] == self._signature(origin, request, names, at)
        )
        if valid:
            self.accepted.append(authorization)
        return valid

    @staticmethod
    def _age(at: str) -> float:
        signed = datetime.strptime(at, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
        return abs((datetime.now(timezone.utc) - signed).total_seconds())

    def _signature(self, origin: str, request: Request, names: list[str], at: str) -> str:
        # A server decodes the query before it spells it in the canonical form, and takes the path as it arrived.
        path, _, query = request.target.partition("?")
        signed = AWSRequest(
            method=request.method,
            url=f"{origin}{path}",
            params=parse_qsl(query, keep_blank_values=True),
            data=request.body,
            headers={name: request.headers[name] for name in names},
        )
        signed.context["timestamp"] = at
        kind = S3SigV4Auth if self.service == "s3" else SigV4Auth
        signer = kind(Credentials(self.access_key_id, self.secret_access_key), self.service, self.region)
        canonical = signer.canonical_request(signed)
        return str(signer.signature(signer.string_to_sign(signed, canonical), signed))
