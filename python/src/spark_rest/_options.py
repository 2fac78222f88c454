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
    """HTTP method. Default: ``POST`` if there is a ``body`` or a batch read has an input, ``GET`` otherwise."""
    headers: Mapping[str, str] | str | None
    """Request headers as a JSON object. Values may contain placeholders. ``User-Agent`` is ``spark-rest/VERSION``
    unless you set it. Never printed."""
    params: Mapping[str, str] | str | None
    """Query parameters as a JSON object, appended to ``url``. Values may contain placeholders. Never printed."""
    body: Mapping[str, object] | Sequence[object] | str | None
    """Template of the request body. Only known placeholders are replaced; other braces stay. In JSON, a
    placeholder within quotes is escaped. Outside quotes it becomes a value: its text if that is JSON, ``null``
    if it is empty, a string otherwise. Never printed."""
    body_format: Literal["json", "form"] | None
    """Format of ``body``. With ``form``, ``body`` is a JSON object of names and templates, which is sent as
    ``application/x-www-form-urlencoded``. Default: ``json``."""
    graphql_query: str | None
    """A GraphQL query. It is sent as a ``POST`` with ``graphqlVariables``, and a response with ``errors`` is an
    error. If the query reads one list with ``nodes`` or ``edges``, ``dataField`` is its path; if it also reads
    ``pageInfo { endCursor }``, the pages of the list are followed. Options that you set have precedence."""
    graphql_variables: Mapping[str, object] | Sequence[object] | str | None
    """Variables of ``graphqlQuery`` as a JSON object. Values may contain placeholders. A value that is one
    placeholder gets the declared type: ``{"first": "{pageSize}"}`` sends a number for ``$first: Int!``. A text
    that is an empty placeholder is left out. ``{cursor}`` is the cursor of the page. Never printed."""
    initial_url: str | None
    """URL of requests that are sent before there is an offset. Default: ``url``."""
    initial_body: Mapping[str, object] | Sequence[object] | str | None
    """Body of requests that are sent before there is an offset. Default: ``body``. Never printed."""
    connect_timeout: float | timedelta | str | None
    """Seconds to wait for a connection. A bare number is milliseconds if you use the old name
    ``connectionTimeout``. Default: ``10``."""
    read_timeout: float | timedelta | str | None
    """Seconds to wait for the head of a response, and for each further piece of its body. In a batch read with an
    input, a bare number is milliseconds, as in older sources. ``5s`` and ``500ms`` have the same meaning
    everywhere. Default: ``60``."""
    response_timeout: float | timedelta | str | None
    """Seconds for one response, from sending the request to the last byte of the body. It stops a server that
    sends a byte now and then, which ``readTimeout`` never does. Raise it for longer downloads. Default: ``1h``."""
    proxy: str | None
    """Proxy for all requests, as ``http://host:port``. HTTPS requests use ``CONNECT``. Default: the settings of
    the JVM (``http.proxyHost``, ``https.proxyHost``, ``http.nonProxyHosts``)."""
    proxy_user: str | None
    """User for ``proxy`` (Basic authentication)."""
    proxy_password: str | None
    """Password of ``proxyUser``. It may be empty. Never printed."""
    data_field: Sequence[str] | str | None
    """Path of the records, e.g. ``data`` or ``result.items``, or several paths with commas between them.
    ``rates.*`` leads to each member of an object. Put names with dots in double quotes. A response that is an
    array needs no path. If you do not set this option and ``data`` is absent, a response with exactly one array
    of objects uses that array. Default: ``data``."""
    response_format: Literal["auto", "json", "ndjson", "columns", "csv", "xml", "binary"] | None
    """Format of responses. ``auto`` is JSON, or NDJSON by ``Content-Type``. ``ndjson`` is one record per line.
    ``columns`` is JSON with an object of arrays at ``dataField``, one array per column. ``csv`` takes the
    options of ``spark.read.csv``. ``xml`` takes those of ``spark.read.xml``, with ``rowTag``, and needs Spark
    4. ``binary`` makes one record of the body: ``content BINARY``, ``contentType STRING``, ``length BIGINT``.
    Default: ``auto``."""
    save_to: str | None
    """Folder for the bodies of ``responseFormat=binary``, as a URL with its scheme, e.g. ``s3a://bucket/files``.
    The executors write each body to a file there, and its row has ``path STRING``, ``contentType STRING``,
    ``length BIGINT`` and ``sha256 STRING`` in place of the content. A body may then be larger than the memory.
    The name of a file is its SHA-256."""
    record_fields: Sequence[str] | str | None
    """Names for the elements of records that are arrays, e.g. ``icao24,callsign``. The records become objects.
    With ``responseFormat=csv``: the names of the columns."""
    added_fields: Mapping[str, str] | str | None
    """Fields to add to each record, as a JSON object of names and paths, e.g. ``{"city": "cities[].name"}``. A
    path begins at the root of the response, and follows ``dataField`` to the element that contains the record.
    ``{key}`` is the name that a ``*`` in ``dataField`` stands for. ``{path}`` is the path in ``dataField`` that
    led to the record. A record that is not an object becomes the field ``value``."""
    empty_status_codes: str | None
    """Status codes of responses without records, e.g. ``204,404``. Default: ``204,304``."""
    empty_when: str | None
    """Condition for a response without ``dataField`` that has no records. Write ``path=value``, e.g.
    ``meta.result_count=0``. A path alone means that its value exists and is not null."""
    error_when: str | None
    """Condition for a successful response that is an error. Write ``path=value``, e.g. ``ok=false``. A path alone
    means that its value exists and is not null."""
    max_response_bytes: int | str | None
    """Maximum size of a response after decoding (``Content-Encoding``). A larger response fails the query. Memory
    does not grow with the response, but a single record may take at most an eighth of the JVM's memory.
    Default: ``1g``."""
    streaming: bool | None
    """Required as ``true`` on ``readStream`` with an input: each row is then an endpoint. Without an input it has
    no effect."""
    offset_type: Literal["timestamp", "cursor", "incremental", "max_field", "window", "snapshot", "queue"] | None
    """How progress is tracked. ``timestamp``: a value of the response, or the maximum over its records.
    ``cursor``: a value of the response, or of the last record. ``incremental``: the maximum over the records;
    the next request carries it plus 1. ``max_field``: the maximum over the records; numbers are compared as
    numbers, instants as instants, other text as text. ``window``: consecutive slices of time from
    ``{windowStart}`` to ``{windowEnd}``, also if they are empty. ``snapshot``: each poll reads the whole list;
    with ``recordKey``, only new and changed records are delivered. ``queue``: the API returns records until
    they are acknowledged (``ackUrl``), and perhaps once more after that; each ``recordKey`` is delivered once.
    Default: ``timestamp``."""
    offset_field: str | None
    """Path of the field that tracks progress, ``header:<Name>``, or ``link:<rel>``. With ``link:<rel>`` the offset
    is the next URL itself. Default: ``timestamp``."""
    initial_offset: str | int | float | datetime | None
    """Value of the very first request. Default: ``0``, and the empty text for ``cursor``. ``latest`` starts with
    records that appear from now on. The value is sent, but never compared with values of records."""
    offset_pick: Literal["max", "last", "first"] | None
    """Record that the offset is taken from. Default: ``max``, and ``last`` for ``cursor``."""
    offset_format: str | None
    """Format of the times that the API sends: ``epoch_s``, ``epoch_ms``, ``iso``, or a pattern of
    ``DateTimeFormatter``. Default: recognized from the values."""
    request_offset_format: str | None
    """Format of the times that the API expects in a request. Default: the offset as the API spelled it."""
    order: Literal["auto", "asc", "desc", "none"] | None
    """Order of the records by ``offsetField``. With pagination, the offset moves after the last page. ``asc`` with
    ``boundary=inclusive`` or ``offsetType=incremental``: the offset moves after each page, and the next request
    begins there, so no record is lost if the list changes meanwhile. ``desc`` (newest first): reading stops at
    the first record that is older than the offset. Default: ``auto``."""
    boundary: Literal["auto", "inclusive", "exclusive"] | None
    """Whether the API sends the record at the offset again. ``auto`` and ``inclusive`` drop records at the
    boundary that were delivered and return with the same content. ``exclusive`` drops no record, and
    ``incremental`` then sends the maximum itself. Default: ``auto``."""
    record_key: Sequence[str] | str | None
    """Paths of the fields that identify a record. A record is a repetition if its key and its content are the
    same; with ``offsetType=queue``, if its key is the same. Without this option only the content counts, and
    equal records in one response are different records."""
    lookback: float | timedelta | str | None
    """Seconds before the offset at which each poll begins, for records that are committed late. Records that were
    delivered before are dropped. Default: ``0``."""
    lag: float | timedelta | str | None
    """Minimum age of a record in seconds. Younger records wait for a later poll. Set it for APIs whose newest
    records are incomplete. The age is measured by the API's clock if its responses have a ``Date`` header.
    Default: ``0``."""
    window_step: float | timedelta | str | None
    """Maximum length of a slice in seconds, with ``offsetType=window``. The newest slice ends at the present minus
    ``lag`` and may be shorter. Default: no maximum."""
    window_align: bool | None
    """Whether slices are whole: each ends at a multiple of ``windowStep``, and is requested only when it is over.
    Steps of whole days begin at midnight in ``timeZone``, weeks on Monday; shorter steps count from midnight
    UTC. For reports per hour or day. Default: ``false``."""
    window_end_inclusive: bool | None
    """Whether the API includes the whole unit of ``requestOffsetFormat`` that ``{windowEnd}`` names, e.g. the
    whole day. Then it is sent one unit of ``requestOffsetFormat`` earlier: the day before for ``yyyy-MM-dd``, a
    second for ``epoch_s``, a millisecond for ``iso`` and ``epoch_ms``. Default: ``false``."""
    available_until_field: str | None
    """Place of a time until which the API's data are complete: a path in the response, or ``header:<Name>``. The
    next slice begins there at the latest. With ``windowEndInclusive`` it is the last complete unit."""
    on_cursor_expired: Literal["fail", "restart"] | None
    """What happens when the API refuses the stored cursor twice (``expiredStatusCodes``), five seconds apart.
    ``fail`` fails the query. ``restart`` begins again at ``initialOffset``, and drops records that are still
    remembered. A refused page token always restarts the traversal. Default: ``fail``."""
    read_changes: bool | None
    """Whether a stream names the change that each row stands for. It adds the metadata columns ``_change_type``
    (``insert``, ``update_postimage``, ``delete``), ``_commit_version`` and ``_commit_timestamp``, and a batch
    never ends inside a commit. With ``offsetType=snapshot``, which then needs ``recordKey``, a record that
    disappeared is delivered as ``delete``. Needs Spark 4. Once a checkpoint has it, it stays on. Default:
    ``false``."""
    deleted_after: int | None
    """Number of complete traversals in a row that lack a record before it counts as deleted, with
    ``offsetType=snapshot`` and ``readChanges=true``. Default: ``1`` without pagination and with
    ``pagination=cursor``, otherwise ``2``: a record can move to a page that was already read, and the URL of a
    next page may have the number of that page. If the tokens of a cursor are numbers of pages or records, set
    ``2``."""
    deleted_when: str | None
    """Condition for a record that the API marks as deleted, with ``readChanges=true``. Write ``path=value``, e.g.
    ``deleted=true``. A path alone, e.g. ``"@removed"``, means that its value exists and is not null."""
    ack_url: str | None
    """URL of the request that tells a queue which records are stored, with ``offsetType=queue``. A stream sends it
    after it has stored the records, and again until it succeeds. Placeholders are fields of the record, such as
    ``{ackId}`` or ``{message.id}``, and columns of the input. The ``headers`` and the credentials are those of
    ``url``. With a placeholder in ``ackUrl`` each record has its own request. The status 404 or 410, or a
    status in ``expiredStatusCodes`` if you set that option, means that the queue no longer knows the records,
    and counts as success."""
    ack_method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None
    """HTTP method of ``ackUrl``. Default: ``POST``."""
    ack_body: Mapping[str, object] | Sequence[object] | str | None
    """JSON body of ``ackUrl``, with the same placeholders. An array element with a placeholder is repeated for
    each record: ``{"ackIds": ["{ackId}"]}``. A placeholder without quotes is a value of its type:
    ``{"partition": {partition}}``. Never printed."""
    ack_size: int | None
    """Maximum number of records in one request to ``ackUrl``. Set it to the limit of the API. Default: ``500``."""
    job_done_when: Sequence[str] | str | None
    """Conditions for a job that is done, e.g. ``state=JobComplete``, as for ``errorWhen``; one is enough. The
    option turns jobs on: each poll creates a job by a ``POST``, requests its status until it is done, and then
    reads its records. ``url`` contains ``{job}``, or ``jobResultField`` names the URL of the file.
    ``emptyWhen`` may name a status that means that the job found no record."""
    job_failed_when: Sequence[str] | str | None
    """Conditions for a job that failed, e.g. ``state=Failed,state=Aborted``; one is enough. Then a new job is
    created, as often as ``maxRetries`` allows. Any other status means that the job is running."""
    job_url: str | None
    """URL of the ``POST`` that creates a job, with the placeholders of ``url``. It has the origin of ``url``.
    Default: ``url``."""
    job_body: Mapping[str, object] | Sequence[object] | str | None
    """Template of the body that creates a job, with the rules of ``body``. Without ``{offset}``, ``{windowStart}``
    or another placeholder of the offset, each job has the same records. Never printed."""
    job_id_field: str | None
    """Place of the id in the response that creates a job: a path, or ``header:<Name>``. The id replaces ``{job}``.
    If it is a URL, as in ``header:Location``, that URL returns the status. Default: ``id``."""
    job_status_url: str | None
    """URL of the status of a job, with ``{job}``. Default: the path of ``jobUrl`` and ``/{job}``; with
    ``jobStatusBody`` the same as ``jobUrl``."""
    job_status_body: Mapping[str, object] | Sequence[object] | str | None
    """Template of the body of status requests, with ``{job}``. They are a ``POST`` then, as GraphQL needs, and
    otherwise a ``GET``. Never printed."""
    job_result_field: str | None
    """Path of the URL of the file with the records, in the status of a job that is done. Null means that the job
    found no record. The URL is requested once, by a ``GET``. On another host it needs ``allowedHosts``, and
    gets no credentials."""
    job_result_url: str | None
    """URL of one more request, whose response contains ``jobResultField``. Placeholders are ``{job}`` and the
    paths of fields of the status, e.g. ``https://api.example.com/documents/{reportDocumentId}``."""
    job_poll_interval: float | timedelta | str | None
    """Seconds between two status requests. No task waits in between. Default: ``10``."""
    job_timeout: float | timedelta | str | None
    """Seconds from the creation of a job until it must be done. Later the job counts as failed. The connector does
    not cancel it at the API. Default: ``1d``."""
    pagination: Literal["none", "link", "nextUrl", "cursor", "page", "offset", "auto"] | None
    """How a response names the next page: ``link`` (header ``Link``, ``rel="next"``), ``nextUrl`` (a URL in the
    response), ``cursor`` (a token), ``page`` (a page number), ``offset`` (a number of records), or ``auto``
    (the usual names of the first three, in each response). With ``auto``, a token needs ``pageParam``, or
    ``{cursor}`` in the request. Default: ``none``."""
    next_field: str | None
    """Path of the next URL or token in the response, ``header:<Name>``, or ``link:<rel>``. For ``cursor``, the
    last record is searched if the response has no such value. ``links[rel=next].uri`` selects an element of an
    array."""
    has_more_field: str | None
    """Path of a value that is false, 0, null or absent on the last page, or ``header:<Name>``. Prefix it with
    ``!`` for a value that is true on the last page."""
    total_field: str | None
    """Path of the total number of records. A poll whose pages hold fewer records fails with
    ``REST_PAGES_END_EARLY``. Do not set this option if the number is an estimate. With a ``[]`` or ``*`` in
    ``dataField``, it is the number of elements there: of carts for ``carts[].lines``. The same holds for
    ``pageSize``, ``reanchorAfter`` and ``pagination=offset``."""
    page_param: str | None
    """Query parameter of the page, offset or cursor. Default: ``page``, ``offset`` or ``cursor``; none if the
    request contains ``{page}`` or ``{cursor}``."""
    page_size_param: str | None
    """Query parameter of the page size."""
    page_size: int | None
    """Records per page to request. ``{pageSize}`` in a request is replaced by it."""
    start_page: int | str | None
    """Number of the first page. Default: 1, and 0 for ``offset``. With ``cursor``: the token of the first page,
    such as ``*``, or ``{offset}`` if the API takes the offset and the page token in one parameter. Default:
    none."""
    expired_status_codes: str | None
    """Status codes that may mean that a cursor or page token has expired, e.g. ``400,410,412,422``. Default:
    ``400,404,410``."""
    expired_offset_field: str | None
    """Place of the cursor from which the stream goes on after the API refused the stored cursor twice: a path in
    the body of that response, ``header:<Name>`` such as ``header:Location``, or ``link:<rel>``. A warning names
    both cursors. If the response has no such value, ``onCursorExpired`` applies."""
    max_pages_per_poll: int | None
    """Maximum number of pages in one poll. The next poll continues at once, so no record is lost. Default:
    ``100``."""
    reanchor_after: int | None
    """Number of records after which the next request begins at the offset reached, instead of reading a further
    page. It needs ``order=asc``. Unless the bound is known to be inclusive, the request begins at the greatest
    value below, because records with an equal value may follow. Set it below the depth that the API allows."""
    page_interval: float | timedelta | str | None
    """Seconds between two requests of one poll. Default: ``0``."""
    pages_in_flight: int | None
    """Maximum number of requests of one poll at the same time. Above 1, ``page`` and ``offset`` need ``order=asc``
    (new records appear at the end) or ``offsetType=window``. Without pagination it applies to slices of
    ``windowStep`` that are over. For ``link``, ``nextUrl``, ``cursor`` and ``auto`` the next request is sent as
    soon as its token has been read, before the page counts. It cannot be combined with ``pageInterval``.
    Default: ``1``."""
    allowed_hosts: Sequence[str] | str | None
    """Hosts in addition to the host of ``url``: ``name``, ``name:port``, or ``*.domain``. Next URLs and redirects
    to these hosts are followed without credentials. Only these hosts get credentials if the host or port of
    ``url`` contains a placeholder, or if ``initialUrl`` has another origin."""
    allow_private_hosts: bool | None
    """Whether requests may reach hosts that are not public. ``false`` refuses a host whose IP address is private,
    loopback, link-local, shared (CGNAT), multicast or reserved, and a name that does not resolve. Redirects and
    next URLs are checked too. The connection uses the IP address that was checked. A ``proxy`` resolves names
    itself, so it must refuse such hosts too. The proxy must be public, unless the operator's policy names it.
    Default: ``true``."""
    streaming_interval: float | timedelta | str | None
    """Seconds between two polls, also across a restart. With 0, a poll with records is followed by the next poll
    at once. Default: ``10``."""
    max_buffered_bytes: int | str | None
    """Bytes that polling may read ahead of the query. Checked between pages. Default: ``256m``."""
    max_retries: int | None
    """Number of retries in one poll, all its pages together. Retried are transient status codes
    (``retryStatusCodes``) and broken connections. A ``POST`` or ``PATCH`` is not retried within the poll if its
    connection broke after it was sent, except with ``offsetType=queue``, and for the requests about a job.
    Default: ``3``."""
    retry_backoff: float | timedelta | str | None
    """Seconds of the first backoff. It doubles with each retry, with full jitter. ``Retry-After`` and rate-limit
    headers are respected. Default: ``1``."""
    on_error: Literal["retry", "row", "fail"] | None
    """Action after a failed poll or call. Polls: ``retry`` (default) makes no batch, keeps the offset, and polls
    again after the interval; ``fail`` fails the query. Calls of a batch read with an input: ``row`` (default)
    makes a row with a null ``output`` and an ``error``; ``fail`` fails the job."""
    max_requests_per_trigger: int | None
    """Maximum number of requests, retries included, of one run with ``Trigger.AvailableNow`` or ``Once``. The run
    then ends as if it had read all records, and the next run continues. Default: no limit."""
    max_request_rate: str | None
    """Maximum request rate, e.g. ``100/h``, ``5/s``, ``100/3.6s``. It holds in any period of that length, over all
    executors and across restarts. Pages, retries and schema inference count. Default: no limit."""
    rate_limit_remaining_header: str | None
    """Response header with the number of requests left, or with ``used/limit``. At 0 the next request waits for
    the reset. Default: the usual names."""
    rate_limit_reset_header: str | None
    """Response header with the time at which requests are available again: epoch seconds or milliseconds, seconds
    from now, an ISO date or an HTTP date. Default: the usual names."""
    rate_limit_max_wait: float | timedelta | str | None
    """Longest wait, in seconds, that a response can impose by ``Retry-After`` or rate-limit headers. Default:
    ``1h``."""
    rate_limit_when: str | None
    """Condition for a response that reports a used-up quota in its body, whatever its status. Write
    ``path=value``, e.g. ``errors[0].extensions.code=THROTTLED``, as for ``errorWhen``. The request is sent
    again later, a ``POST`` too."""
    retry_status_codes: str | None
    """Status codes that are transient, e.g. ``404,5xx,!501``. If you do not set this option, a ``POST`` or
    ``PATCH`` is retried only after 408, 429, 503 or a ``Retry-After``. A 403 with a ``Retry-After`` or an
    exhausted quota counts as 429. Default: ``408,429,5xx``."""
    conditional_requests: bool | None
    """Send the ``ETag`` (or ``Last-Modified``) of a complete response when the same request is repeated. A 304
    then means no new records. Every ten minutes a request is sent without it. Default: ``true``."""
    auth_type: (
        Literal[
            "None", "Basic", "Digest", "Bearer", "ApiKey", "OAuth1", "OAuth2", "SigV4", "Session", "Signature", "Custom"
        ]
        | None
    )
    """How requests are authenticated. Secrets may be references: ``env:NAME``, ``file:PATH``, ``conf:KEY`` (a
    Spark setting) or ``hadoop:ALIAS`` (Hadoop's credential providers). The driver and the executors read them.
    Default: ``None``."""
    user_id: str | None
    """User of ``Basic``, of ``Digest``, of the OAuth2 grant ``password``, and of ``Session`` without a
    ``sessionBody``. Never printed."""
    user_password: str | None
    """Password of ``userId``. It may be empty for ``Basic`` and ``Digest``. Never printed."""
    oauth_token: str | None
    """Token of ``Bearer`` or ``OAuth1``. Optional for ``OAuth1``. Never printed."""
    auth_scheme: str | None
    """Word before the token of ``Bearer``, ``OAuth2`` and ``Session``, e.g. ``SSWS``. No blank follows a word that
    ends with ``=``, such as ``Token token=``. Default: ``Bearer``."""
    api_key: str | None
    """Key of ``ApiKey``, or ``{apiKey}`` in the templates of ``Signature``. Never printed."""
    api_key_name: str | None
    """Name of the header, query parameter, cookie or property of the body with the key of ``ApiKey`` or the token
    of ``Session``. Without it, the token of a ``Session`` follows ``authScheme`` in the header
    ``Authorization``. Default: ``X-API-Key``."""
    api_key_in: Literal["header", "query", "cookie", "body"] | None
    """Place of ``apiKeyName``. ``body`` is a property of a JSON object, or a field of a form. Default: ``header``."""
    oauth_consumer_key: str | None
    """Consumer key of ``OAuth1`` (RFC 5849). Never printed."""
    oauth_consumer_secret: str | None
    """Consumer secret of ``OAuth1``. With ``RSA-SHA1``, the private key as PEM, preferably as ``file:PATH``. Never
    printed."""
    oauth_token_secret: str | None
    """Secret of the token of ``OAuth1``. Never printed."""
    oauth_signature_method: Literal["HMAC-SHA1", "HMAC-SHA256", "RSA-SHA1", "PLAINTEXT"] | None
    """Signature method of ``OAuth1``. Default: ``HMAC-SHA1``."""
    oauth_realm: str | None
    """Realm of ``OAuth1``, if the API needs it."""
    oauth2_token_url: str | None
    """URL of the token endpoint of ``OAuth2`` (RFC 6749)."""
    oauth2_grant_type: Literal["client_credentials", "refresh_token", "password", "jwt_bearer"] | None
    """Grant type of ``OAuth2``. With ``refresh_token``, only the driver requests tokens. ``jwt_bearer`` sends a
    signed assertion (RFC 7523), as service accounts do. For another grant, set ``grant_type`` in
    ``oauth2Params``. Default: ``client_credentials``."""
    oauth2_client_id: str | None
    """Client of ``OAuth2``. Never printed."""
    oauth2_client_secret: str | None
    """Secret of the client. Omit it for a public client. Never printed."""
    oauth2_client_auth: Literal["header", "body", "private_key_jwt"] | None
    """How the client proves who it is: its secret in the ``Authorization`` header, its secret as ``client_secret``
    in the body, or an assertion that ``oauth2PrivateKey`` signs (RFC 7523). Default: ``header``."""
    oauth2_scope: str | None
    """Scopes to request, separated by blanks."""
    oauth2_params: Mapping[str, str] | str | None
    """Further fields of the token request as a JSON object, e.g. ``audience``. Never printed."""
    oauth2_private_key: str | None
    """Private key as PEM (RSA, EC or Ed25519), or the JSON file of a Google service account, preferably as
    ``file:PATH``. It signs the assertions of ``jwt_bearer`` and ``private_key_jwt``. Never printed."""
    oauth2_key_id: str | None
    """Name of the private key at the server, the ``kid`` of an assertion."""
    oauth2_claims: Mapping[str, str] | str | None
    """Claims of an assertion as a JSON object, e.g. ``sub``. They replace the defaults: ``iss`` and ``sub`` are
    the client (no ``sub`` with ``jwt_bearer``), ``aud`` is the token endpoint, and an assertion is valid for
    five minutes."""
    oauth2_headers: Mapping[str, str] | str | None
    """Headers of the token request as a JSON object. It gets none of ``headers`` except ``User-Agent``. Never
    printed."""
    oauth2_token_field: str | None
    """Path of the access token in the response of the token endpoint, e.g. ``data.token``. Default:
    ``access_token``."""
    oauth2_refresh_token: str | None
    """First refresh token. Never printed."""
    oauth2_token_store: str | None
    """File on the driver for the refresh token that the server issues in place of ``oauth2RefreshToken``. Only its
    owner must be able to read it."""
    aws_region: str | None
    """Region of the service that ``SigV4`` signs for (AWS Signature Version 4), e.g. ``eu-central-1``."""
    aws_service: str | None
    """Signing name of the service, e.g. ``execute-api`` for Amazon API Gateway, ``es`` for OpenSearch, ``s3``."""
    aws_access_key_id: str | None
    """Access key of ``SigV4``. Never printed."""
    aws_secret_access_key: str | None
    """Secret of the access key. Never printed."""
    aws_session_token: str | None
    """Session token of temporary credentials. Each poll reads ``file:PATH`` again, so that a process can renew the
    credentials. Never printed."""
    session_url: str | None
    """URL of the login request of ``Session``. It is a POST."""
    session_body: Mapping[str, object] | Sequence[object] | str | None
    """Body of the login request as a JSON object. Each text in it may be a reference, such as
    ``env:API_PASSWORD``. Without a body, the request carries ``userId`` and ``userPassword`` as ``Basic`` does.
    Never printed."""
    session_body_format: Literal["json", "form"] | None
    """Format of ``sessionBody``, as ``bodyFormat`` is for ``body``. Default: ``json``."""
    session_headers: Mapping[str, str] | str | None
    """Headers of the login request as a JSON object. Values may be references. The ``headers`` are not sent with
    it, except ``User-Agent``. Never printed."""
    session_token_field: str | None
    """Place of the token in the response to the login: a path such as ``credentials.token``, ``$`` for a body that
    is the token, or ``header:<Name>``. ``apiKeyName`` and ``apiKeyIn`` say where later requests have it.
    Default: the cookies that the response sets."""
    session_lifetime: float | timedelta | str | None
    """Seconds after which the connector logs in again. Default: when the API answers with 401."""
    session_ended_when: str | None
    """Condition on the JSON body of a response that means that the session has ended, though the status is not
    401. Write ``path=value``, e.g. ``error.code=119``. A path alone means that its value exists and is not
    null. Such a response is as a 401: the connector logs in again, once, and repeats the request."""
    signature_key: str | None
    """Secret with which ``Signature`` signs. Never printed."""
    signature_key_encoding: Literal["text", "hex", "base64"] | None
    """How ``signatureKey`` is written. With ``text``, its characters are the key. Default: ``text``."""
    signature_algorithm: Literal["HMAC-SHA256", "HMAC-SHA512", "HMAC-SHA384", "HMAC-SHA1", "HMAC-MD5"] | None
    """Algorithm of ``Signature`` (RFC 2104). Default: ``HMAC-SHA256``."""
    signature_encoding: Literal["hex", "base64", "base64url"] | None
    """How the signature and ``{bodyHash}`` are written. Default: ``hex``."""
    signature_template: str | None
    """Text that is signed. Placeholders: ``{method}``, ``{host}``, ``{path}``, ``{query}``, ``{target}`` (path and
    query), ``{body}``, ``{bodyHash}``, ``{timestamp}``, ``{nonce}``, ``{apiKey}``."""
    signature_headers: Mapping[str, str] | str | None
    """Headers of a signed request as a JSON object, with ``{signature}`` and the placeholders of
    ``signatureTemplate``. Values may be references. Never printed."""
    signature_params: Mapping[str, str] | str | None
    """Query parameters of a signed request, in the same form. Parameters without ``{signature}`` are part of the
    signed query. Never printed."""
    signature_time_format: str | None
    """Format of ``{timestamp}``, as for ``offsetFormat``: ``epoch_s``, ``epoch_ms``, ``iso`` or a pattern in UTC.
    Default: ``epoch_s``."""
    auth_class: str | None
    """Name of a class that implements ``io.github.sparkrest.auth.RequestSigner``, for ``Custom``. The class is
    created on each executor."""
    auth_settings: Mapping[str, str] | str | None
    """Settings of ``authClass`` as a JSON object. Values may be references. Never printed."""
    tls_ca_file: str | None
    """PEM file of the trusted certificate authorities, in place of the JVM's. Like all files here, it is read on
    the driver and on executors."""
    tls_cert_file: str | None
    """PEM file of the client's certificate, followed by the intermediate certificates."""
    tls_key_file: str | None
    """PEM file of the private key of ``tlsCertFile``: PKCS#8, PKCS#1 or SEC 1."""
    tls_key_password: str | None
    """Password of ``tlsKeyFile``, or of the key in ``tlsKeyStore`` if it differs from ``tlsKeyStorePassword``.
    Never printed."""
    tls_key_store: str | None
    """Key store with the client's certificate and key, in place of PEM files."""
    tls_key_store_password: str | None
    """Password of ``tlsKeyStore``. Never printed."""
    tls_key_store_type: str | None
    """Type of ``tlsKeyStore``: ``PKCS12`` or ``JKS``. Default: detected."""
    tls_trust_store: str | None
    """Key store of the trusted certificate authorities, in place of ``tlsCaFile``."""
    tls_trust_store_password: str | None
    """Password of ``tlsTrustStore``. Never printed."""
    tls_trust_store_type: str | None
    """Type of ``tlsTrustStore``: ``PKCS12`` or ``JKS``. Default: detected."""
    infer_schema: bool | None
    """Whether the schema is inferred. ``true``: a column ``output STRUCT<…>``, inferred from one response.
    ``false``: ``output STRING``, the JSON text of the record. A schema that you pass overrides both. Default:
    ``true``."""
    output_type: Literal["struct", "string", "variant"] | None
    """Type of the column ``output``: ``struct`` is inferred, ``string`` is the JSON text of the record,
    ``variant`` needs Spark 4. Only ``struct`` sends a request at ``load()``. Default: ``struct``, and
    ``string`` with ``inferSchema=false``."""
    schema_hints: str | None
    """Types for inference to use, as paths within the record: ``id BIGINT, user.born DATE, tags MAP<STRING,
    STRING>``. Use ``element``, ``key`` and ``value`` for the parts of arrays and maps. A field that inference
    did not find is added."""
    schema_location: str | None
    """Folder for the inferred schema, on storage that driver and executors share. Once it holds a schema,
    ``load()`` sends no request. Each stream needs a different folder."""
    schema_evolution_mode: Literal["addNewColumns", "rescue", "failOnNewColumns", "none"] | None
    """What happens when a record has a field that the schema lacks. ``addNewColumns``: the new schema is stored in
    ``schemaLocation`` and the query fails; after a restart the query continues with the new schema, at the same
    records. ``rescue``: the field goes to the rescued data column. ``failOnNewColumns``: the query fails.
    ``none``: the field is ignored. Default: ``addNewColumns`` with ``schemaLocation``, ``none`` otherwise."""
    rescued_data_column: str | None
    """Name of a column for a JSON object with the fields of a record that the schema lacks or whose values do not
    fit their types. It is null without such fields. The column is next to ``output``, or next to the columns of
    your schema. Default: no such column, and ``_rescued_data`` with ``schemaEvolutionMode=rescue``."""
    input_data: Sequence[Mapping[str, object]] | Mapping[str, Sequence[object]] | str | None
    """Input rows as JSON: an array of objects, or an object of arrays. A batch read makes one call per row and
    returns each row with its result. With ``streaming=true``, each row is an endpoint that is polled with a
    separate offset. Never printed."""
    input: DataFrame | str | None
    """Input rows: name of a temporary view or table, in Python also a DataFrame. They pass through the driver. A
    stream reads them when its query starts, and again with ``inputRefresh``."""
    partitions: int | None
    """Number of tasks that make the calls or poll the endpoints. Default: ``2``."""
    concurrency: int | None
    """Concurrent requests in each task. Default: ``8``, and ``64`` in a stream."""
    cookie: str | None
    """Value of the header ``Cookie``: ``name=value``, several separated by ``; ``. Never printed."""
    include_inputs_in_output: bool | Literal["Y", "N"] | None
    """Whether the result has the input columns, before ``output``. Default: ``Y``."""


class StreamOptions(Options, total=False):
    """Options of ``read_rest_stream``."""

    backfill_from: str | int | float | datetime | None
    """Time from which older records are read next to the live lane, with ``offsetType=window``: slices of
    ``windowStep`` from ``backfillFrom`` to ``initialOffset``, where the live lane begins. A backfill uses the
    requests that the live lane leaves. Written in ``requestOffsetFormat``, ``offsetFormat`` or ISO 8601.
    Default: no backfill."""
    backfill_order: Literal["desc", "asc"] | None
    """Order of the slices of a backfill. ``desc``: the newest slice first. ``asc``: the oldest slice first.
    Default: ``desc``."""
    catch_up_interval: float | timedelta | str | None
    """Seconds until the next poll while the API shows that more records are waiting, also after
    ``maxPagesPerPoll`` pages. Default: ``streamingInterval``, and no wait after ``maxPagesPerPoll`` pages."""
    batch_size: int | None
    """Maximum number of records in a micro-batch; 0 means no limit. A larger page is split over several batches.
    Default: ``1000``."""
    max_bytes_per_batch: int | str | None
    """Maximum number of bytes in a micro-batch. A record is never split. Default: ``128m``."""
    retain_batches: int | None
    """Number of consumed batches whose pages stay in the page log. Default: ``2``."""
    endpoint_retention: float | timedelta | str | None
    """Seconds for which the progress of an endpoint is kept after it left the input. They count from the moment
    when the query first misses the endpoint: at a start, or with ``inputRefresh`` at a reading of the input. An
    endpoint that returns later begins at ``initialOffset``. Default: ``30d``."""
    page_log_location: str | None
    """Folder of the page log, on storage that driver and executors share. Each query needs a different folder.
    Default: the folder of the source in the checkpoint."""
    max_consecutive_errors: int | None
    """Number of polls that may fail in a row before the query fails. Default: no limit."""
    input_refresh: float | timedelta | str | None
    """Seconds between two readings of ``input`` while a stream runs. A new row is a new endpoint. A row that is
    gone is no longer polled; its progress is kept for ``endpointRetention``, and it continues there if it comes
    back. The input may be empty at first. Default: the input is read when the query starts."""
    input_version: str | None
    """Column of the input whose value changes when an endpoint may have new records, such as ``updated_at`` of a
    parent. An endpoint is then polled only after its value changed. The value does not identify the endpoint,
    and of rows that differ only in it the greatest counts."""


class BatchOptions(Options, total=False):
    """Options of ``read_rest``."""

    query_type: Literal["querystring", "inline"] | None
    """How the input columns get into a request without a body. ``querystring`` appends each column as a parameter;
    ``inline`` only fills placeholders such as ``{id}``. Default: ``inline`` if a placeholder names an input
    column, ``querystring`` otherwise."""
    post_input_format: Literal["json", "form"] | None
    """Format in which the input columns become the body of POST, PUT and PATCH: a JSON object or a form. No effect
    if there is a ``body``. Default: ``json``."""
    call_strictly_once: bool | Literal["Y", "N"] | None
    """Whether each row is called at most once. With ``Y``, no row is called again for the schema, for later
    actions, or if a task is lost or runs twice. The results are kept on the driver. A call whose result was
    lost with its task has an ``error``. Default: ``N``."""
    schema_sample_pcnt: int | None
    """Percentage of the input rows that are called to infer the schema: at least 3 rows, at most 100. Default:
    ``30``."""
