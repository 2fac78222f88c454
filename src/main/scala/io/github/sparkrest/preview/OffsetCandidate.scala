// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.preview

import io.circe.Json
import io.github.sparkrest.config.OffsetConfig
import io.github.sparkrest.options.tables.OffsetType
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.progress.strategies.{OffsetKey, OffsetTime}

/** A field that could track progress, with the `offsetType` for it.
  *
  * @param field the value of `offsetField`
  * @param why in a few words
  * @param profile of its values; `None`: the field is next to the records
  * @param weight for the ranking
  */
final case class OffsetCandidate(
    field: String,
    offsetType: OffsetType,
    why: String,
    profile: Option[FieldProfile],
    example: String,
    weight: Int
)

object OffsetCandidate {
  private val changed = "(?i).*(updated|modified|changed|modstamp|lastmod|mtime).*".r.pattern
  private val timed =
    "(?i)(.*(created|timestamp|time|date|published|occurred|logged).*|ts|.*_(at|on|ts)|.*[a-z](At|On|Ts))".r.pattern
  private val identifying = "(?i)(id|.*_id|uid|seq|sequence|offset|number|nr|no|key)|.*[a-z]Id".r.pattern
  private val token = "(?i).*(cursor|token|after|next).*".r.pattern
  private val latest = "(?i).*(timestamp|time|latest|newest|updated|modified|max|as_?of|until).*".r.pattern

  /** The best candidate first. */
  def of(
      records: Vector[FieldProfile],
      outside: Vector[(FieldPath, Json)],
      options: OffsetConfig
  ): Vector[OffsetCandidate] =
    (records.filter(_.isEverywhere).flatMap(inRecord(_, options)) ++ outside.flatMap(outsideRecords))
      .sortBy(c => (-c.weight, c.field.length))
      .foldLeft(Vector.empty[OffsetCandidate])((all, c) => if (all.exists(_.field == c.field)) all else all :+ c)

  private def inRecord(p: FieldProfile, options: OffsetConfig): Option[OffsetCandidate] = {
    def candidate(offsetType: OffsetType, why: String, weight: Int) =
      Some(
        OffsetCandidate(
          p.path.toString,
          offsetType,
          why,
          Some(p),
          p.values.last,
          weight - 5 * (p.path.segments.length - 1)
        )
      )
    val isTime = p.kind == ValueKind.Time || p.kind != ValueKind.Text && looksLikeTime(p, options)
    if (isTime && changed.matcher(p.name).matches())
      candidate(OffsetType.MaxField, "a time of change: also returns records that changed", 100)
    else if (p.kind == ValueKind.Whole && p.isUnique && !isTime && identifying.matcher(p.name).matches())
      candidate(
        OffsetType.Incremental,
        "a whole number, different in each record",
        if (p.order == ValueOrder.Mixed) 70 else 80
      )
    else if (isTime && timed.matcher(p.name).matches()) candidate(OffsetType.MaxField, "a time", 60)
    else if (isTime) candidate(OffsetType.MaxField, "values that look like times", 40)
    else if (p.isUnique && p.values.length > 2 && p.isSorted && p.kind == ValueKind.Whole)
      candidate(OffsetType.Incremental, "whole numbers, in order", 35)
    else if (p.isUnique && p.values.length > 2 && p.isSorted)
      candidate(OffsetType.MaxField, s"${p.kind}, in order", 30)
    else None
  }

  /** The same magnitudes that `offsetType=timestamp` recognizes. */
  private def looksLikeTime(p: FieldProfile, options: OffsetConfig): Boolean =
    (timed.matcher(p.name).matches() || changed.matcher(p.name).matches()) &&
      p.values.forall(new OffsetTime(options.copy(kind = OffsetType.Timestamp)).momentOf(_).isDefined)

  private def outsideRecords(field: (FieldPath, Json)): Option[OffsetCandidate] = {
    val (path, json) = field
    val name = path.names.lastOption.getOrElse("")
    FieldProfile.text(json).collect {
      case text if latest.matcher(name).matches() =>
        OffsetCandidate(path.toString, OffsetType.Timestamp, "a time next to the records", None, text, 65)
      case text if token.matcher(name).matches() && !text.contains("://") && !text.startsWith("/") =>
        OffsetCandidate(path.toString, OffsetType.Cursor, "a token next to the records", None, text, 50)
    }
  }
}

/** Whether the API treats an offset as an inclusive or exclusive bound. Observed by a request for a value in the middle of the
  * first response.
  */
sealed abstract class ObservedBound(val text: String) extends Product with Serializable
object ObservedBound {
  case object Inclusive extends ObservedBound("the API repeats the record at the offset: inclusive")
  case object Exclusive extends ObservedBound("the API returns only records above the offset: exclusive")
  case object Ignored extends ObservedBound("the API returned records below the offset too: it ignores this parameter")
  case object Nothing
      extends ObservedBound("the API returned no records: does it expect another format? See requestOffsetFormat")

  /** A value with records below and above it; `None`: too few records. */
  def probe(field: FieldProfile, options: OffsetConfig): Option[String] = {
    val sorted = field.values.distinct.sortWith((a, b) => compare(a, b, options).exists(_ < 0))
    if (sorted.length < 3) None else Some(sorted((sorted.length - 1) / 2))
  }

  /** @param values in the response to a request with `offset` */
  def of(offset: String, values: Seq[String], options: OffsetConfig): ObservedBound = {
    val signs = values.flatMap(compare(_, offset, options)).map(math.signum).toSet
    if (signs.isEmpty) Nothing else if (signs(-1)) Ignored else if (signs(0)) Inclusive else Exclusive
  }

  private def compare(a: String, b: String, options: OffsetConfig): Option[Int] =
    OffsetKey.compare(OffsetKey.of(a, options.format, options.zone), OffsetKey.of(b, options.format, options.zone))
}
