# Generated from the option table (RestOptions.scala) by `make docs-options`. Do not edit.
"""The function whose arguments are the options of the source."""

from __future__ import annotations

from collections.abc import Mapping
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
    connect_timeout: float | str | None = None,
    read_timeout: float | str | None = None,
    data_field: str | None = None,
    max_response_bytes: int | str | None = None,
    streaming: bool | None = None,
    offset_type: Literal["timestamp", "cursor", "incremental", "max_field"] | None = None,
    offset_field: str | None = None,
    initial_offset: str | int | float | None = None,
    boundary: Literal["auto", "inclusive", "exclusive"] | None = None,
    streaming_interval: float | str | None = None,
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
        connect_timeout:
            Seconds to wait for a connection. Default: ``10``.
        read_timeout:
            Seconds to wait for the head of a response, and for each next piece of its body.
            Default: ``60``.
        data_field:
            Path of the records, e.g. ``data`` or ``result.items``, names with dots in double
            quotes. A root array needs none. If it is not given and ``data`` is absent, a response
            that holds exactly one array of objects uses that array. Default: ``data``.
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
            compared as such. Default: ``timestamp``.
        offset_field:
            Path of the field that progress is tracked by. Default: ``timestamp``.
        initial_offset:
            The value of the very first request; default ``0``, for ``cursor`` the empty text. It is
            sent, never compared with values of records.
        boundary:
            Does the API send the record at the offset again? ``auto`` and ``inclusive`` drop
            records that were delivered at the boundary and come again with the same content, and
            only those. ``exclusive`` drops none, and ``incremental`` then sends the maximum itself.
            Default: ``auto``.
        streaming_interval:
            Seconds between two polls, also over a restart. With 0 a poll that brought records is
            followed by the next at once. Default: ``10``.
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
            "connectTimeout": connect_timeout,
            "readTimeout": read_timeout,
            "dataField": data_field,
            "maxResponseBytes": max_response_bytes,
            "streaming": streaming,
            "offsetType": offset_type,
            "offsetField": offset_field,
            "initialOffset": initial_offset,
            "boundary": boundary,
            "streamingInterval": streaming_interval,
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
