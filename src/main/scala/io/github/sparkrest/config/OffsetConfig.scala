// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import java.time.ZoneId

import scala.util.Try

import io.github.sparkrest.config.backfill.{BackfillConfig, TimeLane}
import io.github.sparkrest.options.values._
import io.github.sparkrest.options.{OptionReader, RestOptions, SecretReference, tables, values}

/** Options about offsets.
  *
  * @param name `offsetField` as the user wrote it; also the name of its placeholder
  * @param initial value of the first request; see `latest`
  * @param latest whether to deliver only records that appear from now on
  * @param format format of times in responses; `None`: recognized from the values
  * @param requestFormat format of times in requests; `None`: the offset as the API spelled it
  * @param windowAligned slices end at multiples of the step, and are requested when they are over
  * @param windowEndInclusive the API includes the end of a slice
  * @param availableUntil place of the time until which the data are complete
  * @param ack with `queue`, and only then
  * @param lane which times to read; the driver decides it for each endpoint
  */
final case class OffsetConfig(
    kind: tables.OffsetType,
    name: String,
    source: ValueSource,
    initial: String,
    latest: Boolean,
    pick: values.OffsetPick,
    format: Option[TimeFormat],
    requestFormat: Option[TimeFormat],
    zone: ZoneId,
    order: values.Order,
    boundary: values.Boundary,
    recordKey: Seq[FieldPath],
    lookbackMs: Long,
    lagMs: Long,
    windowStepMs: Option[Long],
    windowAligned: Boolean,
    windowEndInclusive: Boolean,
    availableUntil: Option[ValueSource],
    restartsExpired: Boolean,
    ack: Option[AckConfig],
    backfill: Option[BackfillConfig],
    lane: TimeLane = TimeLane.Whole
) {
  def isQueue: Boolean = ack.isDefined
  def ascending: Boolean = order == values.Order.Ascending
  def descending: Boolean = order == values.Order.Descending
  def inclusive: Boolean = boundary == values.Boundary.Inclusive
  def exclusive: Boolean = boundary == values.Boundary.Exclusive

  /** Paths in the body that the strategy reads. */
  def fields: List[FieldPath] = source.inBody.toList ++ availableUntil.flatMap(_.inBody)
}

object OffsetConfig {

  private[sparkrest] def read(read: OptionReader): OffsetConfig = {
    import RestOptions._
    val kind = read(OffsetType)
    val name = read(OffsetField)
    val initial = read.opt(InitialOffset)
    val format = read.parsed(OffsetFormat)(TimeFormat.parse)
    val requestFormat = read.parsed(RequestOffsetFormat)(TimeFormat.parse)
    val zone = read.timeZone(t => Try(ZoneId.of(t)).toOption).getOrElse(ZoneId.of("UTC"))
    OffsetConfig(
      kind = kind,
      name = name,
      source = read.parsed(OffsetField)(ValueSource.parse).getOrElse(ValueSource.InBody(FieldPath(List(name)))),
      initial = initial.filterNot(_ == "latest").getOrElse(kind.initial),
      latest = initial.contains("latest"),
      pick = read.opt(OffsetPick).getOrElse(kind.pick),
      format = format,
      requestFormat = requestFormat.orElse(if (kind.movesWithTime) format.orElse(Some(TimeFormat.Iso)) else None),
      zone = zone,
      order = read(Order),
      boundary = read(Boundary),
      recordKey = read.paths(RecordKey),
      lookbackMs = read(Lookback),
      lagMs = read(Lag),
      windowStepMs = read.opt(WindowStep),
      windowAligned = read(WindowAlign),
      windowEndInclusive = read(WindowEndInclusive),
      availableUntil = read.parsed(AvailableUntilField)(ValueSource.parse),
      restartsExpired = read(OnCursorExpired) == values.ExpiredCursor.Restart,
      ack = AckConfig.read(read),
      backfill = BackfillConfig.read(read, requestFormat.toList ++ format, zone)
    )
  }
}

/** The request that acknowledges records of a queue.
  *
  * @param size the most records of one request
  * @param forgotten statuses that mean that the queue no longer knows the records, so that it will return them again
  */
final case class AckConfig(url: String, method: HttpMethod, body: Option[String], size: Int, forgotten: StatusCodes) {

  /** Names of the placeholders. */
  def placeholders: Seq[String] =
    (Template.parse(url).names ++ body.toList.flatMap(Template.parse(_, AckConfig.isPlaceholder).names)).distinct

  /** The fields of a record that a request needs: placeholders without the columns of the input and the secrets. */
  def fields(columns: Seq[String]): Seq[String] =
    placeholders.filterNot(name => columns.contains(name) || SecretReference.is(name))

  /** The body as a template; `None`: the text is not JSON, or there is none. */
  def template: Option[JsonTemplate] = body.flatMap(JsonTemplate.parse(_, AckConfig.isPlaceholder))
}

object AckConfig {

  /** The braces of a JSON object hold more than a path. */
  def isPlaceholder(name: String): Boolean = SecretReference.is(name) || name.matches("""[\w.@$-]+""")

  /** Where an API refuses a record that it no longer knows. A 400 more often means a wrong `ackBody`. */
  private val Forgotten = StatusCodes.parse("404,410")

  private[sparkrest] def read(read: OptionReader): Option[AckConfig] = {
    import RestOptions._
    val isQueue = read(OffsetType) == tables.OffsetType.Queue
    val url = if (isQueue) Some(read.needed(AckUrl, "offsetType=queue")) else None
    if (!isQueue)
      read.refuse(acks, s"needs offsetType=queue, and offsetType is ${read(OffsetType)}")
    val codes = if (read.isGiven(ExpiredStatusCodes)) read.parsed(ExpiredStatusCodes)(StatusCodes.parse) else Forgotten
    url.map(AckConfig(_, read(AckMethod), read.opt(AckBody), read(AckSize).toInt, codes.getOrElse(StatusCodes(Nil))))
  }
}

/** `readChanges=true`: each row says which change it stands for.
  *
  * @param mirrors the stream knows each record by its key, so it notices updates and deletes: `snapshot`
  * @param deletedAfter number of complete traversals in a row that lack a record before it counts as deleted
  * @param deletedWhen the mark of a record that the API deleted
  */
final case class ChangesConfig(mirrors: Boolean, deletedAfter: Int, deletedWhen: Option[BodyCondition])

object ChangesConfig {
  private[sparkrest] def read(read: OptionReader): Option[ChangesConfig] = {
    import RestOptions._
    // Numbered pages hide a record that moves to a page that was already read, and a next URL may name such a page.
    val usual = if (read(Pagination).hidesMoves) 2 else 1 // guard: I8.42
    val changes = ChangesConfig(
      mirrors = read(OffsetType) == tables.OffsetType.Snapshot,
      deletedAfter = read.opt(DeletedAfter).fold(usual)(_.toInt),
      deletedWhen = read.parsed(DeletedWhen)(BodyCondition.parse)
    )
    if (read(ReadChanges)) Some(changes)
    else {
      read.refuse(Seq(DeletedAfter, DeletedWhen), "needs readChanges=true")
      None
    }
  }
}
