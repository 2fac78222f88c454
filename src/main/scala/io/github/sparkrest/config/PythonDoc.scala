// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import io.github.sparkrest.options.RestOptions
import io.github.sparkrest.options.tables.{Opt, Scope}

/** The option table as Python functions whose arguments are the options: a file in the repository that a test compares with
  * this; `make docs-options` writes it anew.
  */
object PythonDoc {
  private val Quotes = "\"\"\""

  def module: String =
    s"""# Generated from the option table (RestOptions.scala) by `make docs-options`. Do not edit.
       |${Quotes}The functions whose arguments are the options of the source.$Quotes
       |
       |from __future__ import annotations
       |
       |from collections.abc import Mapping, Sequence
       |from typing import TYPE_CHECKING, Literal
       |
       |from spark_rest._reader import load, load_stream
       |
       |if TYPE_CHECKING:
       |    from datetime import datetime, timedelta
       |
       |    from pyspark.sql import DataFrame, SparkSession
       |    from pyspark.sql.types import StructType
       |
       |    from spark_rest._auth import ApiKey, Basic, Bearer, OAuth1, OAuth2
       |
       |
       |""".stripMargin + Seq(stream, batch).mkString("\n\n")

  private def stream = function(
    "read_rest_stream",
    "load_stream",
    Scope.Stream,
    """A streaming DataFrame of an HTTP API: ``spark.readStream.format("rest")`` with the options as arguments.""",
    """request is made here to infer a schema; it is used as the first poll.""",
    "A streaming DataFrame. Each record is delivered once, also over restarts with the same checkpoint.",
    """orders = read_rest_stream(
       |            spark, "https://api.example.com/orders?start_id={id}", offset_type="incremental", offset_field="id"
       |        )
       |        query = orders.writeStream.option("checkpointLocation", "/data/checkpoint").start("/data/orders")"""
  )

  private def batch = function(
    "read_rest",
    "load",
    Scope.Batch,
    """A DataFrame of an HTTP API: ``spark.read.format("rest")`` with the options as arguments.""",
    """request is made here to infer a schema; with ``input`` or ``input_data``, calls for some of its rows.""",
    """A DataFrame. Without an input: all records of all pages. With one: the columns of the input, ``output`` with what the
       |        call for that row brought, and ``error``. Each action asks the API anew, unless ``call_strictly_once``.""",
    """users = read_rest(
       |            spark, "https://api.example.com/users/{id}", input_data=[{"id": 1}, {"id": 2}], method="GET"
       |        )
       |        users.select("id", "output.name", "error").show()"""
  )

  private def function(
      name: String,
      load: String,
      scope: Scope,
      what: String,
      inference: String,
      returns: String,
      example: String
  ) = {
    val options = RestOptions.all.filter(o => o.scope == scope || o.scope == Scope.Both)
    val arguments =
      options.filterNot(_ == RestOptions.Url).map(o => s"    ${o.pythonName}: ${o.kind.python} | None = None,")
    val pairs = options.map(o => s"""            "${o.name}": ${o.pythonName},""")
    s"""def $name(
       |    spark: SparkSession,
       |    url: str,
       |    *,
       |    schema: StructType | str | None = None,
       |    json_options: Mapping[str, object] | None = None,
       |    auth: Basic | Bearer | ApiKey | OAuth1 | OAuth2 | None = None,
       |${arguments.mkString("\n")}
       |) -> DataFrame:
       |    $Quotes$what
       |
       |    An argument that is ``None`` is not set. Seconds may be a ``timedelta``; a ``datetime`` needs a time zone; what is JSON
       |    may be a dict or a list. Unless ``schema`` is given or ``infer_schema`` is false, one
       |    $inference
       |
       |    Args:
       |        spark:
       |            The session; the connector's jar is attached to it if it is not there yet.
       |        schema:
       |            ``"output STRUCT<...>"``, ``"output STRING"`` (the record's own JSON text), ``"output VARIANT"`` (Spark 4), or
       |            any other schema: the record's fields as columns. Default: ``output STRUCT<...>``, inferred.
       |        json_options:
       |            Options of ``spark.read.json``, e.g. ``{"mode": "FAILFAST"}``.
       |        auth:
       |            How requests are authenticated, e.g. ``Bearer("env:TOKEN")``: in place of ``auth_type`` and the arguments
       |            that belong to it. Its repr hides what is secret. Default: no authentication.
       |${options.map(described).mkString("\n")}
       |
       |    Returns:
       |        $returns
       |
       |    Raises:
       |        pyspark.errors.IllegalArgumentException: Arguments are wrong: ``[REST_INVALID_OPTIONS]`` and all of them in one
       |            message. Or the API cannot be asked for the schema: ``[REST_API_REFUSED]``, ``[REST_CONNECTION_FAILED]`` and
       |            others, as listed in docs/errors.md.
       |        TypeError: An argument has a type that no option has; or ``auth`` is given beside an argument that it sets.
       |        ValueError: A ``datetime`` has no time zone, or there is no jar for this Spark.
       |        spark_rest.RestError: Spark itself failed, not the API; the message is that of the JVM.
       |
       |    Example::
       |
       |        $example
       |    $Quotes
       |    return $load(
       |        spark,
       |        schema,
       |        json_options,
       |        auth,
       |        {
       |${pairs.mkString("\n")}
       |        },
       |    )
       |""".stripMargin
  }

  private[sparkrest] def described(o: Opt[_]): String = described(o, o.pythonName, o.required)

  private[sparkrest] def described(o: Opt[_], argument: String, required: Boolean): String = {
    val default = if (required) "Required." else o.default.fold("")(d => s"Default: ``$d``.")
    val text = s"${o.doc} $default ${if (o.secret) "Never printed." else ""}".trim
      .replaceAll("\\s+", " ")
      .replace("`", "``")
      .replace("````", "``")
    s"        $argument:\n${wrap(text, 12, 100)}"
  }

  /** @param indent blanks before each line, which count */
  private[sparkrest] def wrap(text: String, indent: Int, width: Int): String =
    text
      .split(" ")
      .foldLeft(List.empty[String]) {
        case (line :: done, word) if line.length + 1 + word.length <= width - indent => s"$line $word" :: done
        case (done, word)                                                            => word :: done
      }
      .reverse
      .map(" " * indent + _)
      .mkString("\n")
}
