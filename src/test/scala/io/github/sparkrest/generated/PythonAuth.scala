// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.generated

import io.github.sparkrest.options.RestOptions._
import io.github.sparkrest.options.tables.{AuthType => Kind, Opt}

/** The authentication options as Python classes. Each class has the name of its `authType`.
  *
  * GeneratedFilesSuite compares the file in the repository with this text. `make docs-options` writes the file.
  */
object PythonAuth {
  private val Quotes = "\"\"\""

  /** The line length of ruff. */
  private val Column = 120

  final private case class Field(name: String, option: Opt[_], required: Boolean)

  /** Where the name of a field is not the name of its option without the first word. */
  private val named: Map[Opt[_], String] =
    Map(UserId -> "user", ApiKeyName -> "name", ApiKeyIn -> "location", AuthClass -> "class_name")

  private val kinds = Kind.all.filterNot(_ == Kind.Anonymous)

  private def fields(kind: Kind): Seq[Field] = {
    val options = optionsOf(kind)
    options.all.map(o => Field(nameOf(kind, o), o, options.required.contains(o)))
  }

  private def nameOf(kind: Kind, o: Opt[_]): String =
    if (kind == Kind.Signature && o == ApiKeySecret) "api_key" // it has another key
    else named.getOrElse(o, o.pythonName.dropWhile(_ != '_').drop(1))

  def module: String =
    s"""# Generated from the option table (RestOptions.scala) by `make docs-options`. Do not edit.
       |${Quotes}Credentials as objects, for the argument ``auth``. Secrets can be references, such as ``env:NAME``.$Quotes
       |
       |from __future__ import annotations
       |
       |from collections.abc import Mapping, Sequence
       |from dataclasses import dataclass, field
       |from datetime import timedelta
       |from typing import Literal
       |
       |from spark_rest._credentials import Credentials
       |
       |__all__ = [${kinds.map(k => s""""$k"""").sorted.mkString(", ")}]
       |
       |
       |${kinds.map(described).mkString("\n\n")}""".stripMargin

  private def described(kind: Kind): String =
    s"""@dataclass(frozen=True, repr=False)
       |class $kind(Credentials):
       |    $Quotes``auth_type="$kind"``: ${kind.doc} Its repr hides secrets.
       |
       |    Args:
       |${fields(kind).map(f => PythonDoc.described(f.option, f.name, f.required)).mkString("\n")}
       |    $Quotes
       |
       |${fields(kind).map(declared).mkString("\n")}
       |""".stripMargin

  private def declared(f: Field): String = {
    val (kind, default) =
      if (f.required) (f.option.kind.python, "") else (s"${f.option.kind.python} | None", "default=None, ")
    val secret = if (f.option.secret) "True" else "False"
    val begin = s"    ${f.name}: $kind = field("
    val arguments = s"""${default}metadata={"option": "${f.option.name}", "secret": $secret}"""
    val line = s"$begin$arguments)"
    if (line.length <= Column) line else s"$begin\n        $arguments\n    )"
  }
}
