// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import scala.annotation.tailrec
import scala.util.Try

import io.github.sparkrest.error.RestError
import org.apache.spark.sql.types._

/** Types that the user knows better than inference: `id BIGINT, user.born DATE, tags MAP<STRING, STRING>`. Pure.
  *
  * A path leads through structs, through arrays by `element`, and through maps by `key` and `value`. Put names with dots or
  * blanks in backticks. A hint adds a field that the inferred schema lacks.
  */
object SchemaHints {

  /** Left: the error in the hints. */
  def apply(hints: String, inferred: StructType): Either[RestError, StructType] =
    parse(hints).map(_.foldLeft[DataType](inferred) { case (t, (path, hint)) => put(t, path, hint) }).map {
      case s: StructType => s
      case _             => inferred
    }

  /** Applies hints to an inferred or stored type, if that type is an object.
    *
    * @throws RestException if the hints are wrong
    */
  def on(inferred: DataType, hints: Option[String]): DataType = (inferred, hints) match {
    case (record: StructType, Some(h)) => apply(h, record).fold(e => throw e.toException, identity)
    case _                             => inferred
  }

  private def parse(hints: String): Either[RestError, Vector[(List[String], DataType)]] =
    split(hints, ',')
      .map(_.trim)
      .filter(_.nonEmpty)
      .foldLeft[Either[RestError, Vector[(List[String], DataType)]]](
        Right(Vector.empty)
      )((done, text) => for (before <- done; hint <- one(text)) yield before :+ hint)

  private def one(text: String): Either[RestError, (List[String], DataType)] = split(text, ' ') match {
    case path +: rest if rest.nonEmpty =>
      val names = split(path, '.').map(_.trim.stripPrefix("`").stripSuffix("`")).toList
      Try(DataType.fromDDL(rest.mkString(" "))).toOption
        .filter(_ => names.forall(_.nonEmpty))
        .map(names -> _)
        .toRight(wrong(text, "no path and type that this Spark knows"))
    case _ => Left(wrong(text, "no path and type"))
  }

  private def wrong(text: String, what: String) = RestError.wrongOption(
    s"""schemaHints: "$text" is $what.""",
    "Allowed: paths and types with commas between them, e.g. id BIGINT, user.born DATE."
  )

  private def put(in: DataType, path: List[String], hint: DataType): DataType = (in, path) match {
    case (_, Nil)                             => hint
    case (ArrayType(e, n), "element" :: rest) => ArrayType(put(e, rest, hint), n)
    case (MapType(k, v, n), "key" :: rest)    => MapType(put(k, rest, hint), v, n)
    case (MapType(k, v, n), "value" :: rest)  => MapType(k, put(v, rest, hint), n)
    case (StructType(fields), name :: rest)   =>
      val at = fields.indexWhere(_.name.equalsIgnoreCase(name))
      if (at < 0) StructType(fields :+ StructField(name, put(new StructType, rest, hint)))
      else StructType(fields.updated(at, fields(at).copy(dataType = put(fields(at).dataType, rest, hint))))
    case (_, rest) => put(new StructType, rest, hint)
  }

  /** Splits at `separator` outside brackets and backticks. */
  private def split(text: String, separator: Char): Vector[String] = {
    @tailrec def go(i: Int, from: Int, depth: Int, quoted: Boolean, done: Vector[String]): Vector[String] =
      if (i == text.length) done :+ text.substring(from)
      else
        text.charAt(i) match {
          case '`'                                  => go(i + 1, from, depth, !quoted, done)
          case '<' | '(' if !quoted                 => go(i + 1, from, depth + 1, quoted, done)
          case '>' | ')' if !quoted                 => go(i + 1, from, depth - 1, quoted, done)
          case `separator` if depth == 0 && !quoted => go(i + 1, i + 1, depth, quoted, done :+ text.substring(from, i))
          case _                                    => go(i + 1, from, depth, quoted, done)
        }
    go(0, 0, 0, quoted = false, Vector.empty)
  }
}
