// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

/** The option table as text: the page of the docs, and the Python function whose arguments are the options. Both are files
  * in the repository that a test compares with this; `make docs-options` writes them anew.
  */
object OptionsDoc {
  private val sections = RestOptions.all.map(_.section).distinct

  def markdown: String = {
    val tables = sections.map { s =>
      val rows = RestOptions.all.filter(_.section == s).map { o =>
        val default = if (o.required) "required" else o.default.fold("")(d => s"`$d`")
        s"| `${o.name}` | ${o.kind.name} | $default | ${o.doc}${if (o.secret) " Never printed." else ""} |"
      }
      s"## ${s.title}\n\n| option | type | default | meaning |\n|---|---|---|---|\n${rows.mkString("\n")}\n"
    }
    s"""# Options
       |
       |<!-- Generated from the option table (RestOptions.scala) by `make docs-options`. Do not edit. -->
       |
       |Names are matched in any case; every value is text. All that is wrong is reported at once, at `load()`; an unknown option is an
       |error. In Python the arguments of `read_rest_stream` are these names in snake_case.
       |
       |%tables%
       |## Options of `spark.read.json`
       |
       |They mean the same here, and are read by Spark's own parser: ${RestOptions.json
        .map(n => s"`$n`")
        .mkString(", ")}.
       |""".stripMargin.replace("%tables%", tables.mkString("\n"))
  }

  def python: String = {
    val rest = RestOptions.all.filterNot(_ == RestOptions.Url)
    val arguments = rest.map(o => s"    ${o.pythonName}: ${o.kind.python} | None = None,")
    val docs = RestOptions.all.map { o =>
      val default = if (o.required) "Required." else o.default.fold("")(d => s"Default: ``$d``.")
      val text = s"${o.doc} $default ${if (o.secret) "Never printed." else ""}".trim
        .replaceAll("\\s+", " ")
        .replace("`", "``")
        .replace("````", "``")
      s"        ${o.pythonName}:\n${wrap(text, 12, 100)}"
    }
    val pairs = RestOptions.all.map(o => s"""            "${o.name}": ${o.pythonName},""")
    s"""# Generated from the option table (RestOptions.scala) by `make docs-options`. Do not edit.
       |${"\"\"\""}The function whose arguments are the options of the source.${"\"\"\""}
       |
       |from __future__ import annotations
       |
       |from collections.abc import Mapping, Sequence
       |from typing import TYPE_CHECKING, Literal
       |
       |from spark_rest._reader import load_stream
       |
       |if TYPE_CHECKING:
       |    from pyspark.sql import DataFrame, SparkSession
       |    from pyspark.sql.types import StructType
       |
       |
       |def read_rest_stream(
       |    spark: SparkSession,
       |    url: str,
       |    *,
       |    schema: StructType | str | None = None,
       |    json_options: Mapping[str, str] | None = None,
       |${arguments.mkString("\n")}
       |) -> DataFrame:
       |    ${"\"\"\""}A streaming DataFrame of an HTTP API: ``spark.readStream.format("rest")`` with the options as arguments.
       |
       |    An argument that is ``None`` is not set. Wrong arguments raise ``IllegalArgumentException``, all of them in one
       |    message that begins with ``[REST_INVALID_OPTIONS]``. Unless ``schema`` is given or ``infer_schema`` is false, one
       |    request is made here to infer a schema; it is used as the first poll.
       |
       |    Args:
       |        spark:
       |            The session; the connector's jar is attached to it if it is not there yet.
       |        schema:
       |            ``"output STRUCT<...>"``, ``"output STRING"`` (the record's own JSON text), ``"output VARIANT"`` (Spark 4), or
       |            any other schema: the record's fields as columns. Default: ``output STRUCT<...>``, inferred.
       |        json_options:
       |            Options of ``spark.read.json``, e.g. ``{"mode": "FAILFAST"}``.
       |${docs.mkString("\n")}
       |
       |    Returns:
       |        A streaming DataFrame. Each record is delivered once, also over restarts with the same checkpoint.
       |    ${"\"\"\""}
       |    return load_stream(
       |        spark,
       |        schema,
       |        json_options,
       |        {
       |${pairs.mkString("\n")}
       |        },
       |    )
       |""".stripMargin
  }

  private def wrap(text: String, indent: Int, width: Int): String =
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
