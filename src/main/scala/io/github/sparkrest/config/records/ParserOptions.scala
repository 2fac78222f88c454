// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.records

import java.nio.charset.Charset
import java.util.Locale

import scala.util.Try

import io.github.sparkrest.options.OptionReader

/** Reads the options of Spark's parsers that the connector itself obeys. They are no rows of the option table, because Spark defines
  * them.
  */
final private[records] class ParserOptions(read: OptionReader, options: Map[String, String]) {
  private val texts = options.map { case (k, v) => k.toLowerCase(Locale.ROOT) -> v }

  def text(name: String): Option[String] = texts.get(name.toLowerCase(Locale.ROOT))

  def parsed[A](name: String, default: A, allowed: String)(parse: String => Option[A]): A =
    text(name).fold(default) { t =>
      parse(t).getOrElse {
        read.problem(s"""$name: "$t" is not allowed; allowed: $allowed""")
        default
      }
    }

  def flag(name: String, default: Boolean): Boolean =
    parsed(name, default, "true or false")(t => Try(t.trim.toBoolean).toOption)

  /** Under one of its two names. */
  def charset: Option[String] = Seq("encoding", "charset")
    .find(text(_).isDefined)
    .flatMap(n => parsed(n, Option.empty[String], "a charset of Java")(t => ParserOptions.charsetOf(t).map(Some(_))))

  /** The given options among these. */
  def among(names: Seq[String]): Map[String, String] = {
    val known = names.map(_.toLowerCase(Locale.ROOT)).toSet
    options.filter { case (k, _) => known(k.toLowerCase(Locale.ROOT)) }
  }
}

private[records] object ParserOptions {
  def charsetOf(name: String): Option[String] = Try(Charset.forName(name.trim).name).toOption
}
