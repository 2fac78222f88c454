// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import java.util.Locale.ROOT

import scala.collection.mutable

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.tables.{Opt, OptType}
import io.github.sparkrest.options.values.{FieldPath, Template}
import io.github.sparkrest.secret.Secret
import org.apache.commons.text.similarity.LevenshteinDistance

/** Reads options and collects their problems, so that a user sees all problems at once. */
final private[sparkrest] class OptionReader(
    options: GivenOptions,
    val policy: Policy,
    secrets: SparkSecrets = SparkSecrets.Absent
) {
  private val problems = mutable.LinkedHashSet.empty[String]
  unknown.foreach(problem)
  for (o <- RestOptions.all; a <- o.aliases if isGivenAs(a) && isGivenAs(o.name))
    problem(s"$a: is another name of ${o.name}; give one of them")

  def problem(text: String): Unit = problems += text

  def isGiven(o: Opt[_]): Boolean = options.has(o)

  /** Whether the option is given under exactly this name. */
  def isGivenAs(name: String): Boolean = options.has(name)

  /** The value. After a problem it is a placeholder, because the result is discarded. */
  def apply[A](o: Opt[A]): A = opt(o).getOrElse {
    if (o.required && !isGiven(o)) problem(s"${o.name}: is required and was not given")
    o.default.orElse(Some("")).flatMap(o.kind.read).getOrElse(placeholderFor(o))
  }

  def opt[A](o: Opt[A]): Option[A] =
    options.get(o).orElse(o.default).flatMap(revealed(o, _)).flatMap(allowed(o, _))

  private def allowed[A](o: Opt[A], text: String): Option[A] = {
    val value = o.kind.read(text)
    if (value.isEmpty) problem(s"${o.name}: ${shown(o, text)} is not allowed; allowed: ${o.kind.allowed}")
    value
  }

  def needed(o: Opt[String], why: String): String = opt(o).getOrElse {
    if (!isGiven(o)) problem(s"${o.name}: is required by $why and was not given")
    ""
  }

  /** A problem for each of these options that is given. */
  def refuse(options: Seq[Opt[_]], why: String): Unit =
    options.filter(isGiven).foreach(o => problem(s"${o.name}: $why"))

  /** A value with a further parser. An unreadable value is a problem. */
  def parsed[A](o: Opt[String])(read: String => Option[A]): Option[A] = opt(o).flatMap { text =>
    val value = read(text)
    if (value.isEmpty) problem(s"${o.name}: ${shown(o, text)} is not understood; see the docs of ${o.name}")
    value
  }

  /** A duration. A bare number may be milliseconds. */
  def millis(o: Opt[Long], bare: Boolean): Long =
    options
      .get(o)
      .map(_.trim)
      .filter(t => bare && t.matches("\\d+"))
      .fold(apply(o))(t => allowed(o, t + "ms").getOrElse(0L))

  /** Resolves references, alone or as values of an object. */
  private def revealed(o: Opt[_], text: String, within: String = ""): Option[String] =
    if (!o.secret || !SecretReference.is(text)) Some(text)
    else if (mayRefer(o)) resolved(text, s"${o.name}$within")
    else None

  private def resolved(reference: String, place: String): Option[String] =
    SecretReference.read(reference, policy, secrets).flatMap { found =>
      found.left.foreach(why => problem(s"$place: $why"))
      found.toOption
    }

  private def mayRefer(o: Opt[_]): Boolean = {
    val may = policy.bodyReferences || !content.contains(o)
    if (!may)
      problem(
        s"${o.name}: references to secrets (env:, file:, conf:, hadoop:) are not read here, only in url, headers, params and the options of authType; the operator may permit it by ${Policy.Prefix}bodyReferences=true"
      )
    may
  }

  /** Options that are sent as they are. A reference in one of them could send any file of the cluster to any host. */
  private def content: Seq[Opt[_]] =
    Seq(RestOptions.Body, RestOptions.InitialBody, RestOptions.AckBody, RestOptions.InputData) ++
      Seq(RestOptions.JobBody, RestOptions.JobStatusBody)

  def file(o: Opt[String]): Option[String] = permitted(o)(policy.refusesFile)

  /** @param refuses why the operator's policy does not permit the value */
  def permitted(o: Opt[String])(refuses: String => Option[String]): Option[String] = opt(o).filter { text =>
    val why = refuses(text)
    why.foreach(w => problem(s"${o.name}: $w"))
    why.isEmpty
  }

  def secretValues(o: Opt[Seq[(String, String)]]): Seq[(String, Secret)] =
    opt(o).getOrElse(Nil).flatMap { case (k, v) => revealed(o, v, s".$k").map(k -> Secret(_)) }

  /** A JSON object in which texts may be references, and the secrets that they refer to. If the option itself is a reference, each
    * text is a secret.
    */
  def jsonWithSecrets(o: Opt[String]): Option[(Json, Seq[Secret])] = opt(o).flatMap { text =>
    val parsed = parse(text).toOption.filter(_.isObject)
    if (parsed.isEmpty) problem(s"${o.name}: its value (***) is not allowed; allowed: a JSON object")
    val isSecret = options.get(o).exists(SecretReference.is)
    parsed.map { json =>
      val found = mutable.ArrayBuffer.empty[Secret]
      val resolved = texts(json, "") { (within, text) =>
        val value = if (SecretReference.is(text)) revealed(o, text, within) else Some(text)
        if (isSecret || SecretReference.is(text)) value.foreach(found += Secret(_))
        value.getOrElse(text)
      }
      (resolved, found.toList)
    }
  }

  private def texts(json: Json, within: String)(change: (String, String) => String): Json = json.arrayOrObject(
    json.asString.fold(json)(t => Json.fromString(change(within, t))),
    items => Json.fromValues(items.zipWithIndex.map { case (v, i) => texts(v, s"$within[$i]")(change) }),
    members => Json.fromFields(members.toList.map { case (k, v) => k -> texts(v, s"$within.$k")(change) })
  )

  /** The values of an object of templates. The secret of a reference is literal text, braces included. */
  def templates(o: Opt[Seq[(String, String)]]): Seq[(String, Template)] =
    opt(o).getOrElse(Nil).flatMap { case (k, v) =>
      if (SecretReference.is(v)) revealed(o, v, s".$k").map(s => k -> Template(List(Template.Literal(s))))
      else Some(k -> Template.parse(v))
    }

  /** The secrets that these options refer to: by a whole value of an object, or in braces within a text. */
  def references(objects: Seq[Opt[Seq[(String, String)]]], texts: Seq[Opt[String]]): Map[String, Secret] = {
    val values = for (o <- objects; (k, v) <- opt(o).getOrElse(Nil)) yield (o, s"${o.name}.$k", v)
    val whole = values.collect { case (_, place, v) if SecretReference.is(v) => (place, v) }
    val within = for {
      (o, place, text) <- values ++ texts.flatMap(o => opt(o).map((o, o.name, _)))
      name <- Template.parse(text, SecretReference.is(_)).names.distinct.filter(_ => mayRefer(o))
    } yield (place, name)
    (for ((place, reference) <- whole ++ within; value <- resolved(reference, place)) yield {
      if (value.exists(c => c == '\r' || c == '\n')) problem(s"$place: what $reference stands for holds a line break")
      else if (value.exists(_ == 0)) problem(s"$place: what $reference stands for is not a text")
      reference -> Secret(value)
    }).toMap
  }

  /** `timeZone` is also an option of Spark's JSON parser, which decides which values are allowed. */
  def timeZone[A](read: String => Option[A]): Option[A] = options.get("timeZone").flatMap(read)

  def paths(o: Opt[Seq[String]]): Seq[FieldPath] = opt(o).getOrElse(Nil).flatMap(path(o, _))

  def path(o: Opt[String]): Option[FieldPath] = opt(o).flatMap(path(o, _))

  def path(o: Opt[_], text: String): Option[FieldPath] = {
    val path = FieldPath.parse(text)
    if (path.isEmpty)
      problem(
        s"""${o.name}: "$text" is not a path; allowed: names joined by dots, e.g. meta.next, names with dots in double quotes"""
      )
    path
  }

  def result[A](value: => A): Either[RestError, A] =
    if (problems.isEmpty) Right(value) else Left(RestError.wrongOptions(problems.toSeq, ""))

  /** Spark and platforms add keys with a dot or a leading `__`. No option of this source has such a name. */
  private def unknown: Seq[String] = {
    val known =
      RestOptions.all.flatMap(o => o.name +: o.aliases) ++ RestOptions.json ++ RestOptions.csv ++ RestOptions.xml
    val distance = LevenshteinDistance.getDefaultInstance
    options.without(known).keys.toSeq.sorted.filterNot(k => k.contains('.') || k.startsWith("__")).map {
      case "path" => "path: is not an option of this source; set url to the URL"
      case key    =>
        val nearest = known.minBy(n => distance(n.toLowerCase, key.toLowerCase).intValue)
        s"$key: is not an option; the nearest known name is $nearest"
    }
  }

  private def shown(o: Opt[_], text: String): String = if (o.secret) "its value (***)" else s""""$text""""

  private def placeholderFor[A](o: Opt[A]): A = (o.kind match {
    case OptType.JsonMap | OptType.Names | OptType.Paths           => Nil
    case OptType.Flag | OptType.YesNo                              => false
    case _: OptType.Whole | _: OptType.Duration | _: OptType.Bytes => 0L
    case _                                                         => ""
  }).asInstanceOf[A]
}

/** Options as the user wrote them. Case does not matter in their names, as in Spark.
  *
  * Values may be secrets. So this is a class and not a map, and nobody prints it by accident.
  */
final private[sparkrest] class GivenOptions(val toMap: Map[String, String]) extends Serializable {
  @transient private lazy val byName = toMap.map { case (name, text) => name.toLowerCase(ROOT) -> text }

  /** The text of an option under exactly this name, not under an alias. */
  def get(name: String): Option[String] = byName.get(name.toLowerCase(ROOT))

  def has(name: String): Boolean = get(name).isDefined

  /** The text of an option under its name or an alias; its name has precedence. */
  def get(o: Opt[_]): Option[String] = (o.name +: o.aliases).flatMap(get(_)).headOption

  def has(o: Opt[_]): Boolean = get(o).isDefined

  def only(names: Iterable[String]): Map[String, String] = {
    val these = names.map(_.toLowerCase(ROOT)).toSet
    toMap.filter { case (name, _) => these(name.toLowerCase(ROOT)) }
  }

  def without(names: Iterable[String]): Map[String, String] = toMap -- only(names).keys

  override def toString: String = toMap.keys.toSeq.sorted.mkString("GivenOptions(", ", ", ")")
  override def equals(other: Any): Boolean = other match {
    case o: GivenOptions => o.toMap == toMap
    case _               => false
  }
  override def hashCode: Int = toMap.hashCode
}
