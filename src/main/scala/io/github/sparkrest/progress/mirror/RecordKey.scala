// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.mirror

import io.circe.Json
import io.github.sparkrest.config.ChangesConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.json.JsonBytes
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.progress.strategies.OffsetField

/** The key of a record as JSON with the key's fields alone: `{"id":7}`. It identifies the record, and it is the row of a delete.
  * The same key has the same text, however the API spells it. For one thread.
  */
final private[sparkrest] class RecordKey(paths: Seq[FieldPath]) {
  import RecordKey._

  private val sorted = paths.sortBy(_.toString).toVector
  private val fields = sorted.map(OffsetField.of)
  private val values = new Array[String](sorted.length)

  /** The names, as a progress stores them. */
  val names: String = sorted.mkString(",")

  private val write: () => String =
    if (sorted.exists(_.isRoot)) () => values(sorted.indexWhere(_.isRoot))
    else writerOf(sorted.map(_.names).zipWithIndex.toList)

  /** Left: the record has no such key. */
  def of(buf: Array[Byte], from: Int, to: Int): Either[RestError, String] = {
    var missing = -1
    var i = 0
    while (i < fields.length) {
      values(i) =
        if (sorted(i).isRoot) valueAt(buf, JsonBytes.span(from, to)) else valueAt(buf, fields(i).find(buf, from, to))
      if (values(i) == null) missing = i
      i += 1
    }
    if (missing >= 0) Left(unusable(s"has no ${sorted(missing)}")) // guard: I8.3
    else {
      val text = write()
      if (text.length > MaxLength) Left(unusable(s"has a key of ${text.length} characters")) else Right(text)
    }
  }

  /** The objects around the values, in the order of the names. */
  private def writerOf(members: List[(List[String], Int)]): () => String = members match {
    case List((Nil, i)) => () => values(i)
    case _              =>
      val names = members.flatMap(_._1.headOption).distinct
      val parts = names.map { name =>
        val inside = members.collect { case (`name` :: rest, i) => rest -> i }
        // A field and a field within it: the outer one has both.
        val whole = inside.filter(_._1.isEmpty).take(1)
        Json.fromString(name).noSpaces -> writerOf(if (whole.nonEmpty) whole else inside)
      }
      parts match {
        case List((name, value)) => () => s"{$name:${value()}}"
        case _ => () => parts.map { case (name, value) => s"$name:${value()}" }.mkString("{", ",", "}")
      }
  }
}

private object RecordKey {

  /** A longer value is not a key, and the keys of a task are in memory. */
  val MaxLength = 1000

  /** JSON; null if there is no value. */
  private def valueAt(buf: Array[Byte], at: JsonBytes.Span): String =
    if (at == JsonBytes.Absent) null
    else
      buf(JsonBytes.from(at)) match {
        case '"' => Json.fromString(JsonBytes.string(buf, JsonBytes.from(at), JsonBytes.to(at))).noSpaces
        case _   => JsonBytes.value(buf, at).orNull
      }

  private def unusable(why: String) = Condition.RecordKeyUnusable(
    s"A record $why, and recordKey has to identify each record.",
    "Name in recordKey fields that each record has, with at most 1,000 characters together."
  )
}

/** `deletedWhen`: whether the API marks a record as deleted. For one thread. */
final private[sparkrest] class DeletionMark(changes: ChangesConfig) {
  private val wanted = changes.deletedWhen.map(c => (OffsetField.of(c.path), c.value))

  def isOn(buf: Array[Byte], from: Int, to: Int): Boolean = wanted match {
    case None                 => false
    case Some((field, value)) =>
      val found = field.token(buf, from, to)
      value.fold(found.isDefined)(found.contains) // guard: I8.4
  }
}
