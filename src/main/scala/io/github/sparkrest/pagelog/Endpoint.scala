// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.time.Instant

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.config.backfill.TimeLane
import io.github.sparkrest.progress.seen.ShortHash

/** A URL that is polled with its own offset.
  *
  * @param key under which its state is stored
  * @param row the input row with the values of its placeholders, as a JSON object. `None`: the stream has no input
  * @param version value of the column `inputVersion`
  * @param shown the columns of the row that appear next to the records, as a JSON object
  * @param lane the part of time that it reads
  */
final case class Endpoint(
    key: String,
    row: Option[String] = None,
    shown: Option[String] = None,
    version: Option[String] = None,
    lane: TimeLane = TimeLane.Whole
) {

  /** The lane of the same URL that reads older records, with its own progress. */
  def backfill(from: Instant, until: Instant): Endpoint =
    copy(key = Endpoint.backfillKey(key), version = None, lane = TimeLane.Backfill(from, until))

  def isBackfill: Boolean = lane.isBackfill

  /** Its name in page files. The pages of an only endpoint need none, unless a backfill has pages too. */
  def named: Option[String] = if (row.isDefined || lane != TimeLane.Whole) Some(key) else None // guard: I10.8

  /** A row may hold secrets. */
  override def toString: String = s"endpoint $key"
}

object Endpoint {

  /** The endpoint of a stream without an input. */
  val Only: Endpoint = Endpoint(LogOffset.OnlyEndpoint)

  /** The version of a row without a value: JSON's text of it. */
  val NullVersion = "null"

  /** The keys of rows are hexadecimal. */
  def backfillKey(key: String): String = s"$key~backfill"

  /** The keys of all states that belong to these endpoints, also of a backfill that is not wanted now. */
  def keysOf(endpoints: Seq[Endpoint]): Set[String] =
    endpoints.iterator.flatMap(e => Iterator(e.key, backfillKey(e.key))).toSet // guard: I10.18

  /** By key, the columns that appear next to the records of these endpoints. */
  def shownOf(endpoints: Seq[Endpoint]): Map[String, String] =
    endpoints.flatMap(e => e.shown.toSeq.flatMap(row => Seq(e.key -> row, backfillKey(e.key) -> row))).toMap

  /** The key is a hash of the row's values: neither the order of rows nor that of columns matters.
    *
    * @param columns that appear next to the records
    * @param version column that does not identify the endpoint
    * @param identity the row, with the same text in sessions of different time zones
    * @param isKnown whether the checkpoint has this key. Before `identity` existed the hash was that of `row`
    */
  def of(
      row: String,
      columns: Set[String],
      version: Option[String],
      identity: String,
      isKnown: String => Boolean
  ): Endpoint = {
    val fields = fieldsOf(row)
    def hash(all: Vector[(String, Json)]) =
      ShortHash.of(Json.fromFields(all.filterNot(f => version.contains(f._1)).sortBy(_._1)).noSpaces)
    val key = hash(if (identity == row) fields else fieldsOf(identity)) // guard: I3.110
    val former = if (identity == row || isKnown(key)) None else Some(hash(fields)).filter(isKnown) // guard: I3.113
    Endpoint(
      former.getOrElse(key),
      Some(row),
      Some(Json.fromFields(fields.filter(f => columns(f._1))).noSpaces),
      fields.collectFirst { case (name, value) if version.contains(name) => value.asString.getOrElse(value.noSpaces) }
    )
  }

  def of(row: String, columns: Set[String], version: Option[String] = None): Endpoint =
    of(row, columns, version, row, _ => false)

  private def fieldsOf(row: String): Vector[(String, Json)] =
    parse(row).toOption.flatMap(_.asObject).fold(Vector.empty[(String, Json)])(_.toVector)
}
