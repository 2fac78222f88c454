// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import scala.util.Try

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.options.values.{Choice, MaxRate}

/** The type of an option: how its text is read, which values are allowed, and the type of the Python argument.
  *
  * @param allowed allowed values, for messages
  */
sealed abstract class OptType[A](val name: String, val allowed: String, val python: String) extends Serializable {
  def read(text: String): Option[A]
}

object OptType {

  sealed abstract class OfText(python: String, name: String = "text", allowed: String = "text that is not empty")
      extends OptType[String](name, allowed, python) {
    def read(text: String): Option[String] = Some(text).filter(_.trim.nonEmpty)
  }
  case object NonEmpty extends OfText("str")

  /** A template, in Python also a JSON value. */
  case object TemplateText extends OfText("Mapping[str, object] | Sequence[object] | str")

  /** Name of a view. Python makes a view of a DataFrame. */
  case object View extends OfText("DataFrame | str")

  /** In Python also a number. */
  case object NumberOrText extends OfText("int | str", "integer or text")

  /** A table as JSON: see [[InputConfig.table]]. */
  case object JsonRows
      extends OfText(
        "Sequence[Mapping[str, object]] | Mapping[str, Sequence[object]] | str",
        "JSON rows",
        "a JSON array of objects, or an object of arrays"
      )

  /** Text that may be empty. */
  sealed abstract class AnyText(python: String) extends OptType[String]("text", "any text", python) {
    def read(text: String): Option[String] = Some(text)
  }
  case object Text extends AnyText("str")

  /** A start value, in Python also a number or a time. */
  case object Scalar extends AnyText("str | int | float | datetime")

  /** One word of two, in any case. */
  sealed abstract class OfWords(name: String, allowed: String, python: String)(yes: String*)(no: String*)
      extends OptType[Boolean](name, allowed, python) {
    def read(text: String): Option[Boolean] = {
      val word = text.trim.toLowerCase
      if (yes.contains(word)) Some(true) else if (no.contains(word)) Some(false) else None
    }
  }
  case object Flag extends OfWords("boolean", "true or false", "bool")("true")("false")

  /** `Y` and `N` as in older REST sources, or `true` and `false`. */
  case object YesNo
      extends OfWords("Y / N", "Y or N", "bool | Literal[\"Y\", \"N\"]")("y", "yes", "true")("n", "no", "false")

  /** @param max inclusive */
  final case class Whole(min: Long, max: Long = Int.MaxValue.toLong)
      extends OptType[Long]("integer", s"a whole number from $min${if (max < Int.MaxValue) s" to $max" else ""}", "int") {
    def read(text: String): Option[Long] = Try(text.trim.toLong).toOption.filter(n => n >= min && n <= max)
  }

  /** Seconds as decimals, or with a unit: `500ms`, `30s`, `5m`, `2h`, `1d`. Read as milliseconds. */
  final case class Duration(minMs: Long)
      extends OptType[Long](
        "seconds",
        s"seconds, decimals too, or with a unit (500ms, 30s, 5m, 2h, 1d), from ${minMs / 1000.0}",
        "float | timedelta | str"
      ) {
    private val form = """(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|m|h|d)?""".r
    def read(text: String): Option[Long] = text.trim match {
      case form(n, unit) =>
        Some((BigDecimal(n) * MaxRate.unitMs(Option(unit).getOrElse("s"))).setScale(0, BigDecimal.RoundingMode.CEILING))
          .filter(_.isValidLong)
          .map(_.toLong)
          .filter(_ >= minMs)
      case _ => None
    }
  }

  /** Bytes, with Spark's suffixes: `512k`, `128m`, `1g`. */
  final case class Bytes(min: Long)
      extends OptType[Long]("bytes", s"bytes, or with a unit (512k, 128m, 1g), from $min", "int | str") {
    private val form = """(\d{1,15})\s*([kmgt]?)b?""".r
    def read(text: String): Option[Long] = text.trim.toLowerCase match {
      case form(n, unit) =>
        Some(n.toLong << (10 * " kmgt".indexOf(if (unit.isEmpty) " " else unit))).filter(b => b >= min && b <= (1L << 50))
      case _ => None
    }
  }

  /** Requests per time. */
  case object Rate extends OptType[MaxRate]("rate", "requests per time, e.g. 100/h, 5/s, 100/3.6s", "str") {
    def read(text: String): Option[MaxRate] = MaxRate.parse(text)
  }

  /** One of a closed set of values, in any case. */
  final case class OneOf[A <: Choice](values: Seq[A])
      extends OptType[A](
        values.map(_.text).mkString(" / "),
        values.map(_.text).mkString(", "),
        s"""Literal[${values.map(v => s""""${v.text}"""").mkString(", ")}]"""
      ) {
    def read(text: String): Option[A] = values.find(_.text.equalsIgnoreCase(text.trim))
  }

  /** Names with commas between them, or a JSON array. */
  case object Names extends OptType[Seq[String]]("names", "names with commas between them", "Sequence[str] | str") {
    def read(text: String): Option[Seq[String]] = {
      val names =
        parse(text).toOption.flatMap(_.as[List[String]].toOption).getOrElse(text.split(",", -1).toList.map(_.trim))
      Some(names).filter(n => n.nonEmpty && n.forall(_.nonEmpty))
    }
  }

  /** Paths with commas between them, or a JSON array. A comma in quotes or brackets belongs to its path. */
  case object Paths extends OptType[Seq[String]]("paths", "paths with commas between them", "Sequence[str] | str") {
    def read(text: String): Option[Seq[String]] = {
      val paths = parse(text).toOption.flatMap(_.as[List[String]].toOption).getOrElse(split(text))
      Some(paths).filter(p => p.nonEmpty && p.forall(_.nonEmpty))
    }

    private def split(text: String): Seq[String] = {
      var quoted, escaped = false
      var depth = 0
      val commas = text.indices.filter { i =>
        val c = text.charAt(i)
        if (escaped) escaped = false
        else if (quoted && c == '\\') escaped = true
        else if (c == '"') quoted = !quoted
        else if (!quoted && c == '[') depth += 1
        else if (!quoted && c == ']') depth -= 1
        c == ',' && !quoted && depth <= 0
      }
      (-1 +: commas).zip(commas :+ text.length).map { case (from, to) => text.substring(from + 1, to).trim }
    }
  }

  /** A JSON object of names and scalars, in the order written. */
  case object JsonMap
      extends OptType[Seq[(String, String)]](
        "JSON object",
        "a JSON object of names and texts",
        "Mapping[str, str] | str"
      ) {
    def read(text: String): Option[Seq[(String, String)]] =
      parse(text).toOption.flatMap(_.asObject).flatMap { o =>
        val pairs = o.toList.map { case (k, v) => scalar(v).map(k -> _) }
        if (pairs.forall(_.isDefined)) Some(pairs.flatten) else None
      }
    private def scalar(v: Json): Option[String] =
      v.asString.orElse(if (v.isNumber || v.isBoolean) Some(v.noSpaces) else None)
  }
}
