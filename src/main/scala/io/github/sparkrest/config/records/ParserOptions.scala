// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.records

import java.nio.charset.Charset

import scala.util.Try

import io.github.sparkrest.options.{GivenOptions, OptionReader}

/** Reads the options of Spark's parsers that the connector itself obeys. The option table lacks them, because Spark defines them. */
final private[records] class ParserOptions(read: OptionReader, options: GivenOptions) {
  def parsed[A](name: String, default: A, allowed: String)(parse: String => Option[A]): A =
    options.get(name).fold(default) { t =>
      parse(t).getOrElse {
        read.problem(s"""$name: "$t" is not allowed; allowed: $allowed""")
        default
      }
    }

  def flag(name: String, default: Boolean): Boolean =
    parsed(name, default, "true or false")(t => Try(t.trim.toBoolean).toOption)

  /** Under one of its two names. */
  def charset: Option[String] = Seq("encoding", "charset")
    .find(options.has(_))
    .flatMap(n =>
      parsed(n, Option.empty[String], "a charset of Java")(t => Try(Charset.forName(t.trim).name).toOption.map(Some(_)))
    )
}
