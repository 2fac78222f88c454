// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.generated

import io.github.sparkrest.options.RestOptions
import io.github.sparkrest.options.tables.{Opt, Scope}

/** The option table as a page of the docs.
  *
  * GeneratedFilesSuite compares the file in the repository with this text. `make docs-options` writes the file.
  */
object OptionsDoc {
  private val sections = RestOptions.all.map(_.section).distinct

  def markdown: String = {
    val tables = sections.map { s =>
      val rows = RestOptions.all.filter(_.section == s).map { o =>
        val default = if (o.required) "required" else o.default.fold("")(d => s"`$d`")
        val aliases = if (o.aliases.isEmpty) "" else o.aliases.map(a => s"`$a`").mkString(" Also: ", ", ", ".")
        s"| `${o.name}` | ${o.kind.name} | $default | ${scope(o)}${o.doc}$aliases${if (o.secret) " Never printed."
          else ""} |"
      }
      s"## $s\n\n| option | type | default | meaning |\n|---|---|---|---|\n${rows.mkString("\n")}\n"
    }
    s"""# Options
       |
       |<!-- Generated from the option table (RestOptions.scala) by `make docs-options`. Do not edit. -->
       |
       |Option names are case-insensitive, and every value is text.
       |`load()` reports all errors at once. An unknown option is an error.
       |In Python, `read_rest_stream` and `read_rest` take these options as keyword arguments in snake_case.
       |
       |%tables%
       |## Options of `spark.read.json`
       |
       |These options have the same meaning here, because Spark's parser reads them: ${RestOptions.json
        .map(n => s"`$n`")
        .mkString(", ")}.
       |
       |## Options of `spark.read.csv`
       |
       |With `responseFormat=csv` these options have the same meaning as in `spark.read.csv`: ${RestOptions.csv
        .map(n => s"`$n`")
        .mkString(
          ", "
        )}. Those of the list above that `spark.read.csv` has too apply as well, such as `mode` and `dateFormat`. `header` is `true` by default, and `false` with `recordFields`.
       |
       |## Options of `spark.read.xml`
       |
       |With `responseFormat=xml` these options have the same meaning as in `spark.read.xml`: ${RestOptions.xml
        .map(n => s"`$n`")
        .mkString(
          ", "
        )}. Those of the first list that `spark.read.xml` has too apply as well. `rowTag` is required.
       |""".stripMargin.replace("%tables%", tables.mkString("\n"))
  }

  private def scope(o: Opt[_]): String = o.scope match {
    case Scope.Stream => "*Streams.* "
    case Scope.Batch  => "*Batch reads.* "
    case Scope.Both   => ""
  }
}
