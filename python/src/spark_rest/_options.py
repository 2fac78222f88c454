# Generated from the option table (RestOptions.scala) by `make docs-options`. Do not edit.
"""The options of the source: the types and descriptions of keyword arguments. ADR 22 explains the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from pyspark.sql import DataFrame


class Options(TypedDict, total=False):
    """Options of streams and of batch reads."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None
    """The HTTP method. Default: ``POST`` if there is a ``body``, or a batch read has an input; else ``GET``."""
    headers: Mapping[str, str] | str | None
    """Request headers as a JSON object; values may hold placeholders. Never printed."""
    params: Mapping[str, str] | str | None
    """Query parameters as a JSON object, appended to ``url``; values may hold placeholders. Never printed."""
    body: Mapping[str, object] | Sequence[object] | str | None
    """Template of the request body. Only known placeholders are replaced, other braces stay. In JSON a placeholder
    within quotes is escaped; outside quotes it becomes a value: as it is if it is JSON, ``null`` if it is
    empty, else a string. Never printed."""
    body_format: Literal["json", "form"] | None
    """``json``, or ``form``: ``body`` is then a JSON object of names and templates, sent as
    ``application/x-www-form-urlencoded``. Default: ``json``."""
    initial_url: str | None
    """The address while there is no offset yet, if the very first request differs. Default: ``url``."""
    initial_body: Mapping[str, object] | Sequence[object] | str | None
    """The body while there is no offset yet. Default: ``body``. Never printed."""
    connect_timeout: float | timedelta | str | None
    """Seconds to wait for a connection. Under its old name ``connectionTimeout``, and with an input, a bare number
    is milliseconds. Default: ``10``."""
    read_timeout: float | timedelta | str | None
    """Seconds to wait for the head of a response, and for each next piece of its body. With an input a bare number
    is milliseconds, as in older sources; ``5s`` and ``500ms`` are clear everywhere. Default: ``60``."""
    response_timeout: float | timedelta | str | None
    """Seconds for one response, from sending the request to the last byte of the body. A server that sends a byte
    now and then never meets ``readTimeout``. Raise it for downloads that take longer. Default: ``1h``."""
    proxy: str | None
    """The proxy for all requests, as ``http://host:port``; https goes through it by ``CONNECT``. Default: the
    JVM's settings (``http.proxyHost``, ``https.proxyHost``, ``http.nonProxyHosts``)."""
    proxy_user: str | None
    """User that ``proxy`` knows (Basic)."""
    proxy_password: str | None
    """Password of ``proxyUser``; may be empty. Never printed."""
    data_field: str | None
    """Path of the records, e.g. ``data`` or ``result.items``, names with dots in double quotes. A root array needs
    none. If it is not given and ``data`` is absent, a response that holds exactly one array of objects uses
    that array. Default: ``data``."""
    response_format: Literal["auto", "json", "ndjson"] | None
    """``auto`` goes by ``Content-Type``; ``ndjson``: records one after the other, a line each. Default: ``auto``."""
    record_fields: Sequence[str] | str | None
    """Names for the elements of records that are arrays, e.g. ``icao24,callsign``: they become objects."""
    empty_status_codes: str | None
    """Status codes that mean that there is nothing, such as ``204,404``. Default: ``204,304``."""
    empty_when: str | None
    """A response without ``dataField`` that means that there are no records, as ``path=value``, e.g.
    ``meta.result_count=0``, or as a path alone: it exists and is not null."""
    error_when: str | None
    """A successful response that is an error, as ``path=value``, e.g. ``ok=false``; a path alone: if it is there
    and not null."""
    max_response_bytes: int | str | None
    """A larger response, as it is after decoding (``Content-Encoding``), fails the query. Memory does not grow
    with the response; a single record may take an eighth of the JVM's memory. Default: ``1g``."""
    streaming: bool | None
    """``true`` is accepted on ``readStream``, and not needed there."""
    offset_type: Literal["timestamp", "cursor", "incremental", "max_field", "window", "snapshot"] | None
    """``timestamp``: the value stands in the response, or else it is the maximum over the records. ``cursor``: it
    stands in the response, or else in the last record. ``incremental``: the maximum over the records; the next
    request carries it plus 1. ``max_field``: the maximum over the records; numbers, instants and other text are
    each compared as such. ``window``: slices of time from ``{windowStart}`` to ``{windowEnd}``, whatever they
    hold. ``snapshot``: each poll is the whole picture; with ``recordKey`` only what is new or changed is
    delivered. Default: ``timestamp``."""
    offset_field: str | None
    """Path of the field that progress is tracked by; or ``header:<Name>``, or ``link:<rel>``: the offset is then
    the next address itself. Default: ``timestamp``."""
    initial_offset: str | int | float | datetime | None
    """The value of the very first request; default ``0``, for ``cursor`` the empty text. ``latest``: from now on.
    It is sent, never compared with values of records."""
    offset_pick: Literal["max", "last", "first"] | None
    """Which record the offset is taken from. Default: ``max``, for ``cursor`` the ``last``."""
    offset_format: str | None
    """What the API sends as a time: ``epoch_s``, ``epoch_ms``, ``iso``, or a pattern of ``DateTimeFormatter``.
    Default: as found."""
    request_offset_format: str | None
    """The time format that the API wants in a request. Default: the offset as it was spelled."""
    order: Literal["auto", "asc", "desc", "none"] | None
    """Order of the records by ``offsetField``. With pagination the offset moves when all pages are in. ``asc``
    together with ``boundary=inclusive`` (or ``offsetType=incremental``): it moves after each page, and the next
    request begins there, so that nothing is lost if the list moves meanwhile. ``desc`` (newest first) stops at
    the first record that is older than the offset. Default: ``auto``."""
    boundary: Literal["auto", "inclusive", "exclusive"] | None
    """Does the API send the record at the offset again? ``auto`` and ``inclusive`` drop records that were
    delivered at the boundary and come again with the same content, and only those. ``exclusive`` drops none,
    and ``incremental`` then sends the maximum itself. Default: ``auto``."""
    record_key: Sequence[str] | str | None
    """Paths of what identifies a record. A record comes again if key and content are the same. Without it the
    content alone counts, and equal records of one response are different ones."""
    lookback: float | timedelta | str | None
    """How many seconds before the offset each poll asks again, for records that are committed late. What was
    delivered is dropped. Default: ``0``."""
    lag: float | timedelta | str | None
    """Records younger than so many seconds are left for a later poll, for APIs whose newest records are not
    complete yet. Measured by the API's own clock, if its responses have a ``Date`` header. Default: ``0``."""
    window_step: float | timedelta | str | None
    """``offsetType=window``: maximum length of a slice from ``{windowStart}`` to ``{windowEnd}``, in seconds. The
    newest slice ends now, less ``lag``, and is shorter. Default: up to now."""
    on_cursor_expired: Literal["fail", "restart"] | None
    """When the API refuses the stored cursor (400, 404, 410) twice, five seconds apart: fail the query, or begin
    again at ``initialOffset``; records that are remembered are dropped. A refused page token begins the
    traversal again, whatever this option says. Default: ``fail``."""
    pagination: Literal["none", "link", "nextUrl", "cursor", "page", "offset", "auto"] | None
    """How the pages of one poll follow each other: ``link`` (header ``Link``, ``rel="next"``), ``nextUrl`` (an
    address in the response), ``cursor`` (a token), ``page`` (a number), ``offset`` (a count of records), or
    ``auto``: as the first response shows. Default: ``none``."""
    next_field: str | None
    """Path of the next address or token: in the response, or for ``cursor`` else in the last record;
    ``links[rel=next].uri`` selects from an array; or ``header:<Name>``."""
    has_more_field: str | None
    """Path of a value that is false, 0, null or absent on the last page; with ``!`` before it, true."""
    total_field: str | None
    """Path of the number of all records. If the pages hold fewer, the poll fails (``PAGES_END_EARLY``): leave the
    option out if the number is an estimate."""
    page_param: str | None
    """Query parameter of the page, offset or cursor. Default: ``page``, ``offset``, ``cursor``; none if ``{page}``
    or ``{cursor}`` stands in the request."""
    page_size_param: str | None
    """Query parameter of the page size."""
    page_size: int | None
    """Records asked for per page; ``{pageSize}`` in the request."""
    start_page: int | None
    """Number of the first page. Default: 1; for ``offset`` 0."""
    max_pages_per_poll: int | None
    """Pages asked for in a row; the next poll goes on at once, nothing is lost. Default: ``100``."""
    reanchor_after: int | None
    """With ``order=asc``: records after which the next request begins at the offset reached instead of a further
    page, below the depth that the API allows."""
    page_interval: float | timedelta | str | None
    """Seconds between two requests of one poll. Default: ``0``."""
    allowed_hosts: Sequence[str] | str | None
    """Hosts in addition to that of ``url``: ``name``, ``name:port``, or ``*.domain``. Next URLs and redirects that
    lead there are followed without credentials. A placeholder in the host or port of ``url``, and an
    ``initialUrl`` of another origin, get credentials only for these hosts."""
    allow_private_hosts: bool | None
    """``false`` refuses every request, redirects and next URLs included, to a host that has a private, loopback,
    link-local, shared (CGNAT), multicast or reserved IP address, or whose name does not resolve. The connection
    goes to an address that was checked. A ``proxy`` resolves names by itself: it has to refuse them too, and
    must be a public host itself unless the operator's policy names it. Default: ``true``."""
    streaming_interval: float | timedelta | str | None
    """Seconds between two polls, also over a restart. With 0 a poll that brought records is followed by the next
    at once. Default: ``10``."""
    max_buffered_bytes: int | str | None
    """How far polling may run ahead of the query. Checked between pages. Default: ``256m``."""
    max_retries: int | None
    """Further tries within a poll, all its pages together, after a status that may pass (``retryStatusCodes``) or
    a broken connection. A ``POST`` or ``PATCH`` whose connection broke after it was sent is not repeated within
    the poll. Default: ``3``."""
    retry_backoff: float | timedelta | str | None
    """Seconds of the first backoff; it doubles with each try, with full jitter. ``Retry-After`` and rate-limit
    headers are obeyed. Default: ``1``."""
    on_error: Literal["retry", "row", "fail"] | None
    """A failed poll: ``retry`` (default) makes no batch, keeps the offset, and polls again at the next interval;
    ``fail`` fails the query. A failed call of a batch read with an input: ``row`` (default) is a row with a
    null ``output`` and an ``error``; ``fail`` fails the job."""
    max_requests_per_trigger: int | None
    """Requests that ``Trigger.AvailableNow`` and ``Once`` may make, retries included, before they end as if all
    were there; the next run goes on. Default: no limit."""
    max_request_rate: str | None
    """Most requests in any stretch of time, e.g. ``100/h``, ``5/s``, ``100/3.6s``: pages, retries and schema
    inference included, over all executors and over restarts. Default: no limit."""
    rate_limit_remaining_header: str | None
    """Response header with the number of requests that are left; ``used/limit`` is understood. At 0 the next
    request waits for the reset. Default: the usual names."""
    rate_limit_reset_header: str | None
    """Response header that tells when there are requests again: epoch seconds or milliseconds, seconds from now,
    an ISO or an HTTP date. Default: the usual names."""
    rate_limit_max_wait: float | timedelta | str | None
    """The longest wait, in seconds, that a response can ask for, by ``Retry-After`` or otherwise. Default: ``1h``."""
    retry_status_codes: str | None
    """Status codes that may pass, such as ``404,5xx,!501``. Without this option a ``POST`` or ``PATCH`` is
    repeated only after 408, 429, 503 or a ``Retry-After``. A 403 with a ``Retry-After`` or an exhausted quota
    counts as 429. Default: ``408,429,5xx``."""
    conditional_requests: bool | None
    """Sends the ``ETag`` (or ``Last-Modified``) of a complete answer back when the same is asked again; 304 then
    means nothing new. Asked in full every ten minutes all the same. Default: ``true``."""
    auth_type: Literal["None", "Basic", "Bearer", "ApiKey", "OAuth1", "OAuth2"] | None
    """How requests are authenticated. A secret may be given as ``env:NAME`` or ``file:PATH``; it is read on the
    driver and on executors. Default: ``None``."""
    user_id: str | None
    """User of ``Basic``, and of the OAuth2 grant ``password``. Never printed."""
    user_password: str | None
    """Password of ``userId``; may be empty for ``Basic``. Never printed."""
    oauth_token: str | None
    """Token of ``Bearer``, or of ``OAuth1``, where it may be left out. Never printed."""
    auth_scheme: str | None
    """The word before the token of ``Bearer`` and ``OAuth2``, e.g. ``SSWS``; one that ends with ``=`` has no blank
    after it: ``Token token=``. Default: ``Bearer``."""
    api_key: str | None
    """Key of ``ApiKey``. Never printed."""
    api_key_name: str | None
    """Name of the header, query parameter or cookie of ``ApiKey``. Default: ``X-API-Key``."""
    api_key_in: Literal["header", "query", "cookie"] | None
    """Where the key of ``ApiKey`` is sent. Default: ``header``."""
    oauth_consumer_key: str | None
    """Consumer key of ``OAuth1`` (RFC 5849). Never printed."""
    oauth_consumer_secret: str | None
    """Consumer secret of ``OAuth1``; with ``RSA-SHA1`` the private key as PEM, best as ``file:PATH``. Never
    printed."""
    oauth_token_secret: str | None
    """Secret of the token of ``OAuth1``. Never printed."""
    oauth_signature_method: Literal["HMAC-SHA1", "HMAC-SHA256", "RSA-SHA1", "PLAINTEXT"] | None
    """How ``OAuth1`` signs. Default: ``HMAC-SHA1``."""
    oauth_realm: str | None
    """Realm of ``OAuth1``, if the API wants one."""
    oauth2_token_url: str | None
    """Address of the token endpoint of ``OAuth2`` (RFC 6749)."""
    oauth2_grant_type: Literal["client_credentials", "refresh_token", "password"] | None
    """What ``OAuth2`` asks for a token with. ``refresh_token`` is asked by the driver alone. Default:
    ``client_credentials``."""
    oauth2_client_id: str | None
    """Client of ``OAuth2``. Never printed."""
    oauth2_client_secret: str | None
    """Secret of the client; a public client has none. Never printed."""
    oauth2_client_auth: Literal["header", "body"] | None
    """Where the client's secret is sent: in ``Authorization``, or as ``client_secret`` in the body. Default:
    ``header``."""
    oauth2_scope: str | None
    """Scopes to ask for, with blanks between them."""
    oauth2_params: Mapping[str, str] | str | None
    """Further fields of the token request as a JSON object, e.g. ``audience``. Never printed."""
    oauth2_refresh_token: str | None
    """The refresh token to begin with. Never printed."""
    oauth2_token_store: str | None
    """A file of the driver's, to be readable by its owner alone, for the refresh token that the server gives in
    place of ``oauth2RefreshToken``."""
    tls_ca_file: str | None
    """PEM file of the certificate authorities that are trusted instead of the JVM's. As all files here it is read
    on the driver and on executors."""
    tls_cert_file: str | None
    """PEM file of the client's certificate, with those between it and its authority after it."""
    tls_key_file: str | None
    """PEM file of the private key of ``tlsCertFile``: PKCS#8, PKCS#1 or SEC 1."""
    tls_key_password: str | None
    """Password of ``tlsKeyFile``, or of the key in ``tlsKeyStore`` if it has one of its own. Never printed."""
    tls_key_store: str | None
    """Key store with the client's certificate and key, instead of PEM files."""
    tls_key_store_password: str | None
    """Password of ``tlsKeyStore``. Never printed."""
    tls_key_store_type: str | None
    """Type of ``tlsKeyStore``: ``PKCS12``, ``JKS``. Default: found out."""
    tls_trust_store: str | None
    """Key store of the certificate authorities that are trusted, instead of ``tlsCaFile``."""
    tls_trust_store_password: str | None
    """Password of ``tlsTrustStore``. Never printed."""
    tls_trust_store_type: str | None
    """Type of ``tlsTrustStore``: ``PKCS12``, ``JKS``. Default: found out."""
    infer_schema: bool | None
    """``true``: a column ``output STRUCT<…>`` inferred from one response. ``false``: ``output STRING``, the
    record's own JSON text. A schema of your own wins over both. Default: ``true``."""
    output_type: Literal["struct", "string", "variant"] | None
    """Type of the column ``output``: ``struct`` is inferred, ``string`` is the record's own JSON text, ``variant``
    needs Spark 4. Nothing is asked for at ``load()`` but for ``struct``. Default: ``struct``, or ``string``
    with ``inferSchema=false``."""
    schema_hints: str | None
    """Types that inference is told, paths within the record first: ``id BIGINT, user.born DATE, tags MAP<STRING,
    STRING>``; ``element``, ``key`` and ``value`` lead into arrays and maps. A field that was not found is
    added."""
    schema_location: str | None
    """A folder, on storage that driver and executors share, where an inferred schema is kept: with it nothing is
    asked for at the next ``load()``. One for each stream."""
    schema_evolution_mode: Literal["addNewColumns", "rescue", "failOnNewColumns", "none"] | None
    """What happens when a record has a field that the schema lacks. ``addNewColumns``: the query fails once the
    schema with it is stored in ``schemaLocation``, and goes on with it when it is started again, from the same
    records; ``rescue``: it goes to the rescued data column; ``failOnNewColumns``: the query fails; ``none``: it
    is ignored. Default: ``addNewColumns`` with ``schemaLocation``, else ``none``."""
    rescued_data_column: str | None
    """A column of this name gets a JSON object with those fields of a record that the schema lacks or whose value
    does not fit its type; null if there are none. It stands beside ``output``, or beside the columns of your
    schema. Default: none; ``_rescued_data`` with ``schemaEvolutionMode=rescue``."""
    input_data: Sequence[Mapping[str, object]] | Mapping[str, Sequence[object]] | str | None
    """The input rows as JSON: an array of objects, or an object of arrays. A batch read makes one call per row,
    and each row comes back beside its own result; with ``streaming=true`` each row is an endpoint that is
    polled with an offset of its own. Never printed."""
    input: DataFrame | str | None
    """The input rows: name of a temporary view or table; in Python a DataFrame too. They pass through the driver;
    a stream reads them when its query starts."""
    partitions: int | None
    """Tasks that make the calls, or poll the endpoints. Default: ``2``."""
    concurrency: int | None
    """Requests in flight at once, in each task. Default: ``8``, in a stream ``64``."""
    cookie: str | None
    """Sent as the header ``Cookie``: ``name=value``, several with ``; `` between them. Never printed."""
    include_inputs_in_output: bool | Literal["Y", "N"] | None
    """Whether the input columns stand before ``output``. Default: ``Y``."""


class StreamOptions(Options, total=False):
    """Options of ``read_rest_stream``."""

    catch_up_interval: float | timedelta | str | None
    """Seconds to the next poll while the API shows that more is waiting, also after ``maxPagesPerPoll`` pages.
    Default: ``streamingInterval``; after ``maxPagesPerPoll`` pages none."""
    batch_size: int | None
    """Most records of a micro-batch, 0 for no limit. A larger page is delivered over several batches. Default:
    ``1000``."""
    max_bytes_per_batch: int | str | None
    """Most bytes of a micro-batch; a record is never cut. Default: ``128m``."""
    retain_batches: int | None
    """Consumed batches whose pages are kept in the page log. Default: ``2``."""
    endpoint_retention: float | timedelta | str | None
    """Seconds for which the progress of an endpoint is kept after it left the input, counted from the first start
    of the query without it. If it comes back later, it begins at ``initialOffset``. Default: ``30d``."""
    page_log_location: str | None
    """Where the page log is kept, on storage that driver and executors share; default: the source's folder in the
    checkpoint. One folder for one query."""
    max_consecutive_errors: int | None
    """Polls that may fail in a row before the query fails; default: no limit."""


class BatchOptions(Options, total=False):
    """Options of ``read_rest``."""

    query_type: Literal["querystring", "inline"] | None
    """How the input columns get into a request without a body: ``querystring`` appends each as a parameter,
    ``inline`` fills placeholders such as ``{id}`` only. Default: ``inline`` if a placeholder names an input
    column, else ``querystring``."""
    post_input_format: Literal["json", "form"] | None
    """How the input columns become the body of POST, PUT and PATCH, unless there is a ``body``: a JSON object, or
    a form. Default: ``json``."""
    call_strictly_once: bool | Literal["Y", "N"] | None
    """``Y``: each row is called once and never again, for the schema, for later actions, and if a task is lost or
    runs twice; the results are kept on the driver. A call whose result was lost with its task has an ``error``.
    Default: ``N``."""
    schema_sample_pcnt: int | None
    """Percent of the input rows that are called to infer the schema: at least 3, at most 100 rows. Default:
    ``30``."""
