// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import java.time.ZoneId

import scala.util.Try

import io.github.sparkrest.config.backfill.{BackfillConfig, TimeLane}
import io.github.sparkrest.options.values.{FieldPath, TimeFormat, ValueSource}
import io.github.sparkrest.options.{OptionReader, RestOptions, tables, values}

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

  /** `None`: the value is not in the body. */
  def field: Option[FieldPath] = source match {
    case ValueSource.InBody(path) => Some(path)
    case _                        => None
  }

  /** Paths in the body that the strategy reads. */
  def fields: List[FieldPath] = field.toList ++ availableUntil.collect { case ValueSource.InBody(path) => path }
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
