// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.generated

import io.github.sparkrest.options.RestOptions
import io.github.sparkrest.options.tables._

/** The option table as Python `TypedDict`s, whose keys are the keyword arguments of `read_rest_stream` and `read_rest`.
  *
  * GeneratedFilesSuite compares the file in the repository with this text. `make docs-options` writes the file.
  */
object PythonDoc {
  private val Quotes = "\"\"\""

  /** `help()` indents a description by 12, an attribute docstring by 4. Both stay below 120 columns. */
  private val Width = 112

  /** The line length of ruff. */
  private val Column = 120

  def module: String =
    s"""# Generated from the option table (RestOptions.scala) by `make docs-options`. Do not edit.
       |${Quotes}The options of the source: the types and descriptions of keyword arguments. ADR 22 explains the form.$Quotes
       |
       |from __future__ import annotations
       |
       |from collections.abc import Mapping, Sequence
       |from typing import TYPE_CHECKING, Literal, TypedDict
       |
       |if TYPE_CHECKING:
       |    from datetime import datetime, timedelta
       |
       |    from pyspark.sql import DataFrame
       |
       |
       |""".stripMargin + Seq(
      typed("Options", "TypedDict", "Options of streams and of batch reads.", Scope.Both),
      typed("StreamOptions", "Options", "Options of ``read_rest_stream``.", Scope.Stream),
      typed("BatchOptions", "Options", "Options of ``read_rest``.", Scope.Batch)
    ).mkString("\n\n")

  private def typed(name: String, base: String, what: String, scope: Scope) = {
    val keys = RestOptions.all.filter(o => o.scope == scope && o != RestOptions.Url).map { o =>
      s"${declared(o)}\n    $Quotes${wrap(text(o, o.required), 4, Width).trim}$Quotes\n"
    }
    s"class $name($base, total=False):\n    $Quotes$what$Quotes\n\n${keys.mkString}"
  }

  /** As ruff formats a long line. */
  private def declared(o: Opt[_]): String = {
    val line = s"    ${o.pythonName}: ${o.kind.python} | None"
    if (line.length <= Column) line
    else {
      val values = o.kind.python.stripPrefix("Literal[").stripSuffix("]")
      s"    ${o.pythonName}: (\n        Literal[\n            $values\n        ]\n        | None\n    )"
    }
  }

  private[generated] def described(o: Opt[_], argument: String, required: Boolean): String =
    s"        $argument:\n${wrap(text(o, required), 12, 100)}"

  private def text(o: Opt[_], required: Boolean): String = {
    val default = if (required) "Required." else o.default.fold("")(d => s"Default: ``$d``.")
    s"${o.doc} $default ${if (o.secret) "Never printed." else ""}".trim
      .replaceAll("\\s+", " ")
      .replace("`", "``")
      .replace("````", "``")
  }

  /** @param indent blanks before each line, which count */
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
