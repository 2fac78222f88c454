# Generated from the option table (RestOptions.scala) by `make docs-options`. Do not edit.
"""Credentials as objects, for the argument ``auth``. Secrets can be references, such as ``env:NAME``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from spark_rest._credentials import Credentials

__all__ = ["ApiKey", "Basic", "Bearer", "Custom", "Digest", "OAuth1", "OAuth2", "Session", "SigV4", "Signature"]


@dataclass(frozen=True, repr=False)
class Basic(Credentials):
    """``auth_type="Basic"``: User and password (RFC 7617). Its repr hides secrets.

    Args:
        user:
            User of ``Basic``, of ``Digest``, of the OAuth2 grant ``password``, and of ``Session``
            without a ``sessionBody``. Required. Never printed.
        password:
            Password of ``userId``. It may be empty for ``Basic`` and ``Digest``. Required. Never
            printed.
    """

    user: str = field(metadata={"option": "userId", "secret": True})
    password: str = field(metadata={"option": "userPassword", "secret": True})


@dataclass(frozen=True, repr=False)
class Digest(Credentials):
    """``auth_type="Digest"``: A password that is not sent (RFC 7616). Its repr hides secrets.

    Args:
        user:
            User of ``Basic``, of ``Digest``, of the OAuth2 grant ``password``, and of ``Session``
            without a ``sessionBody``. Required. Never printed.
        password:
            Password of ``userId``. It may be empty for ``Basic`` and ``Digest``. Required. Never
            printed.
    """

    user: str = field(metadata={"option": "userId", "secret": True})
    password: str = field(metadata={"option": "userPassword", "secret": True})


@dataclass(frozen=True, repr=False)
class Bearer(Credentials):
    """``auth_type="Bearer"``: A token that is sent unchanged (RFC 6750). Its repr hides secrets.

    Args:
        token:
            Token of ``Bearer`` or ``OAuth1``. Optional for ``OAuth1``. Required. Never printed.
        scheme:
            Word before the token of ``Bearer``, ``OAuth2`` and ``Session``, e.g. ``SSWS``. No blank
            follows a word that ends with ``=``, such as ``Token token=``. Default: ``Bearer``.
    """

    token: str = field(metadata={"option": "oauthToken", "secret": True})
    scheme: str | None = field(default=None, metadata={"option": "authScheme", "secret": False})


@dataclass(frozen=True, repr=False)
class ApiKey(Credentials):
    """``auth_type="ApiKey"``: A key in a header, a query parameter, a cookie or the body. Its repr hides secrets.

    Args:
        key:
            Key of ``ApiKey``, or ``{apiKey}`` in the templates of ``Signature``. Required. Never
            printed.
        name:
            Name of the header, query parameter, cookie or property of the body with the key of
            ``ApiKey`` or the token of ``Session``. Without it, the token of a ``Session`` follows
            ``authScheme`` in the header ``Authorization``. Default: ``X-API-Key``.
        location:
            Place of ``apiKeyName``. ``body`` is a property of a JSON object, or a field of a form.
            Default: ``header``.
    """

    key: str = field(metadata={"option": "apiKey", "secret": True})
    name: str | None = field(default=None, metadata={"option": "apiKeyName", "secret": False})
    location: Literal["header", "query", "cookie", "body"] | None = field(
        default=None, metadata={"option": "apiKeyIn", "secret": False}
    )


@dataclass(frozen=True, repr=False)
class OAuth1(Credentials):
    """``auth_type="OAuth1"``: Signed requests (RFC 5849). Its repr hides secrets.

    Args:
        consumer_key:
            Consumer key of ``OAuth1`` (RFC 5849). Required. Never printed.
        consumer_secret:
            Consumer secret of ``OAuth1``. With ``RSA-SHA1``, the private key as PEM, preferably as
            ``file:PATH``. Required. Never printed.
        token:
            Token of ``Bearer`` or ``OAuth1``. Optional for ``OAuth1``. Never printed.
        token_secret:
            Secret of the token of ``OAuth1``. Never printed.
        signature_method:
            Signature method of ``OAuth1``. Default: ``HMAC-SHA1``.
        realm:
            Realm of ``OAuth1``, if the API needs it.
    """

    consumer_key: str = field(metadata={"option": "oauthConsumerKey", "secret": True})
    consumer_secret: str = field(metadata={"option": "oauthConsumerSecret", "secret": True})
    token: str | None = field(default=None, metadata={"option": "oauthToken", "secret": True})
    token_secret: str | None = field(default=None, metadata={"option": "oauthTokenSecret", "secret": True})
    signature_method: Literal["HMAC-SHA1", "HMAC-SHA256", "RSA-SHA1", "PLAINTEXT"] | None = field(
        default=None, metadata={"option": "oauthSignatureMethod", "secret": False}
    )
    realm: str | None = field(default=None, metadata={"option": "oauthRealm", "secret": False})


@dataclass(frozen=True, repr=False)
class OAuth2(Credentials):
    """``auth_type="OAuth2"``: Tokens fetched when needed (RFC 6749). Its repr hides secrets.

    Args:
        token_url:
            URL of the token endpoint of ``OAuth2`` (RFC 6749). Required.
        client_id:
            Client of ``OAuth2``. Required. Never printed.
        client_secret:
            Secret of the client. Omit it for a public client. Never printed.
        grant_type:
            Grant type of ``OAuth2``. With ``refresh_token``, only the driver requests tokens.
            ``jwt_bearer`` sends a signed assertion (RFC 7523), as service accounts do. For another
            grant, set ``grant_type`` in ``oauth2Params``. Default: ``client_credentials``.
        scope:
            Scopes to request, separated by blanks.
        params:
            Further fields of the token request as a JSON object, e.g. ``audience``. Never printed.
        client_auth:
            How the client proves who it is: its secret in the ``Authorization`` header, its secret
            as ``client_secret`` in the body, or an assertion that ``oauth2PrivateKey`` signs (RFC
            7523). Default: ``header``.
        refresh_token:
            First refresh token. Never printed.
        token_store:
            File on the driver for the refresh token that the server issues in place of
            ``oauth2RefreshToken``. Only its owner must be able to read it.
        user:
            User of ``Basic``, of ``Digest``, of the OAuth2 grant ``password``, and of ``Session``
            without a ``sessionBody``. Never printed.
        password:
            Password of ``userId``. It may be empty for ``Basic`` and ``Digest``. Never printed.
        scheme:
            Word before the token of ``Bearer``, ``OAuth2`` and ``Session``, e.g. ``SSWS``. No blank
            follows a word that ends with ``=``, such as ``Token token=``. Default: ``Bearer``.
        private_key:
            Private key as PEM (RSA, EC or Ed25519), or the JSON file of a Google service account,
            preferably as ``file:PATH``. It signs the assertions of ``jwt_bearer`` and
            ``private_key_jwt``. Never printed.
        key_id:
            Name of the private key at the server, the ``kid`` of an assertion.
        claims:
            Claims of an assertion as a JSON object, e.g. ``sub``. They replace the defaults:
            ``iss`` and ``sub`` are the client (no ``sub`` with ``jwt_bearer``), ``aud`` is the
            token endpoint, and an assertion is valid for five minutes.
        headers:
            Headers of the token request as a JSON object. It gets none of ``headers`` except
            ``User-Agent``. Never printed.
        token_field:
            Path of the access token in the response of the token endpoint, e.g. ``data.token``.
            Default: ``access_token``.
    """

    token_url: str = field(metadata={"option": "oauth2TokenUrl", "secret": False})
    client_id: str = field(metadata={"option": "oauth2ClientId", "secret": True})
    client_secret: str | None = field(default=None, metadata={"option": "oauth2ClientSecret", "secret": True})
    grant_type: Literal["client_credentials", "refresh_token", "password", "jwt_bearer"] | None = field(
        default=None, metadata={"option": "oauth2GrantType", "secret": False}
    )
    scope: str | None = field(default=None, metadata={"option": "oauth2Scope", "secret": False})
    params: Mapping[str, str] | str | None = field(default=None, metadata={"option": "oauth2Params", "secret": True})
    client_auth: Literal["header", "body", "private_key_jwt"] | None = field(
        default=None, metadata={"option": "oauth2ClientAuth", "secret": False}
    )
    refresh_token: str | None = field(default=None, metadata={"option": "oauth2RefreshToken", "secret": True})
    token_store: str | None = field(default=None, metadata={"option": "oauth2TokenStore", "secret": False})
    user: str | None = field(default=None, metadata={"option": "userId", "secret": True})
    password: str | None = field(default=None, metadata={"option": "userPassword", "secret": True})
    scheme: str | None = field(default=None, metadata={"option": "authScheme", "secret": False})
    private_key: str | None = field(default=None, metadata={"option": "oauth2PrivateKey", "secret": True})
    key_id: str | None = field(default=None, metadata={"option": "oauth2KeyId", "secret": False})
    claims: Mapping[str, str] | str | None = field(default=None, metadata={"option": "oauth2Claims", "secret": False})
    headers: Mapping[str, str] | str | None = field(default=None, metadata={"option": "oauth2Headers", "secret": True})
    token_field: str | None = field(default=None, metadata={"option": "oauth2TokenField", "secret": False})


@dataclass(frozen=True, repr=False)
class SigV4(Credentials):
    """``auth_type="SigV4"``: Signed requests to Amazon Web Services. Its repr hides secrets.

    Args:
        access_key_id:
            Access key of ``SigV4``. Required. Never printed.
        secret_access_key:
            Secret of the access key. Required. Never printed.
        region:
            Region of the service that ``SigV4`` signs for (AWS Signature Version 4), e.g.
            ``eu-central-1``. Required.
        service:
            Signing name of the service, e.g. ``execute-api`` for Amazon API Gateway, ``es`` for
            OpenSearch, ``s3``. Required.
        session_token:
            Session token of temporary credentials. Each poll reads ``file:PATH`` again, so that a
            process can renew the credentials. Never printed.
    """

    access_key_id: str = field(metadata={"option": "awsAccessKeyId", "secret": True})
    secret_access_key: str = field(metadata={"option": "awsSecretAccessKey", "secret": True})
    region: str = field(metadata={"option": "awsRegion", "secret": False})
    service: str = field(metadata={"option": "awsService", "secret": False})
    session_token: str | None = field(default=None, metadata={"option": "awsSessionToken", "secret": True})


@dataclass(frozen=True, repr=False)
class Session(Credentials):
    """``auth_type="Session"``: A login that returns the token of the other requests. Its repr hides secrets.

    Args:
        url:
            URL of the login request of ``Session``. It is a POST. Required.
        body:
            Body of the login request as a JSON object. Each text in it may be a reference, such as
            ``env:API_PASSWORD``. Without a body, the request carries ``userId`` and
            ``userPassword`` as ``Basic`` does. Never printed.
        token_field:
            Place of the token in the response to the login: a path such as ``credentials.token``,
            ``$`` for a body that is the token, or ``header:<Name>``. ``apiKeyName`` and
            ``apiKeyIn`` say where later requests have it. Default: the cookies that the response
            sets.
        body_format:
            Format of ``sessionBody``, as ``bodyFormat`` is for ``body``. Default: ``json``.
        lifetime:
            Seconds after which the connector logs in again. Default: when the API answers with 401.
        ended_when:
            Condition on the JSON body of a response that means that the session has ended, though
            the status is not 401. Write ``path=value``, e.g. ``error.code=119``. A path alone means
            that its value exists and is not null. Such a response is as a 401: the connector logs
            in again, once, and repeats the request.
        headers:
            Headers of the login request as a JSON object. Values may be references. The ``headers``
            are not sent with it, except ``User-Agent``. Never printed.
        name:
            Name of the header, query parameter, cookie or property of the body with the key of
            ``ApiKey`` or the token of ``Session``. Without it, the token of a ``Session`` follows
            ``authScheme`` in the header ``Authorization``. Default: ``X-API-Key``.
        location:
            Place of ``apiKeyName``. ``body`` is a property of a JSON object, or a field of a form.
            Default: ``header``.
        scheme:
            Word before the token of ``Bearer``, ``OAuth2`` and ``Session``, e.g. ``SSWS``. No blank
            follows a word that ends with ``=``, such as ``Token token=``. Default: ``Bearer``.
        user:
            User of ``Basic``, of ``Digest``, of the OAuth2 grant ``password``, and of ``Session``
            without a ``sessionBody``. Never printed.
        password:
            Password of ``userId``. It may be empty for ``Basic`` and ``Digest``. Never printed.
    """

    url: str = field(metadata={"option": "sessionUrl", "secret": False})
    body: Mapping[str, object] | Sequence[object] | str | None = field(
        default=None, metadata={"option": "sessionBody", "secret": True}
    )
    token_field: str | None = field(default=None, metadata={"option": "sessionTokenField", "secret": False})
    body_format: Literal["json", "form"] | None = field(
        default=None, metadata={"option": "sessionBodyFormat", "secret": False}
    )
    lifetime: float | timedelta | str | None = field(
        default=None, metadata={"option": "sessionLifetime", "secret": False}
    )
    ended_when: str | None = field(default=None, metadata={"option": "sessionEndedWhen", "secret": False})
    headers: Mapping[str, str] | str | None = field(default=None, metadata={"option": "sessionHeaders", "secret": True})
    name: str | None = field(default=None, metadata={"option": "apiKeyName", "secret": False})
    location: Literal["header", "query", "cookie", "body"] | None = field(
        default=None, metadata={"option": "apiKeyIn", "secret": False}
    )
    scheme: str | None = field(default=None, metadata={"option": "authScheme", "secret": False})
    user: str | None = field(default=None, metadata={"option": "userId", "secret": True})
    password: str | None = field(default=None, metadata={"option": "userPassword", "secret": True})


@dataclass(frozen=True, repr=False)
class Signature(Credentials):
    """``auth_type="Signature"``: Requests signed with an HMAC over a template. Its repr hides secrets.

    Args:
        key:
            Secret with which ``Signature`` signs. Required. Never printed.
        template:
            Text that is signed. Placeholders: ``{method}``, ``{host}``, ``{path}``, ``{query}``,
            ``{target}`` (path and query), ``{body}``, ``{bodyHash}``, ``{timestamp}``, ``{nonce}``,
            ``{apiKey}``. Required.
        headers:
            Headers of a signed request as a JSON object, with ``{signature}`` and the placeholders
            of ``signatureTemplate``. Values may be references. Never printed.
        params:
            Query parameters of a signed request, in the same form. Parameters without
            ``{signature}`` are part of the signed query. Never printed.
        api_key:
            Key of ``ApiKey``, or ``{apiKey}`` in the templates of ``Signature``. Never printed.
        algorithm:
            Algorithm of ``Signature`` (RFC 2104). Default: ``HMAC-SHA256``.
        encoding:
            How the signature and ``{bodyHash}`` are written. Default: ``hex``.
        key_encoding:
            How ``signatureKey`` is written. With ``text``, its characters are the key. Default:
            ``text``.
        time_format:
            Format of ``{timestamp}``, as for ``offsetFormat``: ``epoch_s``, ``epoch_ms``, ``iso``
            or a pattern in UTC. Default: ``epoch_s``.
    """

    key: str = field(metadata={"option": "signatureKey", "secret": True})
    template: str = field(metadata={"option": "signatureTemplate", "secret": False})
    headers: Mapping[str, str] | str | None = field(
        default=None, metadata={"option": "signatureHeaders", "secret": True}
    )
    params: Mapping[str, str] | str | None = field(default=None, metadata={"option": "signatureParams", "secret": True})
    api_key: str | None = field(default=None, metadata={"option": "apiKey", "secret": True})
    algorithm: Literal["HMAC-SHA256", "HMAC-SHA512", "HMAC-SHA384", "HMAC-SHA1", "HMAC-MD5"] | None = field(
        default=None, metadata={"option": "signatureAlgorithm", "secret": False}
    )
    encoding: Literal["hex", "base64", "base64url"] | None = field(
        default=None, metadata={"option": "signatureEncoding", "secret": False}
    )
    key_encoding: Literal["text", "hex", "base64"] | None = field(
        default=None, metadata={"option": "signatureKeyEncoding", "secret": False}
    )
    time_format: str | None = field(default=None, metadata={"option": "signatureTimeFormat", "secret": False})


@dataclass(frozen=True, repr=False)
class Custom(Credentials):
    """``auth_type="Custom"``: Requests signed by a class of yours. Its repr hides secrets.

    Args:
        class_name:
            Name of a class that implements ``io.github.sparkrest.auth.RequestSigner``, for
            ``Custom``. The class is created on each executor. Required.
        settings:
            Settings of ``authClass`` as a JSON object. Values may be references. Never printed.
    """

    class_name: str = field(metadata={"option": "authClass", "secret": False})
    settings: Mapping[str, str] | str | None = field(default=None, metadata={"option": "authSettings", "secret": True})
