# Generated from the option table (RestOptions.scala) by `make docs-options`. Do not edit.
"""Credentials as objects, for the argument ``auth``. Secrets can be references: ``env:NAME`` or ``file:PATH``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from spark_rest._credentials import Credentials


@dataclass(frozen=True, repr=False)
class Basic(Credentials):
    """``auth_type="Basic"``: User and password (RFC 7617). Its repr hides secrets.

    Args:
        user:
            User of ``Basic``, and of the OAuth2 grant ``password``. Required. Never printed.
        password:
            Password of ``userId``; may be empty for ``Basic``. Required. Never printed.
    """

    user: str = field(metadata={"option": "userId", "secret": True})
    password: str = field(metadata={"option": "userPassword", "secret": True})


@dataclass(frozen=True, repr=False)
class Bearer(Credentials):
    """``auth_type="Bearer"``: A token that is sent unchanged (RFC 6750). Its repr hides secrets.

    Args:
        token:
            Token of ``Bearer``, or of ``OAuth1``, where it may be left out. Required. Never
            printed.
        scheme:
            The word before the token of ``Bearer`` and ``OAuth2``, e.g. ``SSWS``; one that ends
            with ``=`` has no blank after it: ``Token token=``. Default: ``Bearer``.
    """

    token: str = field(metadata={"option": "oauthToken", "secret": True})
    scheme: str | None = field(default=None, metadata={"option": "authScheme", "secret": False})


@dataclass(frozen=True, repr=False)
class ApiKey(Credentials):
    """``auth_type="ApiKey"``: A key in a header, a query parameter or a cookie. Its repr hides secrets.

    Args:
        key:
            Key of ``ApiKey``. Required. Never printed.
        name:
            Name of the header, query parameter or cookie of ``ApiKey``. Default: ``X-API-Key``.
        location:
            Where the key of ``ApiKey`` is sent. Default: ``header``.
    """

    key: str = field(metadata={"option": "apiKey", "secret": True})
    name: str | None = field(default=None, metadata={"option": "apiKeyName", "secret": False})
    location: Literal["header", "query", "cookie"] | None = field(
        default=None, metadata={"option": "apiKeyIn", "secret": False}
    )


@dataclass(frozen=True, repr=False)
class OAuth1(Credentials):
    """``auth_type="OAuth1"``: Signed requests (RFC 5849). Its repr hides secrets.

    Args:
        consumer_key:
            Consumer key of ``OAuth1`` (RFC 5849). Required. Never printed.
        consumer_secret:
            Consumer secret of ``OAuth1``; with ``RSA-SHA1`` the private key as PEM, best as
            ``file:PATH``. Required. Never printed.
        token:
            Token of ``Bearer``, or of ``OAuth1``, where it may be left out. Never printed.
        token_secret:
            Secret of the token of ``OAuth1``. Never printed.
        signature_method:
            How ``OAuth1`` signs. Default: ``HMAC-SHA1``.
        realm:
            Realm of ``OAuth1``, if the API wants one.
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
            Address of the token endpoint of ``OAuth2`` (RFC 6749). Required.
        client_id:
            Client of ``OAuth2``. Required. Never printed.
        client_secret:
            Secret of the client; a public client has none. Never printed.
        grant_type:
            What ``OAuth2`` asks for a token with. ``refresh_token`` is asked by the driver alone.
            Default: ``client_credentials``.
        scope:
            Scopes to ask for, with blanks between them.
        params:
            Further fields of the token request as a JSON object, e.g. ``audience``. Never printed.
        client_auth:
            Where the client's secret is sent: in ``Authorization``, or as ``client_secret`` in the
            body. Default: ``header``.
        refresh_token:
            The refresh token to begin with. Never printed.
        token_store:
            A file of the driver's, to be readable by its owner alone, for the refresh token that
            the server gives in place of ``oauth2RefreshToken``.
        user:
            User of ``Basic``, and of the OAuth2 grant ``password``. Never printed.
        password:
            Password of ``userId``; may be empty for ``Basic``. Never printed.
        scheme:
            The word before the token of ``Bearer`` and ``OAuth2``, e.g. ``SSWS``; one that ends
            with ``=`` has no blank after it: ``Token token=``. Default: ``Bearer``.
    """

    token_url: str = field(metadata={"option": "oauth2TokenUrl", "secret": False})
    client_id: str = field(metadata={"option": "oauth2ClientId", "secret": True})
    client_secret: str | None = field(default=None, metadata={"option": "oauth2ClientSecret", "secret": True})
    grant_type: Literal["client_credentials", "refresh_token", "password"] | None = field(
        default=None, metadata={"option": "oauth2GrantType", "secret": False}
    )
    scope: str | None = field(default=None, metadata={"option": "oauth2Scope", "secret": False})
    params: Mapping[str, str] | str | None = field(default=None, metadata={"option": "oauth2Params", "secret": True})
    client_auth: Literal["header", "body"] | None = field(
        default=None, metadata={"option": "oauth2ClientAuth", "secret": False}
    )
    refresh_token: str | None = field(default=None, metadata={"option": "oauth2RefreshToken", "secret": True})
    token_store: str | None = field(default=None, metadata={"option": "oauth2TokenStore", "secret": False})
    user: str | None = field(default=None, metadata={"option": "userId", "secret": True})
    password: str | None = field(default=None, metadata={"option": "userPassword", "secret": True})
    scheme: str | None = field(default=None, metadata={"option": "authScheme", "secret": False})
