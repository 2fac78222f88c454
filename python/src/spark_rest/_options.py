# Generated from the option table (RestOptions.scala) by `make docs-options`. Do not edit.
"""The function whose arguments are the options of the source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from spark_rest._reader import load_stream

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType


def read_rest_stream(
    spark: SparkSession,
    url: str,
    *,
    schema: StructType | str | None = None,
    json_options: Mapping[str, str] | None = None,
    method: Literal["GET", "POST", "PUT", "PATCH"] | None = None,
    headers: Mapping[str, str] | str | None = None,
    params: Mapping[str, str] | str | None = None,
    body: str | None = None,
    body_format: Literal["json", "form"] | None = None,
    initial_url: str | None = None,
    initial_body: str | None = None,
    connect_timeout: float | str | None = None,
    read_timeout: float | str | None = None,
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
    initial_offset: str | int | float | None = None,
    offset_pick: Literal["max", "last", "first"] | None = None,
    offset_format: str | None = None,
    request_offset_format: str | None = None,
    order: Literal["auto", "asc", "desc", "none"] | None = None,
    boundary: Literal["auto", "inclusive", "exclusive"] | None = None,
    record_key: Sequence[str] | str | None = None,
    lookback: float | str | None = None,
    lag: float | str | None = None,
    window_step: float | str | None = None,
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
    page_interval: float | str | None = None,
    allowed_hosts: Sequence[str] | str | None = None,
    streaming_interval: float | str | None = None,
    catch_up_interval: float | str | None = None,
    batch_size: int | None = None,
    max_bytes_per_batch: int | str | None = None,
    max_buffered_bytes: int | str | None = None,
    retain_batches: int | None = None,
    page_log_location: str | None = None,
    max_retries: int | None = None,
    retry_backoff: float | str | None = None,
    on_error: Literal["retry", "fail"] | None = None,
    max_consecutive_errors: int | None = None,
    max_requests_per_trigger: int | None = None,
    auth_type: Literal["None", "Basic", "Bearer"] | None = None,
    user_id: str | None = None,
    user_password: str | None = None,
    oauth_token: str | None = None,
    auth_scheme: str | None = None,
    infer_schema: bool | None = None,
) -> DataFrame:
    """A streaming DataFrame of an HTTP API: ``spark.readStream.format("rest")`` with the options as arguments.

    An argument that is ``None`` is not set. Wrong arguments raise ``IllegalArgumentException``, all of them in one
    message that begins with ``[REST_INVALID_OPTIONS]``. Unless ``schema`` is given or ``infer_schema`` is false, one
    request is made here to infer a schema; it is used as the first poll.

    Args:
        spark:
            The session; the connector's jar is attached to it if it is not there yet.
        schema:
            ``"output STRUCT<...>"``, ``"output STRING"`` (the record's own JSON text), ``"output VARIANT"`` (Spark 4), or
            any other schema: the record's fields as columns. Default: ``output STRUCT<...>``, inferred.
        json_options:
            Options of ``spark.read.json``, e.g. ``{"mode": "FAILFAST"}``.
        url:
            The address, with placeholders: ``{<offsetField>}`` or ``{offset}`` stands for the
            offset, percent-encoded. A query parameter that is an empty placeholder alone is left
            out. Required.
        method:
            The HTTP method. Default: ``GET``.
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
            Seconds to wait for a connection. Default: ``10``.
        read_timeout:
            Seconds to wait for the head of a response, and for each next piece of its body.
            Default: ``60``.
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
            A response without ``dataField`` that means that there is nothing, as ``path=value``,
            e.g. ``meta.result_count=0``.
        error_when:
            A successful response that is an error, as ``path=value``, e.g. ``ok=false``; a path
            alone: if it is there and not null.
        max_response_bytes:
            A larger response fails the query. Memory does not grow with the response. Default:
            ``1g``.
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
            How far before the offset each poll asks again, for records that are committed late.
            What was delivered is dropped. Default: ``0``.
        lag:
            Records younger than this are left for a later poll, for APIs whose newest records are
            not complete yet. Default: ``0``.
        window_step:
            ``offsetType=window``: length of a slice from ``{windowStart}`` to ``{windowEnd}``.
            Default: up to now.
        on_cursor_expired:
            When the API refuses a stored cursor (400, 404, 410): fail the query, or begin anew at
            ``initialOffset``; what was delivered last is dropped. Default: ``fail``.
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
            Path of the number of all records.
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
            Hosts beside that of ``url`` to which next addresses may lead. They get no credentials.
        streaming_interval:
            Seconds between two polls, also over a restart. With 0 a poll that brought records is
            followed by the next at once. Default: ``10``.
        catch_up_interval:
            Seconds to the next poll while the API shows that more is waiting. Default:
            ``streamingInterval``.
        batch_size:
            Most records of a micro-batch, 0 for no limit. A larger page is delivered over several
            batches. Default: ``1000``.
        max_bytes_per_batch:
            Most bytes of a micro-batch; a record is never cut. Default: ``128m``.
        max_buffered_bytes:
            How far polling may run ahead of the query. Checked between pages. Default: ``256m``.
        retain_batches:
            Consumed batches whose pages are kept in the page log. Default: ``2``.
        page_log_location:
            Where the page log is kept, on storage that driver and executors share; default: the
            source's folder in the checkpoint. One folder for one query.
        max_retries:
            Further tries within a poll after 408, 429, 5xx or a broken connection. Default: ``3``.
        retry_backoff:
            Seconds of the first backoff; it doubles with each try, with full jitter.
            ``Retry-After`` is obeyed. Default: ``1``.
        on_error:
            A failed poll: ``retry`` makes no batch, keeps the offset, and polls again at the next
            interval; ``fail`` fails the query. Default: ``retry``.
        max_consecutive_errors:
            Polls that may fail in a row before the query fails; default: no limit.
        max_requests_per_trigger:
            Requests that ``Trigger.AvailableNow`` and ``Once`` may make, retries included, before
            they end as if all were there; the next run goes on. Default: no limit.
        auth_type:
            How requests are authenticated. Default: ``None``.
        user_id:
            User of ``Basic``.
        user_password:
            Password of ``Basic``; may be empty. Never printed.
        oauth_token:
            Token of ``Bearer``. Never printed.
        auth_scheme:
            The word before the token, e.g. ``SSWS`` or ``Token``. Default: ``Bearer``.
        infer_schema:
            ``true``: a column ``output STRUCT<…>`` inferred from one response. ``false``: ``output
            STRING``, the record's own JSON text. A schema of your own wins over both. Default:
            ``true``.

    Returns:
        A streaming DataFrame. Each record is delivered once, also over restarts with the same checkpoint.
    """
    return load_stream(
        spark,
        schema,
        json_options,
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
            "streamingInterval": streaming_interval,
            "catchUpInterval": catch_up_interval,
            "batchSize": batch_size,
            "maxBytesPerBatch": max_bytes_per_batch,
            "maxBufferedBytes": max_buffered_bytes,
            "retainBatches": retain_batches,
            "pageLogLocation": page_log_location,
            "maxRetries": max_retries,
            "retryBackoff": retry_backoff,
            "onError": on_error,
            "maxConsecutiveErrors": max_consecutive_errors,
            "maxRequestsPerTrigger": max_requests_per_trigger,
            "authType": auth_type,
            "userId": user_id,
            "userPassword": user_password,
            "oauthToken": oauth_token,
            "authScheme": auth_scheme,
            "inferSchema": infer_schema,
        },
    )
