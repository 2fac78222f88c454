# Generated from the option table (RestOptions.scala) by `make docs-options`. Do not edit.
"""The functions whose arguments are the options of the source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from spark_rest._reader import load, load_stream

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

    from spark_rest._auth import ApiKey, Basic, Bearer, OAuth1, OAuth2


def read_rest_stream(
    spark: SparkSession,
    url: str,
    *,
    schema: StructType | str | None = None,
    json_options: Mapping[str, object] | None = None,
    auth: Basic | Bearer | ApiKey | OAuth1 | OAuth2 | None = None,
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None = None,
    headers: Mapping[str, str] | str | None = None,
    params: Mapping[str, str] | str | None = None,
    body: Mapping[str, object] | Sequence[object] | str | None = None,
    body_format: Literal["json", "form"] | None = None,
    initial_url: str | None = None,
    initial_body: Mapping[str, object] | Sequence[object] | str | None = None,
    connect_timeout: float | timedelta | str | None = None,
    read_timeout: float | timedelta | str | None = None,
    response_timeout: float | timedelta | str | None = None,
    proxy: str | None = None,
    proxy_user: str | None = None,
    proxy_password: str | None = None,
    data_field: str | None = None,
    response_format: Literal["auto", "json", "ndjson"] | None = None,
    record_fields: Sequence[str] | str | None = None,
    empty_status_codes: str | None = None,
    empty_when: str | None = None,
    error_when: str | None = None,
    max_response_bytes: int | str | None = None,
    streaming: bool | None = None,
    offset_type: Literal["timestamp", "cursor", "incremental", "max_field", "window", "snapshot"] | None = None,
    offset_field: str | None = None,
    initial_offset: str | int | float | datetime | None = None,
    offset_pick: Literal["max", "last", "first"] | None = None,
    offset_format: str | None = None,
    request_offset_format: str | None = None,
    order: Literal["auto", "asc", "desc", "none"] | None = None,
    boundary: Literal["auto", "inclusive", "exclusive"] | None = None,
    record_key: Sequence[str] | str | None = None,
    lookback: float | timedelta | str | None = None,
    lag: float | timedelta | str | None = None,
    window_step: float | timedelta | str | None = None,
    on_cursor_expired: Literal["fail", "restart"] | None = None,
    pagination: Literal["none", "link", "nextUrl", "cursor", "page", "offset", "auto"] | None = None,
    next_field: str | None = None,
    has_more_field: str | None = None,
    total_field: str | None = None,
    page_param: str | None = None,
    page_size_param: str | None = None,
    page_size: int | None = None,
    start_page: int | None = None,
    max_pages_per_poll: int | None = None,
    reanchor_after: int | None = None,
    page_interval: float | timedelta | str | None = None,
    allowed_hosts: Sequence[str] | str | None = None,
    allow_private_hosts: bool | None = None,
    streaming_interval: float | timedelta | str | None = None,
    catch_up_interval: float | timedelta | str | None = None,
    batch_size: int | None = None,
    max_bytes_per_batch: int | str | None = None,
    max_buffered_bytes: int | str | None = None,
    retain_batches: int | None = None,
    endpoint_retention: float | timedelta | str | None = None,
    page_log_location: str | None = None,
    max_retries: int | None = None,
    retry_backoff: float | timedelta | str | None = None,
    on_error: Literal["retry", "row", "fail"] | None = None,
    max_consecutive_errors: int | None = None,
    max_requests_per_trigger: int | None = None,
    max_request_rate: str | None = None,
    rate_limit_remaining_header: str | None = None,
    rate_limit_reset_header: str | None = None,
    rate_limit_max_wait: float | timedelta | str | None = None,
    retry_status_codes: str | None = None,
    conditional_requests: bool | None = None,
    auth_type: Literal["None", "Basic", "Bearer", "ApiKey", "OAuth1", "OAuth2"] | None = None,
    user_id: str | None = None,
    user_password: str | None = None,
    oauth_token: str | None = None,
    auth_scheme: str | None = None,
    api_key: str | None = None,
    api_key_name: str | None = None,
    api_key_in: Literal["header", "query", "cookie"] | None = None,
    oauth_consumer_key: str | None = None,
    oauth_consumer_secret: str | None = None,
    oauth_token_secret: str | None = None,
    oauth_signature_method: Literal["HMAC-SHA1", "HMAC-SHA256", "RSA-SHA1", "PLAINTEXT"] | None = None,
    oauth_realm: str | None = None,
    oauth2_token_url: str | None = None,
    oauth2_grant_type: Literal["client_credentials", "refresh_token", "password"] | None = None,
    oauth2_client_id: str | None = None,
    oauth2_client_secret: str | None = None,
    oauth2_client_auth: Literal["header", "body"] | None = None,
    oauth2_scope: str | None = None,
    oauth2_params: Mapping[str, str] | str | None = None,
    oauth2_refresh_token: str | None = None,
    oauth2_token_store: str | None = None,
    tls_ca_file: str | None = None,
    tls_cert_file: str | None = None,
    tls_key_file: str | None = None,
    tls_key_password: str | None = None,
    tls_key_store: str | None = None,
    tls_key_store_password: str | None = None,
    tls_key_store_type: str | None = None,
    tls_trust_store: str | None = None,
    tls_trust_store_password: str | None = None,
    tls_trust_store_type: str | None = None,
    infer_schema: bool | None = None,
    output_type: Literal["struct", "string", "variant"] | None = None,
    schema_hints: str | None = None,
    schema_location: str | None = None,
    schema_evolution_mode: Literal["addNewColumns", "rescue", "failOnNewColumns", "none"] | None = None,
    rescued_data_column: str | None = None,
    input_data: Sequence[Mapping[str, object]] | Mapping[str, Sequence[object]] | str | None = None,
    input: DataFrame | str | None = None,
    partitions: int | None = None,
    concurrency: int | None = None,
    cookie: str | None = None,
    include_inputs_in_output: bool | Literal["Y", "N"] | None = None,
) -> DataFrame:
    """A streaming DataFrame of an HTTP API: ``spark.readStream.format("rest")`` with the options as arguments.

    An argument that is ``None`` is not set. Seconds may be a ``timedelta``; a ``datetime`` needs a time zone; what is JSON
    may be a dict or a list. Unless ``schema`` is given or ``infer_schema`` is false, one
    request is made here to infer a schema; it is used as the first poll.

    Args:
        spark:
            The session; the connector's jar is attached to it if it is not there yet.
        schema:
            ``"output STRUCT<...>"``, ``"output STRING"`` (the record's own JSON text), ``"output VARIANT"`` (Spark 4), or
            any other schema: the record's fields as columns. Default: ``output STRUCT<...>``, inferred.
        json_options:
            Options of ``spark.read.json``, e.g. ``{"mode": "FAILFAST"}``.
        auth:
            How requests are authenticated, e.g. ``Bearer("env:TOKEN")``: in place of ``auth_type`` and the arguments
            that belong to it. Its repr hides what is secret. Default: no authentication.
        url:
            The address, with placeholders: ``{<offsetField>}`` or ``{offset}`` stands for the
            offset, percent-encoded. A query parameter that is an empty placeholder alone is left
            out. Required.
        method:
            The HTTP method. Default: ``POST`` if there is a ``body``, or a batch read has an input;
            else ``GET``.
        headers:
            Request headers as a JSON object; values may hold placeholders. Never printed.
        params:
            Query parameters as a JSON object, appended to ``url``; values may hold placeholders.
            Never printed.
        body:
            Template of the request body. Only known placeholders are replaced, other braces stay.
            In JSON a placeholder within quotes is escaped; outside quotes it becomes a value: as it
            is if it is JSON, ``null`` if it is empty, else a string. Never printed.
        body_format:
            ``json``, or ``form``: ``body`` is then a JSON object of names and templates, sent as
            ``application/x-www-form-urlencoded``. Default: ``json``.
        initial_url:
            The address while there is no offset yet, if the very first request differs. Default:
            ``url``.
        initial_body:
            The body while there is no offset yet. Default: ``body``. Never printed.
        connect_timeout:
            Seconds to wait for a connection. Under its old name ``connectionTimeout``, and with an
            input, a bare number is milliseconds. Default: ``10``.
        read_timeout:
            Seconds to wait for the head of a response, and for each next piece of its body. With an
            input a bare number is milliseconds, as in older sources; ``5s`` and ``500ms`` are clear
            everywhere. Default: ``60``.
        response_timeout:
            Seconds for one response, from sending the request to the last byte of the body. A
            server that sends a byte now and then never meets ``readTimeout``. Raise it for
            downloads that take longer. Default: ``1h``.
        proxy:
            The proxy for all requests, as ``http://host:port``; https goes through it by
            ``CONNECT``. Default: the JVM's settings (``http.proxyHost``, ``https.proxyHost``,
            ``http.nonProxyHosts``).
        proxy_user:
            User that ``proxy`` knows (Basic).
        proxy_password:
            Password of ``proxyUser``; may be empty. Never printed.
        data_field:
            Path of the records, e.g. ``data`` or ``result.items``, names with dots in double
            quotes. A root array needs none. If it is not given and ``data`` is absent, a response
            that holds exactly one array of objects uses that array. Default: ``data``.
        response_format:
            ``auto`` goes by ``Content-Type``; ``ndjson``: records one after the other, a line each.
            Default: ``auto``.
        record_fields:
            Names for the elements of records that are arrays, e.g. ``icao24,callsign``: they become
            objects.
        empty_status_codes:
            Status codes that mean that there is nothing, such as ``204,404``. Default: ``204,304``.
        empty_when:
            A response without ``dataField`` that means that there are no records, as
            ``path=value``, e.g. ``meta.result_count=0``, or as a path alone: it exists and is not
            null.
        error_when:
            A successful response that is an error, as ``path=value``, e.g. ``ok=false``; a path
            alone: if it is there and not null.
        max_response_bytes:
            A larger response, as it is after decoding (``Content-Encoding``), fails the query.
            Memory does not grow with the response; a single record may take an eighth of the JVM's
            memory. Default: ``1g``.
        streaming:
            ``true`` is accepted on ``readStream``, and not needed there.
        offset_type:
            ``timestamp``: the value stands in the response, or else it is the maximum over the
            records. ``cursor``: it stands in the response, or else in the last record.
            ``incremental``: the maximum over the records; the next request carries it plus 1.
            ``max_field``: the maximum over the records; numbers, instants and other text are each
            compared as such. ``window``: slices of time from ``{windowStart}`` to ``{windowEnd}``,
            whatever they hold. ``snapshot``: each poll is the whole picture; with ``recordKey``
            only what is new or changed is delivered. Default: ``timestamp``.
        offset_field:
            Path of the field that progress is tracked by; or ``header:<Name>``, or ``link:<rel>``:
            the offset is then the next address itself. Default: ``timestamp``.
        initial_offset:
            The value of the very first request; default ``0``, for ``cursor`` the empty text.
            ``latest``: from now on. It is sent, never compared with values of records.
        offset_pick:
            Which record the offset is taken from. Default: ``max``, for ``cursor`` the ``last``.
        offset_format:
            What the API sends as a time: ``epoch_s``, ``epoch_ms``, ``iso``, or a pattern of
            ``DateTimeFormatter``. Default: as found.
        request_offset_format:
            The time format that the API wants in a request. Default: the offset as it was spelled.
        order:
            Order of the records by ``offsetField``. With pagination the offset moves when all pages
            are in. ``asc`` together with ``boundary=inclusive`` (or ``offsetType=incremental``): it
            moves after each page, and the next request begins there, so that nothing is lost if the
            list moves meanwhile. ``desc`` (newest first) stops at the first record that is older
            than the offset. Default: ``auto``.
        boundary:
            Does the API send the record at the offset again? ``auto`` and ``inclusive`` drop
            records that were delivered at the boundary and come again with the same content, and
            only those. ``exclusive`` drops none, and ``incremental`` then sends the maximum itself.
            Default: ``auto``.
        record_key:
            Paths of what identifies a record. A record comes again if key and content are the same.
            Without it the content alone counts, and equal records of one response are different
            ones.
        lookback:
            How many seconds before the offset each poll asks again, for records that are committed
            late. What was delivered is dropped. Default: ``0``.
        lag:
            Records younger than so many seconds are left for a later poll, for APIs whose newest
            records are not complete yet. Measured by the API's own clock, if its responses have a
            ``Date`` header. Default: ``0``.
        window_step:
            ``offsetType=window``: maximum length of a slice from ``{windowStart}`` to
            ``{windowEnd}``, in seconds. The newest slice ends now, less ``lag``, and is shorter.
            Default: up to now.
        on_cursor_expired:
            When the API refuses the stored cursor (400, 404, 410) twice, five seconds apart: fail
            the query, or begin again at ``initialOffset``; records that are remembered are dropped.
            A refused page token begins the traversal again, whatever this option says. Default:
            ``fail``.
        pagination:
            How the pages of one poll follow each other: ``link`` (header ``Link``, ``rel="next"``),
            ``nextUrl`` (an address in the response), ``cursor`` (a token), ``page`` (a number),
            ``offset`` (a count of records), or ``auto``: as the first response shows. Default:
            ``none``.
        next_field:
            Path of the next address or token: in the response, or for ``cursor`` else in the last
            record; ``links[rel=next].uri`` selects from an array; or ``header:<Name>``.
        has_more_field:
            Path of a value that is false, 0, null or absent on the last page; with ``!`` before it,
            true.
        total_field:
            Path of the number of all records. If the pages hold fewer, the poll fails
            (``PAGES_END_EARLY``): leave the option out if the number is an estimate.
        page_param:
            Query parameter of the page, offset or cursor. Default: ``page``, ``offset``,
            ``cursor``; none if ``{page}`` or ``{cursor}`` stands in the request.
        page_size_param:
            Query parameter of the page size.
        page_size:
            Records asked for per page; ``{pageSize}`` in the request.
        start_page:
            Number of the first page. Default: 1; for ``offset`` 0.
        max_pages_per_poll:
            Pages asked for in a row; the next poll goes on at once, nothing is lost. Default:
            ``100``.
        reanchor_after:
            With ``order=asc``: records after which the next request begins at the offset reached
            instead of a further page, below the depth that the API allows.
        page_interval:
            Seconds between two requests of one poll. Default: ``0``.
        allowed_hosts:
            Hosts in addition to that of ``url``: ``name``, ``name:port``, or ``*.domain``. Next
            URLs and redirects that lead there are followed without credentials. A placeholder in
            the host or port of ``url``, and an ``initialUrl`` of another origin, get credentials
            only for these hosts.
        allow_private_hosts:
            ``false`` refuses every request, redirects and next URLs included, to a host that has a
            private, loopback, link-local, shared (CGNAT), multicast or reserved IP address, or
            whose name does not resolve. The connection goes to an address that was checked. A
            ``proxy`` resolves names by itself: it has to refuse them too, and must be a public host
            itself unless the operator's policy names it. Default: ``true``.
        streaming_interval:
            Seconds between two polls, also over a restart. With 0 a poll that brought records is
            followed by the next at once. Default: ``10``.
        catch_up_interval:
            Seconds to the next poll while the API shows that more is waiting, also after
            ``maxPagesPerPoll`` pages. Default: ``streamingInterval``; after ``maxPagesPerPoll``
            pages none.
        batch_size:
            Most records of a micro-batch, 0 for no limit. A larger page is delivered over several
            batches. Default: ``1000``.
        max_bytes_per_batch:
            Most bytes of a micro-batch; a record is never cut. Default: ``128m``.
        max_buffered_bytes:
            How far polling may run ahead of the query. Checked between pages. Default: ``256m``.
        retain_batches:
            Consumed batches whose pages are kept in the page log. Default: ``2``.
        endpoint_retention:
            Seconds for which the progress of an endpoint is kept after it left the input, counted
            from the first start of the query without it. If it comes back later, it begins at
            ``initialOffset``. Default: ``30d``.
        page_log_location:
            Where the page log is kept, on storage that driver and executors share; default: the
            source's folder in the checkpoint. One folder for one query.
        max_retries:
            Further tries within a poll, all its pages together, after a status that may pass
            (``retryStatusCodes``) or a broken connection. A ``POST`` or ``PATCH`` whose connection
            broke after it was sent is not repeated within the poll. Default: ``3``.
        retry_backoff:
            Seconds of the first backoff; it doubles with each try, with full jitter.
            ``Retry-After`` and rate-limit headers are obeyed. Default: ``1``.
        on_error:
            A failed poll: ``retry`` (default) makes no batch, keeps the offset, and polls again at
            the next interval; ``fail`` fails the query. A failed call of a batch read with an
            input: ``row`` (default) is a row with a null ``output`` and an ``error``; ``fail``
            fails the job.
        max_consecutive_errors:
            Polls that may fail in a row before the query fails; default: no limit.
        max_requests_per_trigger:
            Requests that ``Trigger.AvailableNow`` and ``Once`` may make, retries included, before
            they end as if all were there; the next run goes on. Default: no limit.
        max_request_rate:
            Most requests in any stretch of time, e.g. ``100/h``, ``5/s``, ``100/3.6s``: pages,
            retries and schema inference included, over all executors and over restarts. Default: no
            limit.
        rate_limit_remaining_header:
            Response header with the number of requests that are left; ``used/limit`` is understood.
            At 0 the next request waits for the reset. Default: the usual names.
        rate_limit_reset_header:
            Response header that tells when there are requests again: epoch seconds or milliseconds,
            seconds from now, an ISO or an HTTP date. Default: the usual names.
        rate_limit_max_wait:
            The longest wait, in seconds, that a response can ask for, by ``Retry-After`` or
            otherwise. Default: ``1h``.
        retry_status_codes:
            Status codes that may pass, such as ``404,5xx,!501``. Without this option a ``POST`` or
            ``PATCH`` is repeated only after 408, 429, 503 or a ``Retry-After``. A 403 with a
            ``Retry-After`` or an exhausted quota counts as 429. Default: ``408,429,5xx``.
        conditional_requests:
            Sends the ``ETag`` (or ``Last-Modified``) of a complete answer back when the same is
            asked again; 304 then means nothing new. Asked in full every ten minutes all the same.
            Default: ``true``.
        auth_type:
            How requests are authenticated. A secret may be given as ``env:NAME`` or ``file:PATH``;
            it is read on the driver and on executors. Default: ``None``.
        user_id:
            User of ``Basic``, and of the OAuth2 grant ``password``. Never printed.
        user_password:
            Password of ``userId``; may be empty for ``Basic``. Never printed.
        oauth_token:
            Token of ``Bearer``, or of ``OAuth1``, where it may be left out. Never printed.
        auth_scheme:
            The word before the token of ``Bearer`` and ``OAuth2``, e.g. ``SSWS``; one that ends
            with ``=`` has no blank after it: ``Token token=``. Default: ``Bearer``.
        api_key:
            Key of ``ApiKey``. Never printed.
        api_key_name:
            Name of the header, query parameter or cookie of ``ApiKey``. Default: ``X-API-Key``.
        api_key_in:
            Where the key of ``ApiKey`` is sent. Default: ``header``.
        oauth_consumer_key:
            Consumer key of ``OAuth1`` (RFC 5849). Never printed.
        oauth_consumer_secret:
            Consumer secret of ``OAuth1``; with ``RSA-SHA1`` the private key as PEM, best as
            ``file:PATH``. Never printed.
        oauth_token_secret:
            Secret of the token of ``OAuth1``. Never printed.
        oauth_signature_method:
            How ``OAuth1`` signs. Default: ``HMAC-SHA1``.
        oauth_realm:
            Realm of ``OAuth1``, if the API wants one.
        oauth2_token_url:
            Address of the token endpoint of ``OAuth2`` (RFC 6749).
        oauth2_grant_type:
            What ``OAuth2`` asks for a token with. ``refresh_token`` is asked by the driver alone.
            Default: ``client_credentials``.
        oauth2_client_id:
            Client of ``OAuth2``. Never printed.
        oauth2_client_secret:
            Secret of the client; a public client has none. Never printed.
        oauth2_client_auth:
            Where the client's secret is sent: in ``Authorization``, or as ``client_secret`` in the
            body. Default: ``header``.
        oauth2_scope:
            Scopes to ask for, with blanks between them.
        oauth2_params:
            Further fields of the token request as a JSON object, e.g. ``audience``. Never printed.
        oauth2_refresh_token:
            The refresh token to begin with. Never printed.
        oauth2_token_store:
            A file of the driver's, to be readable by its owner alone, for the refresh token that
            the server gives in place of ``oauth2RefreshToken``.
        tls_ca_file:
            PEM file of the certificate authorities that are trusted instead of the JVM's. As all
            files here it is read on the driver and on executors.
        tls_cert_file:
            PEM file of the client's certificate, with those between it and its authority after it.
        tls_key_file:
            PEM file of the private key of ``tlsCertFile``: PKCS#8, PKCS#1 or SEC 1.
        tls_key_password:
            Password of ``tlsKeyFile``, or of the key in ``tlsKeyStore`` if it has one of its own.
            Never printed.
        tls_key_store:
            Key store with the client's certificate and key, instead of PEM files.
        tls_key_store_password:
            Password of ``tlsKeyStore``. Never printed.
        tls_key_store_type:
            Type of ``tlsKeyStore``: ``PKCS12``, ``JKS``. Default: found out.
        tls_trust_store:
            Key store of the certificate authorities that are trusted, instead of ``tlsCaFile``.
        tls_trust_store_password:
            Password of ``tlsTrustStore``. Never printed.
        tls_trust_store_type:
            Type of ``tlsTrustStore``: ``PKCS12``, ``JKS``. Default: found out.
        infer_schema:
            ``true``: a column ``output STRUCT<…>`` inferred from one response. ``false``: ``output
            STRING``, the record's own JSON text. A schema of your own wins over both. Default:
            ``true``.
        output_type:
            Type of the column ``output``: ``struct`` is inferred, ``string`` is the record's own
            JSON text, ``variant`` needs Spark 4. Nothing is asked for at ``load()`` but for
            ``struct``. Default: ``struct``, or ``string`` with ``inferSchema=false``.
        schema_hints:
            Types that inference is told, paths within the record first: ``id BIGINT, user.born
            DATE, tags MAP<STRING, STRING>``; ``element``, ``key`` and ``value`` lead into arrays
            and maps. A field that was not found is added.
        schema_location:
            A folder, on storage that driver and executors share, where an inferred schema is kept:
            with it nothing is asked for at the next ``load()``. One for each stream.
        schema_evolution_mode:
            What happens when a record has a field that the schema lacks. ``addNewColumns``: the
            query fails once the schema with it is stored in ``schemaLocation``, and goes on with it
            when it is started again, from the same records; ``rescue``: it goes to the rescued data
            column; ``failOnNewColumns``: the query fails; ``none``: it is ignored. Default:
            ``addNewColumns`` with ``schemaLocation``, else ``none``.
        rescued_data_column:
            A column of this name gets a JSON object with those fields of a record that the schema
            lacks or whose value does not fit its type; null if there are none. It stands beside
            ``output``, or beside the columns of your schema. Default: none; ``_rescued_data`` with
            ``schemaEvolutionMode=rescue``.
        input_data:
            The input rows as JSON: an array of objects, or an object of arrays. A batch read makes
            one call per row, and each row comes back beside its own result; with ``streaming=true``
            each row is an endpoint that is polled with an offset of its own. Never printed.
        input:
            The input rows: name of a temporary view or table; in Python a DataFrame too. They pass
            through the driver; a stream reads them when its query starts.
        partitions:
            Tasks that make the calls, or poll the endpoints. Default: ``2``.
        concurrency:
            Requests in flight at once, in each task. Default: ``8``, in a stream ``64``.
        cookie:
            Sent as the header ``Cookie``: ``name=value``, several with ``; `` between them. Never
            printed.
        include_inputs_in_output:
            Whether the input columns stand before ``output``. Default: ``Y``.

    Returns:
        A streaming DataFrame. Each record is delivered once, also over restarts with the same checkpoint.

    Raises:
        pyspark.errors.IllegalArgumentException: Arguments are wrong: ``[REST_INVALID_OPTIONS]`` and all of them in one
            message. Or the API cannot be asked for the schema: ``[REST_API_REFUSED]``, ``[REST_CONNECTION_FAILED]`` and
            others, as listed in docs/errors.md.
        TypeError: An argument has a type that no option has; or ``auth`` is given beside an argument that it sets.
        ValueError: A ``datetime`` has no time zone, or there is no jar for this Spark.
        spark_rest.RestError: Spark itself failed, not the API; the message is that of the JVM.

    Example::

        orders = read_rest_stream(
            spark, "https://api.example.com/orders?start_id={id}", offset_type="incremental", offset_field="id"
        )
        query = orders.writeStream.option("checkpointLocation", "/data/checkpoint").start("/data/orders")
    """
    return load_stream(
        spark,
        schema,
        json_options,
        auth,
        {
            "url": url,
            "method": method,
            "headers": headers,
            "params": params,
            "body": body,
            "bodyFormat": body_format,
            "initialUrl": initial_url,
            "initialBody": initial_body,
            "connectTimeout": connect_timeout,
            "readTimeout": read_timeout,
            "responseTimeout": response_timeout,
            "proxy": proxy,
            "proxyUser": proxy_user,
            "proxyPassword": proxy_password,
            "dataField": data_field,
            "responseFormat": response_format,
            "recordFields": record_fields,
            "emptyStatusCodes": empty_status_codes,
            "emptyWhen": empty_when,
            "errorWhen": error_when,
            "maxResponseBytes": max_response_bytes,
            "streaming": streaming,
            "offsetType": offset_type,
            "offsetField": offset_field,
            "initialOffset": initial_offset,
            "offsetPick": offset_pick,
            "offsetFormat": offset_format,
            "requestOffsetFormat": request_offset_format,
            "order": order,
            "boundary": boundary,
            "recordKey": record_key,
            "lookback": lookback,
            "lag": lag,
            "windowStep": window_step,
            "onCursorExpired": on_cursor_expired,
            "pagination": pagination,
            "nextField": next_field,
            "hasMoreField": has_more_field,
            "totalField": total_field,
            "pageParam": page_param,
            "pageSizeParam": page_size_param,
            "pageSize": page_size,
            "startPage": start_page,
            "maxPagesPerPoll": max_pages_per_poll,
            "reanchorAfter": reanchor_after,
            "pageInterval": page_interval,
            "allowedHosts": allowed_hosts,
            "allowPrivateHosts": allow_private_hosts,
            "streamingInterval": streaming_interval,
            "catchUpInterval": catch_up_interval,
            "batchSize": batch_size,
            "maxBytesPerBatch": max_bytes_per_batch,
            "maxBufferedBytes": max_buffered_bytes,
            "retainBatches": retain_batches,
            "endpointRetention": endpoint_retention,
            "pageLogLocation": page_log_location,
            "maxRetries": max_retries,
            "retryBackoff": retry_backoff,
            "onError": on_error,
            "maxConsecutiveErrors": max_consecutive_errors,
            "maxRequestsPerTrigger": max_requests_per_trigger,
            "maxRequestRate": max_request_rate,
            "rateLimitRemainingHeader": rate_limit_remaining_header,
            "rateLimitResetHeader": rate_limit_reset_header,
            "rateLimitMaxWait": rate_limit_max_wait,
            "retryStatusCodes": retry_status_codes,
            "conditionalRequests": conditional_requests,
            "authType": auth_type,
            "userId": user_id,
            "userPassword": user_password,
            "oauthToken": oauth_token,
            "authScheme": auth_scheme,
            "apiKey": api_key,
            "apiKeyName": api_key_name,
            "apiKeyIn": api_key_in,
            "oauthConsumerKey": oauth_consumer_key,
            "oauthConsumerSecret": oauth_consumer_secret,
            "oauthTokenSecret": oauth_token_secret,
            "oauthSignatureMethod": oauth_signature_method,
            "oauthRealm": oauth_realm,
            "oauth2TokenUrl": oauth2_token_url,
            "oauth2GrantType": oauth2_grant_type,
            "oauth2ClientId": oauth2_client_id,
            "oauth2ClientSecret": oauth2_client_secret,
            "oauth2ClientAuth": oauth2_client_auth,
            "oauth2Scope": oauth2_scope,
            "oauth2Params": oauth2_params,
            "oauth2RefreshToken": oauth2_refresh_token,
            "oauth2TokenStore": oauth2_token_store,
            "tlsCaFile": tls_ca_file,
            "tlsCertFile": tls_cert_file,
            "tlsKeyFile": tls_key_file,
            "tlsKeyPassword": tls_key_password,
            "tlsKeyStore": tls_key_store,
            "tlsKeyStorePassword": tls_key_store_password,
            "tlsKeyStoreType": tls_key_store_type,
            "tlsTrustStore": tls_trust_store,
            "tlsTrustStorePassword": tls_trust_store_password,
            "tlsTrustStoreType": tls_trust_store_type,
            "inferSchema": infer_schema,
            "outputType": output_type,
            "schemaHints": schema_hints,
            "schemaLocation": schema_location,
            "schemaEvolutionMode": schema_evolution_mode,
            "rescuedDataColumn": rescued_data_column,
            "inputData": input_data,
            "input": input,
            "partitions": partitions,
            "concurrency": concurrency,
            "cookie": cookie,
            "includeInputsInOutput": include_inputs_in_output,
        },
    )


def read_rest(
    spark: SparkSession,
    url: str,
    *,
    schema: StructType | str | None = None,
    json_options: Mapping[str, object] | None = None,
    auth: Basic | Bearer | ApiKey | OAuth1 | OAuth2 | None = None,
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None = None,
    headers: Mapping[str, str] | str | None = None,
    params: Mapping[str, str] | str | None = None,
    body: Mapping[str, object] | Sequence[object] | str | None = None,
    body_format: Literal["json", "form"] | None = None,
    initial_url: str | None = None,
    initial_body: Mapping[str, object] | Sequence[object] | str | None = None,
    connect_timeout: float | timedelta | str | None = None,
    read_timeout: float | timedelta | str | None = None,
    response_timeout: float | timedelta | str | None = None,
    proxy: str | None = None,
    proxy_user: str | None = None,
    proxy_password: str | None = None,
    data_field: str | None = None,
    response_format: Literal["auto", "json", "ndjson"] | None = None,
    record_fields: Sequence[str] | str | None = None,
    empty_status_codes: str | None = None,
    empty_when: str | None = None,
    error_when: str | None = None,
    max_response_bytes: int | str | None = None,
    streaming: bool | None = None,
    offset_type: Literal["timestamp", "cursor", "incremental", "max_field", "window", "snapshot"] | None = None,
    offset_field: str | None = None,
    initial_offset: str | int | float | datetime | None = None,
    offset_pick: Literal["max", "last", "first"] | None = None,
    offset_format: str | None = None,
    request_offset_format: str | None = None,
    order: Literal["auto", "asc", "desc", "none"] | None = None,
    boundary: Literal["auto", "inclusive", "exclusive"] | None = None,
    record_key: Sequence[str] | str | None = None,
    lookback: float | timedelta | str | None = None,
    lag: float | timedelta | str | None = None,
    window_step: float | timedelta | str | None = None,
    on_cursor_expired: Literal["fail", "restart"] | None = None,
    pagination: Literal["none", "link", "nextUrl", "cursor", "page", "offset", "auto"] | None = None,
    next_field: str | None = None,
    has_more_field: str | None = None,
    total_field: str | None = None,
    page_param: str | None = None,
    page_size_param: str | None = None,
    page_size: int | None = None,
    start_page: int | None = None,
    max_pages_per_poll: int | None = None,
    reanchor_after: int | None = None,
    page_interval: float | timedelta | str | None = None,
    allowed_hosts: Sequence[str] | str | None = None,
    allow_private_hosts: bool | None = None,
    streaming_interval: float | timedelta | str | None = None,
    max_buffered_bytes: int | str | None = None,
    max_retries: int | None = None,
    retry_backoff: float | timedelta | str | None = None,
    on_error: Literal["retry", "row", "fail"] | None = None,
    max_requests_per_trigger: int | None = None,
    max_request_rate: str | None = None,
    rate_limit_remaining_header: str | None = None,
    rate_limit_reset_header: str | None = None,
    rate_limit_max_wait: float | timedelta | str | None = None,
    retry_status_codes: str | None = None,
    conditional_requests: bool | None = None,
    auth_type: Literal["None", "Basic", "Bearer", "ApiKey", "OAuth1", "OAuth2"] | None = None,
    user_id: str | None = None,
    user_password: str | None = None,
    oauth_token: str | None = None,
    auth_scheme: str | None = None,
    api_key: str | None = None,
    api_key_name: str | None = None,
    api_key_in: Literal["header", "query", "cookie"] | None = None,
    oauth_consumer_key: str | None = None,
    oauth_consumer_secret: str | None = None,
    oauth_token_secret: str | None = None,
    oauth_signature_method: Literal["HMAC-SHA1", "HMAC-SHA256", "RSA-SHA1", "PLAINTEXT"] | None = None,
    oauth_realm: str | None = None,
    oauth2_token_url: str | None = None,
    oauth2_grant_type: Literal["client_credentials", "refresh_token", "password"] | None = None,
    oauth2_client_id: str | None = None,
    oauth2_client_secret: str | None = None,
    oauth2_client_auth: Literal["header", "body"] | None = None,
    oauth2_scope: str | None = None,
    oauth2_params: Mapping[str, str] | str | None = None,
    oauth2_refresh_token: str | None = None,
    oauth2_token_store: str | None = None,
    tls_ca_file: str | None = None,
    tls_cert_file: str | None = None,
    tls_key_file: str | None = None,
    tls_key_password: str | None = None,
    tls_key_store: str | None = None,
    tls_key_store_password: str | None = None,
    tls_key_store_type: str | None = None,
    tls_trust_store: str | None = None,
    tls_trust_store_password: str | None = None,
    tls_trust_store_type: str | None = None,
    infer_schema: bool | None = None,
    output_type: Literal["struct", "string", "variant"] | None = None,
    schema_hints: str | None = None,
    schema_location: str | None = None,
    schema_evolution_mode: Literal["addNewColumns", "rescue", "failOnNewColumns", "none"] | None = None,
    rescued_data_column: str | None = None,
    input_data: Sequence[Mapping[str, object]] | Mapping[str, Sequence[object]] | str | None = None,
    input: DataFrame | str | None = None,
    partitions: int | None = None,
    concurrency: int | None = None,
    query_type: Literal["querystring", "inline"] | None = None,
    post_input_format: Literal["json", "form"] | None = None,
    cookie: str | None = None,
    include_inputs_in_output: bool | Literal["Y", "N"] | None = None,
    call_strictly_once: bool | Literal["Y", "N"] | None = None,
    schema_sample_pcnt: int | None = None,
) -> DataFrame:
    """A DataFrame of an HTTP API: ``spark.read.format("rest")`` with the options as arguments.

    An argument that is ``None`` is not set. Seconds may be a ``timedelta``; a ``datetime`` needs a time zone; what is JSON
    may be a dict or a list. Unless ``schema`` is given or ``infer_schema`` is false, one
    request is made here to infer a schema; with ``input`` or ``input_data``, calls for some of its rows.

    Args:
        spark:
            The session; the connector's jar is attached to it if it is not there yet.
        schema:
            ``"output STRUCT<...>"``, ``"output STRING"`` (the record's own JSON text), ``"output VARIANT"`` (Spark 4), or
            any other schema: the record's fields as columns. Default: ``output STRUCT<...>``, inferred.
        json_options:
            Options of ``spark.read.json``, e.g. ``{"mode": "FAILFAST"}``.
        auth:
            How requests are authenticated, e.g. ``Bearer("env:TOKEN")``: in place of ``auth_type`` and the arguments
            that belong to it. Its repr hides what is secret. Default: no authentication.
        url:
            The address, with placeholders: ``{<offsetField>}`` or ``{offset}`` stands for the
            offset, percent-encoded. A query parameter that is an empty placeholder alone is left
            out. Required.
        method:
            The HTTP method. Default: ``POST`` if there is a ``body``, or a batch read has an input;
            else ``GET``.
        headers:
            Request headers as a JSON object; values may hold placeholders. Never printed.
        params:
            Query parameters as a JSON object, appended to ``url``; values may hold placeholders.
            Never printed.
        body:
            Template of the request body. Only known placeholders are replaced, other braces stay.
            In JSON a placeholder within quotes is escaped; outside quotes it becomes a value: as it
            is if it is JSON, ``null`` if it is empty, else a string. Never printed.
        body_format:
            ``json``, or ``form``: ``body`` is then a JSON object of names and templates, sent as
            ``application/x-www-form-urlencoded``. Default: ``json``.
        initial_url:
            The address while there is no offset yet, if the very first request differs. Default:
            ``url``.
        initial_body:
            The body while there is no offset yet. Default: ``body``. Never printed.
        connect_timeout:
            Seconds to wait for a connection. Under its old name ``connectionTimeout``, and with an
            input, a bare number is milliseconds. Default: ``10``.
        read_timeout:
            Seconds to wait for the head of a response, and for each next piece of its body. With an
            input a bare number is milliseconds, as in older sources; ``5s`` and ``500ms`` are clear
            everywhere. Default: ``60``.
        response_timeout:
            Seconds for one response, from sending the request to the last byte of the body. A
            server that sends a byte now and then never meets ``readTimeout``. Raise it for
            downloads that take longer. Default: ``1h``.
        proxy:
            The proxy for all requests, as ``http://host:port``; https goes through it by
            ``CONNECT``. Default: the JVM's settings (``http.proxyHost``, ``https.proxyHost``,
            ``http.nonProxyHosts``).
        proxy_user:
            User that ``proxy`` knows (Basic).
        proxy_password:
            Password of ``proxyUser``; may be empty. Never printed.
        data_field:
            Path of the records, e.g. ``data`` or ``result.items``, names with dots in double
            quotes. A root array needs none. If it is not given and ``data`` is absent, a response
            that holds exactly one array of objects uses that array. Default: ``data``.
        response_format:
            ``auto`` goes by ``Content-Type``; ``ndjson``: records one after the other, a line each.
            Default: ``auto``.
        record_fields:
            Names for the elements of records that are arrays, e.g. ``icao24,callsign``: they become
            objects.
        empty_status_codes:
            Status codes that mean that there is nothing, such as ``204,404``. Default: ``204,304``.
        empty_when:
            A response without ``dataField`` that means that there are no records, as
            ``path=value``, e.g. ``meta.result_count=0``, or as a path alone: it exists and is not
            null.
        error_when:
            A successful response that is an error, as ``path=value``, e.g. ``ok=false``; a path
            alone: if it is there and not null.
        max_response_bytes:
            A larger response, as it is after decoding (``Content-Encoding``), fails the query.
            Memory does not grow with the response; a single record may take an eighth of the JVM's
            memory. Default: ``1g``.
        streaming:
            ``true`` is accepted on ``readStream``, and not needed there.
        offset_type:
            ``timestamp``: the value stands in the response, or else it is the maximum over the
            records. ``cursor``: it stands in the response, or else in the last record.
            ``incremental``: the maximum over the records; the next request carries it plus 1.
            ``max_field``: the maximum over the records; numbers, instants and other text are each
            compared as such. ``window``: slices of time from ``{windowStart}`` to ``{windowEnd}``,
            whatever they hold. ``snapshot``: each poll is the whole picture; with ``recordKey``
            only what is new or changed is delivered. Default: ``timestamp``.
        offset_field:
            Path of the field that progress is tracked by; or ``header:<Name>``, or ``link:<rel>``:
            the offset is then the next address itself. Default: ``timestamp``.
        initial_offset:
            The value of the very first request; default ``0``, for ``cursor`` the empty text.
            ``latest``: from now on. It is sent, never compared with values of records.
        offset_pick:
            Which record the offset is taken from. Default: ``max``, for ``cursor`` the ``last``.
        offset_format:
            What the API sends as a time: ``epoch_s``, ``epoch_ms``, ``iso``, or a pattern of
            ``DateTimeFormatter``. Default: as found.
        request_offset_format:
            The time format that the API wants in a request. Default: the offset as it was spelled.
        order:
            Order of the records by ``offsetField``. With pagination the offset moves when all pages
            are in. ``asc`` together with ``boundary=inclusive`` (or ``offsetType=incremental``): it
            moves after each page, and the next request begins there, so that nothing is lost if the
            list moves meanwhile. ``desc`` (newest first) stops at the first record that is older
            than the offset. Default: ``auto``.
        boundary:
            Does the API send the record at the offset again? ``auto`` and ``inclusive`` drop
            records that were delivered at the boundary and come again with the same content, and
            only those. ``exclusive`` drops none, and ``incremental`` then sends the maximum itself.
            Default: ``auto``.
        record_key:
            Paths of what identifies a record. A record comes again if key and content are the same.
            Without it the content alone counts, and equal records of one response are different
            ones.
        lookback:
            How many seconds before the offset each poll asks again, for records that are committed
            late. What was delivered is dropped. Default: ``0``.
        lag:
            Records younger than so many seconds are left for a later poll, for APIs whose newest
            records are not complete yet. Measured by the API's own clock, if its responses have a
            ``Date`` header. Default: ``0``.
        window_step:
            ``offsetType=window``: maximum length of a slice from ``{windowStart}`` to
            ``{windowEnd}``, in seconds. The newest slice ends now, less ``lag``, and is shorter.
            Default: up to now.
        on_cursor_expired:
            When the API refuses the stored cursor (400, 404, 410) twice, five seconds apart: fail
            the query, or begin again at ``initialOffset``; records that are remembered are dropped.
            A refused page token begins the traversal again, whatever this option says. Default:
            ``fail``.
        pagination:
            How the pages of one poll follow each other: ``link`` (header ``Link``, ``rel="next"``),
            ``nextUrl`` (an address in the response), ``cursor`` (a token), ``page`` (a number),
            ``offset`` (a count of records), or ``auto``: as the first response shows. Default:
            ``none``.
        next_field:
            Path of the next address or token: in the response, or for ``cursor`` else in the last
            record; ``links[rel=next].uri`` selects from an array; or ``header:<Name>``.
        has_more_field:
            Path of a value that is false, 0, null or absent on the last page; with ``!`` before it,
            true.
        total_field:
            Path of the number of all records. If the pages hold fewer, the poll fails
            (``PAGES_END_EARLY``): leave the option out if the number is an estimate.
        page_param:
            Query parameter of the page, offset or cursor. Default: ``page``, ``offset``,
            ``cursor``; none if ``{page}`` or ``{cursor}`` stands in the request.
        page_size_param:
            Query parameter of the page size.
        page_size:
            Records asked for per page; ``{pageSize}`` in the request.
        start_page:
            Number of the first page. Default: 1; for ``offset`` 0.
        max_pages_per_poll:
            Pages asked for in a row; the next poll goes on at once, nothing is lost. Default:
            ``100``.
        reanchor_after:
            With ``order=asc``: records after which the next request begins at the offset reached
            instead of a further page, below the depth that the API allows.
        page_interval:
            Seconds between two requests of one poll. Default: ``0``.
        allowed_hosts:
            Hosts in addition to that of ``url``: ``name``, ``name:port``, or ``*.domain``. Next
            URLs and redirects that lead there are followed without credentials. A placeholder in
            the host or port of ``url``, and an ``initialUrl`` of another origin, get credentials
            only for these hosts.
        allow_private_hosts:
            ``false`` refuses every request, redirects and next URLs included, to a host that has a
            private, loopback, link-local, shared (CGNAT), multicast or reserved IP address, or
            whose name does not resolve. The connection goes to an address that was checked. A
            ``proxy`` resolves names by itself: it has to refuse them too, and must be a public host
            itself unless the operator's policy names it. Default: ``true``.
        streaming_interval:
            Seconds between two polls, also over a restart. With 0 a poll that brought records is
            followed by the next at once. Default: ``10``.
        max_buffered_bytes:
            How far polling may run ahead of the query. Checked between pages. Default: ``256m``.
        max_retries:
            Further tries within a poll, all its pages together, after a status that may pass
            (``retryStatusCodes``) or a broken connection. A ``POST`` or ``PATCH`` whose connection
            broke after it was sent is not repeated within the poll. Default: ``3``.
        retry_backoff:
            Seconds of the first backoff; it doubles with each try, with full jitter.
            ``Retry-After`` and rate-limit headers are obeyed. Default: ``1``.
        on_error:
            A failed poll: ``retry`` (default) makes no batch, keeps the offset, and polls again at
            the next interval; ``fail`` fails the query. A failed call of a batch read with an
            input: ``row`` (default) is a row with a null ``output`` and an ``error``; ``fail``
            fails the job.
        max_requests_per_trigger:
            Requests that ``Trigger.AvailableNow`` and ``Once`` may make, retries included, before
            they end as if all were there; the next run goes on. Default: no limit.
        max_request_rate:
            Most requests in any stretch of time, e.g. ``100/h``, ``5/s``, ``100/3.6s``: pages,
            retries and schema inference included, over all executors and over restarts. Default: no
            limit.
        rate_limit_remaining_header:
            Response header with the number of requests that are left; ``used/limit`` is understood.
            At 0 the next request waits for the reset. Default: the usual names.
        rate_limit_reset_header:
            Response header that tells when there are requests again: epoch seconds or milliseconds,
            seconds from now, an ISO or an HTTP date. Default: the usual names.
        rate_limit_max_wait:
            The longest wait, in seconds, that a response can ask for, by ``Retry-After`` or
            otherwise. Default: ``1h``.
        retry_status_codes:
            Status codes that may pass, such as ``404,5xx,!501``. Without this option a ``POST`` or
            ``PATCH`` is repeated only after 408, 429, 503 or a ``Retry-After``. A 403 with a
            ``Retry-After`` or an exhausted quota counts as 429. Default: ``408,429,5xx``.
        conditional_requests:
            Sends the ``ETag`` (or ``Last-Modified``) of a complete answer back when the same is
            asked again; 304 then means nothing new. Asked in full every ten minutes all the same.
            Default: ``true``.
        auth_type:
            How requests are authenticated. A secret may be given as ``env:NAME`` or ``file:PATH``;
            it is read on the driver and on executors. Default: ``None``.
        user_id:
            User of ``Basic``, and of the OAuth2 grant ``password``. Never printed.
        user_password:
            Password of ``userId``; may be empty for ``Basic``. Never printed.
        oauth_token:
            Token of ``Bearer``, or of ``OAuth1``, where it may be left out. Never printed.
        auth_scheme:
            The word before the token of ``Bearer`` and ``OAuth2``, e.g. ``SSWS``; one that ends
            with ``=`` has no blank after it: ``Token token=``. Default: ``Bearer``.
        api_key:
            Key of ``ApiKey``. Never printed.
        api_key_name:
            Name of the header, query parameter or cookie of ``ApiKey``. Default: ``X-API-Key``.
        api_key_in:
            Where the key of ``ApiKey`` is sent. Default: ``header``.
        oauth_consumer_key:
            Consumer key of ``OAuth1`` (RFC 5849). Never printed.
        oauth_consumer_secret:
            Consumer secret of ``OAuth1``; with ``RSA-SHA1`` the private key as PEM, best as
            ``file:PATH``. Never printed.
        oauth_token_secret:
            Secret of the token of ``OAuth1``. Never printed.
        oauth_signature_method:
            How ``OAuth1`` signs. Default: ``HMAC-SHA1``.
        oauth_realm:
            Realm of ``OAuth1``, if the API wants one.
        oauth2_token_url:
            Address of the token endpoint of ``OAuth2`` (RFC 6749).
        oauth2_grant_type:
            What ``OAuth2`` asks for a token with. ``refresh_token`` is asked by the driver alone.
            Default: ``client_credentials``.
        oauth2_client_id:
            Client of ``OAuth2``. Never printed.
        oauth2_client_secret:
            Secret of the client; a public client has none. Never printed.
        oauth2_client_auth:
            Where the client's secret is sent: in ``Authorization``, or as ``client_secret`` in the
            body. Default: ``header``.
        oauth2_scope:
            Scopes to ask for, with blanks between them.
        oauth2_params:
            Further fields of the token request as a JSON object, e.g. ``audience``. Never printed.
        oauth2_refresh_token:
            The refresh token to begin with. Never printed.
        oauth2_token_store:
            A file of the driver's, to be readable by its owner alone, for the refresh token that
            the server gives in place of ``oauth2RefreshToken``.
        tls_ca_file:
            PEM file of the certificate authorities that are trusted instead of the JVM's. As all
            files here it is read on the driver and on executors.
        tls_cert_file:
            PEM file of the client's certificate, with those between it and its authority after it.
        tls_key_file:
            PEM file of the private key of ``tlsCertFile``: PKCS#8, PKCS#1 or SEC 1.
        tls_key_password:
            Password of ``tlsKeyFile``, or of the key in ``tlsKeyStore`` if it has one of its own.
            Never printed.
        tls_key_store:
            Key store with the client's certificate and key, instead of PEM files.
        tls_key_store_password:
            Password of ``tlsKeyStore``. Never printed.
        tls_key_store_type:
            Type of ``tlsKeyStore``: ``PKCS12``, ``JKS``. Default: found out.
        tls_trust_store:
            Key store of the certificate authorities that are trusted, instead of ``tlsCaFile``.
        tls_trust_store_password:
            Password of ``tlsTrustStore``. Never printed.
        tls_trust_store_type:
            Type of ``tlsTrustStore``: ``PKCS12``, ``JKS``. Default: found out.
        infer_schema:
            ``true``: a column ``output STRUCT<…>`` inferred from one response. ``false``: ``output
            STRING``, the record's own JSON text. A schema of your own wins over both. Default:
            ``true``.
        output_type:
            Type of the column ``output``: ``struct`` is inferred, ``string`` is the record's own
            JSON text, ``variant`` needs Spark 4. Nothing is asked for at ``load()`` but for
            ``struct``. Default: ``struct``, or ``string`` with ``inferSchema=false``.
        schema_hints:
            Types that inference is told, paths within the record first: ``id BIGINT, user.born
            DATE, tags MAP<STRING, STRING>``; ``element``, ``key`` and ``value`` lead into arrays
            and maps. A field that was not found is added.
        schema_location:
            A folder, on storage that driver and executors share, where an inferred schema is kept:
            with it nothing is asked for at the next ``load()``. One for each stream.
        schema_evolution_mode:
            What happens when a record has a field that the schema lacks. ``addNewColumns``: the
            query fails once the schema with it is stored in ``schemaLocation``, and goes on with it
            when it is started again, from the same records; ``rescue``: it goes to the rescued data
            column; ``failOnNewColumns``: the query fails; ``none``: it is ignored. Default:
            ``addNewColumns`` with ``schemaLocation``, else ``none``.
        rescued_data_column:
            A column of this name gets a JSON object with those fields of a record that the schema
            lacks or whose value does not fit its type; null if there are none. It stands beside
            ``output``, or beside the columns of your schema. Default: none; ``_rescued_data`` with
            ``schemaEvolutionMode=rescue``.
        input_data:
            The input rows as JSON: an array of objects, or an object of arrays. A batch read makes
            one call per row, and each row comes back beside its own result; with ``streaming=true``
            each row is an endpoint that is polled with an offset of its own. Never printed.
        input:
            The input rows: name of a temporary view or table; in Python a DataFrame too. They pass
            through the driver; a stream reads them when its query starts.
        partitions:
            Tasks that make the calls, or poll the endpoints. Default: ``2``.
        concurrency:
            Requests in flight at once, in each task. Default: ``8``, in a stream ``64``.
        query_type:
            How the input columns get into a request without a body: ``querystring`` appends each as
            a parameter, ``inline`` fills placeholders such as ``{id}`` only. Default: ``inline`` if
            a placeholder names an input column, else ``querystring``.
        post_input_format:
            How the input columns become the body of POST, PUT and PATCH, unless there is a
            ``body``: a JSON object, or a form. Default: ``json``.
        cookie:
            Sent as the header ``Cookie``: ``name=value``, several with ``; `` between them. Never
            printed.
        include_inputs_in_output:
            Whether the input columns stand before ``output``. Default: ``Y``.
        call_strictly_once:
            ``Y``: each row is called once and never again, for the schema, for later actions, and
            if a task is lost or runs twice; the results are kept on the driver. A call whose result
            was lost with its task has an ``error``. Default: ``N``.
        schema_sample_pcnt:
            Percent of the input rows that are called to infer the schema: at least 3, at most 100
            rows. Default: ``30``.

    Returns:
        A DataFrame. Without an input: all records of all pages. With one: the columns of the input, ``output`` with what the
        call for that row brought, and ``error``. Each action asks the API anew, unless ``call_strictly_once``.

    Raises:
        pyspark.errors.IllegalArgumentException: Arguments are wrong: ``[REST_INVALID_OPTIONS]`` and all of them in one
            message. Or the API cannot be asked for the schema: ``[REST_API_REFUSED]``, ``[REST_CONNECTION_FAILED]`` and
            others, as listed in docs/errors.md.
        TypeError: An argument has a type that no option has; or ``auth`` is given beside an argument that it sets.
        ValueError: A ``datetime`` has no time zone, or there is no jar for this Spark.
        spark_rest.RestError: Spark itself failed, not the API; the message is that of the JVM.

    Example::

        users = read_rest(
            spark, "https://api.example.com/users/{id}", input_data=[{"id": 1}, {"id": 2}], method="GET"
        )
        users.select("id", "output.name", "error").show()
    """
    return load(
        spark,
        schema,
        json_options,
        auth,
        {
            "url": url,
            "method": method,
            "headers": headers,
            "params": params,
            "body": body,
            "bodyFormat": body_format,
            "initialUrl": initial_url,
            "initialBody": initial_body,
            "connectTimeout": connect_timeout,
            "readTimeout": read_timeout,
            "responseTimeout": response_timeout,
            "proxy": proxy,
            "proxyUser": proxy_user,
            "proxyPassword": proxy_password,
            "dataField": data_field,
            "responseFormat": response_format,
            "recordFields": record_fields,
            "emptyStatusCodes": empty_status_codes,
            "emptyWhen": empty_when,
            "errorWhen": error_when,
            "maxResponseBytes": max_response_bytes,
            "streaming": streaming,
            "offsetType": offset_type,
            "offsetField": offset_field,
            "initialOffset": initial_offset,
            "offsetPick": offset_pick,
            "offsetFormat": offset_format,
            "requestOffsetFormat": request_offset_format,
            "order": order,
            "boundary": boundary,
            "recordKey": record_key,
            "lookback": lookback,
            "lag": lag,
            "windowStep": window_step,
            "onCursorExpired": on_cursor_expired,
            "pagination": pagination,
            "nextField": next_field,
            "hasMoreField": has_more_field,
            "totalField": total_field,
            "pageParam": page_param,
            "pageSizeParam": page_size_param,
            "pageSize": page_size,
            "startPage": start_page,
            "maxPagesPerPoll": max_pages_per_poll,
            "reanchorAfter": reanchor_after,
            "pageInterval": page_interval,
            "allowedHosts": allowed_hosts,
            "allowPrivateHosts": allow_private_hosts,
            "streamingInterval": streaming_interval,
            "maxBufferedBytes": max_buffered_bytes,
            "maxRetries": max_retries,
            "retryBackoff": retry_backoff,
            "onError": on_error,
            "maxRequestsPerTrigger": max_requests_per_trigger,
            "maxRequestRate": max_request_rate,
            "rateLimitRemainingHeader": rate_limit_remaining_header,
            "rateLimitResetHeader": rate_limit_reset_header,
            "rateLimitMaxWait": rate_limit_max_wait,
            "retryStatusCodes": retry_status_codes,
            "conditionalRequests": conditional_requests,
            "authType": auth_type,
            "userId": user_id,
            "userPassword": user_password,
            "oauthToken": oauth_token,
            "authScheme": auth_scheme,
            "apiKey": api_key,
            "apiKeyName": api_key_name,
            "apiKeyIn": api_key_in,
            "oauthConsumerKey": oauth_consumer_key,
            "oauthConsumerSecret": oauth_consumer_secret,
            "oauthTokenSecret": oauth_token_secret,
            "oauthSignatureMethod": oauth_signature_method,
            "oauthRealm": oauth_realm,
            "oauth2TokenUrl": oauth2_token_url,
            "oauth2GrantType": oauth2_grant_type,
            "oauth2ClientId": oauth2_client_id,
            "oauth2ClientSecret": oauth2_client_secret,
            "oauth2ClientAuth": oauth2_client_auth,
            "oauth2Scope": oauth2_scope,
            "oauth2Params": oauth2_params,
            "oauth2RefreshToken": oauth2_refresh_token,
            "oauth2TokenStore": oauth2_token_store,
            "tlsCaFile": tls_ca_file,
            "tlsCertFile": tls_cert_file,
            "tlsKeyFile": tls_key_file,
            "tlsKeyPassword": tls_key_password,
            "tlsKeyStore": tls_key_store,
            "tlsKeyStorePassword": tls_key_store_password,
            "tlsKeyStoreType": tls_key_store_type,
            "tlsTrustStore": tls_trust_store,
            "tlsTrustStorePassword": tls_trust_store_password,
            "tlsTrustStoreType": tls_trust_store_type,
            "inferSchema": infer_schema,
            "outputType": output_type,
            "schemaHints": schema_hints,
            "schemaLocation": schema_location,
            "schemaEvolutionMode": schema_evolution_mode,
            "rescuedDataColumn": rescued_data_column,
            "inputData": input_data,
            "input": input,
            "partitions": partitions,
            "concurrency": concurrency,
            "queryType": query_type,
            "postInputFormat": post_input_format,
            "cookie": cookie,
            "includeInputsInOutput": include_inputs_in_output,
            "callStrictlyOnce": call_strictly_once,
            "schemaSamplePcnt": schema_sample_pcnt,
        },
    )
