// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

import scala.util.matching.Regex.Match

import io.circe.Json

/** Path of a value in a JSON document, from the root down: `meta.next`, `"@odata.nextLink"`, `data[].item`,
  * `links[rel=next].uri`, `[1]`, `rates.*`; `$` is the root itself.
  */
final case class FieldPath(segments: Vector[FieldPath.Segment]) {
  import FieldPath._

  /** The names in the path. A plain path has nothing else. */
  def names: List[String] = segments.collect { case Name(n) => n }.toList

  /** The path has only names, so [[names]] is enough to find it in a record. The root is plain. */
  def isPlain: Boolean = segments.forall(_.isInstanceOf[Name])

  def isRoot: Boolean = segments.isEmpty

  /** The path leads to one value at most, because it has neither `[]` nor `*`. */
  def isSingle: Boolean = !segments.exists(s => s == Each || s == Members)

  /** The value in `json`. `[]` and `*` lead to many values, and so to none. */
  private[sparkrest] def valueIn(json: Json): Option[Json] = within(json, segments.toList)

  /** Number of segments before the first `[]` or `*`, whose elements are the items that an API counts. -1: there is none, and the
    * records are the items. A `[]` at the end means nothing: the elements of an array at the end are records anyway.
    */
  val firstMany: Int = (if (segments.lastOption.contains(Each)) segments.init else segments)
    .indexWhere(s => s == Each || s == Members)

  /** Text that [[FieldPath.parse]] reads as this path. */
  override def toString: String = {
    val text = segments.map {
      case Name(name)          => "." + (if (isBare(name, ".\"[]") && name != AnyName) name else quoted(name))
      case Each                => "[]"
      case Members             => "." + AnyName
      case At(index)           => s"[$index]"
      case Where(field, value) =>
        val left = if (isBare(field, ".\"[]=")) field else quoted(field)
        val right = if (isBare(value, "\"[]")) value else quoted(value)
        s"[$left=$right]"
    }.mkString
    if (text.startsWith(".") && !fromRoot(text.drop(1))) text.drop(1) else "$" + text
  }
}

object FieldPath {
  sealed trait Segment extends Product with Serializable

  /** The member of an object; never empty. */
  final case class Name(name: String) extends Segment

  /** `[]`: each element of an array. */
  case object Each extends Segment

  /** `*`: the value of each member of an object. An array counts as an object whose names are the indexes: PHP writes an object
    * without members as `[]`.
    */
  case object Members extends Segment

  /** `[1]`: the second element of an array. */
  final case class At(index: Int) extends Segment

  /** `[field=value]`: the first element of an array whose `field` is a scalar with the text `value`. */
  final case class Where(field: String, value: String) extends Segment

  private val AnyName = "*"

  /** A plain path. */
  def apply(names: List[String]): FieldPath = FieldPath(names.map(n => Name(n): Segment).toVector)

  private val inQuotes = """"((?:[^"\\]|\\.)*+)""""
  private val segment =
    raw"""(?s)\.(?:$inQuotes|([^."\[\]]+))|\[(?:(\])|(\d{1,6})\]|\s*(?:$inQuotes|([^."\[\]=]+))\s*=\s*(?:$inQuotes|([^"\[\]]+))\s*\])""".r

  /** `None` if the text is not a path. */
  def parse(text: String): Option[FieldPath] = {
    val trimmed = text.trim
    val path = if (fromRoot(trimmed)) trimmed.drop(1) else if (startsWithIndex(trimmed)) trimmed else "." + trimmed
    val found = segment.findAllMatchIn(path).toVector
    val gapless = found.foldLeft(0)((at, m) => if (m.start == at) m.end else -1) == path.length
    val segments = found.flatMap(read(_))
    if (gapless && segments.length == found.length) Some(FieldPath(segments)) else None
  }

  private def read(m: Match): Option[Segment] = {
    def quoted(group: Int): Option[String] = Option(m.group(group)).map(_.replaceAll("""(?s)\\(.)""", "$1"))
    def bare(group: Int): Option[String] = Option(m.group(group)).filter(_.trim.nonEmpty)
    if (m.group(3) != null) Some(Each)
    else if (m.group(4) != null) Some(At(m.group(4).toInt))
    else if (m.matched == "." + AnyName) Some(Members)
    else if (m.matched.startsWith(".")) quoted(1).orElse(bare(2)).filter(_.nonEmpty).map(Name(_))
    else
      for {
        field <- quoted(5).orElse(bare(6).map(_.trim)).filter(_.nonEmpty)
        value <- quoted(7).orElse(bare(8).map(_.trim))
      } yield Where(field, value)
  }

  /** The same for a part of a path, below `json`. */
  private[sparkrest] def within(json: Json, path: List[Segment]): Option[Json] = path match {
    case Nil                         => Some(json)
    case Name(name) :: rest          => json.asObject.flatMap(_(name)).flatMap(within(_, rest))
    case Where(field, value) :: rest =>
      def holds(element: Json) = element.asObject.flatMap(_(field)).flatMap(text).contains(value)
      json.asArray.flatMap(_.find(holds)).flatMap(within(_, rest))
    case At(index) :: rest     => json.asArray.flatMap(_.lift(index)).flatMap(within(_, rest))
    case (Each | Members) :: _ => None
  }

  private def text(json: Json): Option[String] =
    json.asString.orElse(if (json.isNull || json.isArray || json.isObject) None else Some(json.noSpaces))

  /** The root is an array, so `$` is not needed. */
  private def startsWithIndex(path: String): Boolean = path.matches("(?s)\\[\\d.*")

  private def fromRoot(path: String): Boolean = path == "$" || path.startsWith("$.") || path.startsWith("$[")
  private def isBare(text: String, special: String): Boolean =
    text.nonEmpty && text == text.trim && !text.exists(special.indexOf(_) >= 0)
  private def quoted(text: String): String = "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\""
}
