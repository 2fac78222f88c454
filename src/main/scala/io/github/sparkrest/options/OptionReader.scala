// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import scala.collection.mutable

import io.github.sparkrest.error.{Condition, RestError}
import org.apache.commons.text.similarity.LevenshteinDistance

/** Reads options one after the other and gathers what is wrong with them, so that a user sees all problems at once. */
final private[options] class OptionReader(options: Map[String, String]) {
  private val byName: Map[String, String] = options.map { case (k, v) => k.toLowerCase -> v }
  private val problems = mutable.LinkedHashSet.empty[String]
  unknown.foreach(problem)

  def problem(text: String): Unit = problems += text

  def isGiven(o: Opt[_]): Boolean = byName.contains(o.name.toLowerCase)

  /** The value, or what stands in for it: after a problem the result is thrown away. */
  def apply[A](o: Opt[A]): A = opt(o).getOrElse {
    if (o.required && !isGiven(o)) problem(s"${o.name}: is required and was not given")
    o.default.orElse(Some("")).flatMap(o.kind.read).getOrElse(placeholderFor(o))
  }

  def opt[A](o: Opt[A]): Option[A] = byName.get(o.name.toLowerCase).orElse(o.default).flatMap { text =>
    val value = o.kind.read(text)
    if (value.isEmpty) problem(s"${o.name}: ${shown(o, text)} is not allowed; allowed: ${o.kind.allowed}")
    value
  }

  def needed(o: Opt[String], why: String): String = opt(o).getOrElse {
    if (!isGiven(o)) problem(s"${o.name}: is required by $why and was not given")
    ""
  }

  /** A value that is read further; what cannot be read is a problem. */
  def parsed[A](o: Opt[String])(read: String => Option[A]): Option[A] = opt(o).flatMap { text =>
    val value = read(text)
    if (value.isEmpty) problem(s"${o.name}: ${shown(o, text)} is not understood; see the docs of ${o.name}")
    value
  }

  /** `timeZone` is an option of Spark's JSON parser too, which has the last word on what is allowed. */
  def timeZone[A](read: String => Option[A]): Option[A] = byName.get("timezone").flatMap(read)

  def paths(o: Opt[Seq[String]]): Seq[FieldPath] = opt(o).getOrElse(Nil).flatMap { text =>
    val path = FieldPath.parse(text)
    if (path.isEmpty) problem(s"""${o.name}: "$text" is not a path; allowed: names joined by dots, e.g. meta.id""")
    path
  }

  def path(o: Opt[String]): Option[FieldPath] = opt(o).flatMap { text =>
    val path = FieldPath.parse(text)
    if (path.isEmpty) problem(s"""${o.name}: ${shown(
        o,
        text
      )} is not a path; allowed: names joined by dots, e.g. meta.next, names with dots in double quotes""")
    path
  }

  def result[A](value: => A): Either[RestError, A] =
    if (problems.isEmpty) Right(value)
    else {
      val n = problems.size
      Left(
        RestError(
          Condition.InvalidOptions,
          s"$n ${if (n == 1) "option is" else "options are"} wrong:\n${problems.map("  - " + _).mkString("\n")}",
          ""
        )
      )
    }

  /** Keys with a dot or a leading `__` are added by Spark and by platforms; none of ours looks like that. */
  private def unknown: Seq[String] = {
    val known = RestOptions.all.map(_.name) ++ RestOptions.json
    val names = known.map(_.toLowerCase).toSet
    val distance = LevenshteinDistance.getDefaultInstance
    options.keys.toSeq.sorted.filterNot(k => names(k.toLowerCase) || k.contains('.') || k.startsWith("__")).map {
      case "path" => "path: is not an option of this source; give the address as url"
      case key    =>
        val nearest = known.minBy(n => distance(n.toLowerCase, key.toLowerCase).intValue)
        s"$key: is not an option; the nearest known name is $nearest"
    }
  }

  private def shown(o: Opt[_], text: String): String = if (o.secret) "its value (***)" else s""""$text""""

  private def placeholderFor[A](o: Opt[A]): A = (o.kind match {
    case OptType.JsonMap | OptType.Names                           => Nil
    case OptType.Flag                                              => false
    case _: OptType.Whole | _: OptType.Duration | _: OptType.Bytes => 0L
    case _                                                         => ""
  }).asInstanceOf[A]
}
