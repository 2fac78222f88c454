// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.tables.{OffsetType => Kind}
import io.github.sparkrest.options.values
import io.github.sparkrest.options.values.Choice

/** How progress is tracked. The properties here hold whatever the other options say; the rest is up to the `OffsetStrategy` of
  * the type. A new type overrides what differs from the defaults.
  *
  * @param doc its part of the description of `offsetType`
  */
sealed abstract class OffsetType(val text: String, val doc: String) extends Choice {

  /** Progress has a place to move on from. Without one, each poll reads the same list. */
  def hasOffset: Boolean = true

  /** The offset moves with the clock, whether records arrive or not. So the result depends on the moment of the poll. */
  def movesWithTime: Boolean = false

  /** The offset can be a time, so that `lookback` and `lag` have a meaning. */
  def canBeTime: Boolean = false

  /** A number is a time: seconds, milliseconds and so on since 1970. */
  def numbersAreTimes: Boolean = false

  /** No two records have the same value: a request from the offset that was reached passes over none. */
  def valuesAreUnique: Boolean = false

  /** The offset is a token of the API. It may be a URL, and the API may refuse it one day. */
  def isToken: Boolean = false

  /** The first request carries this, unless `initialOffset` is given. */
  def initial: String = "0"

  /** Default of `offsetPick`. */
  def pick: values.OffsetPick = values.OffsetPick.Max
}

object OffsetType {
  case object Timestamp extends OffsetType("timestamp", "a value of the response, or the maximum over its records.") {
    override def canBeTime: Boolean = true
    override def numbersAreTimes: Boolean = true
  }
  case object Cursor extends OffsetType("cursor", "a value of the response, or of the last record.") {
    override def isToken: Boolean = true
    override def initial: String = ""
    override def pick: values.OffsetPick = values.OffsetPick.Last
  }
  case object Incremental
      extends OffsetType("incremental", "the maximum over the records; the next request carries it plus 1.") {
    override def valuesAreUnique: Boolean = true
  }
  case object MaxField
      extends OffsetType(
        "max_field",
        "the maximum over the records; numbers are compared as numbers, instants as instants, other text as text."
      ) {
    override def canBeTime: Boolean = true
  }
  case object Window
      extends OffsetType(
        "window",
        "consecutive slices of time from `{windowStart}` to `{windowEnd}`, also if they are empty."
      ) {
    override def movesWithTime: Boolean = true
    override def canBeTime: Boolean = true
    override def numbersAreTimes: Boolean = true
  }
  case object Snapshot
      extends OffsetType(
        "snapshot",
        "each poll reads the whole list; with `recordKey`, only new and changed records are delivered."
      ) {
    override def hasOffset: Boolean = false
  }
  case object Queue
      extends OffsetType(
        "queue",
        "the API returns records until they are acknowledged (`ackUrl`), and perhaps once more after that; each `recordKey` is delivered once."
      ) {
    override def hasOffset: Boolean = false
    override def initial: String = ""
  }

  /** In the order of the docs. */
  val all: Seq[OffsetType] = Seq(Timestamp, Cursor, Incremental, MaxField, Window, Snapshot, Queue)
}

/** Rows of [[RestOptions]]: offsets. */
private[sparkrest] trait OffsetTable {
  private val Offsets = Section("Offsets")

  val Streaming: Opt[Boolean] =
    Opt("streaming", Flag, Offsets, doc = "Accepted as `true` on `readStream`, where it has no effect.")
  val OffsetType: Opt[Kind] = Opt(
    "offsetType",
    OneOf(Kind.all),
    Offsets,
    default = Some("timestamp"),
    doc = s"How progress is tracked. ${Kind.all.map(k => s"`${k.text}`: ${k.doc}").mkString(" ")}"
  )
  val OffsetField: Opt[String] = Opt(
    "offsetField",
    NonEmpty,
    Offsets,
    default = Some("timestamp"),
    doc = "Path of the field that tracks progress, `header:<Name>`, or `link:<rel>`. With `link:<rel>` the offset is the next URL itself."
  )
  val InitialOffset: Opt[String] = Opt(
    "initialOffset",
    Scalar,
    Offsets,
    doc = "Value of the very first request. Default: `0`, and the empty text for `cursor`. `latest` starts with records that appear from now on. The value is sent, but never compared with values of records."
  )
  val Boundary: Opt[values.Boundary] = Opt(
    "boundary",
    OneOf(values.Boundary.all),
    Offsets,
    default = Some("auto"),
    doc = "Whether the API sends the record at the offset again. `auto` and `inclusive` drop records at the boundary that were delivered and return with the same content. `exclusive` drops no record, and `incremental` then sends the maximum itself."
  )
  val OffsetPick: Opt[values.OffsetPick] = Opt(
    "offsetPick",
    OneOf(values.OffsetPick.all),
    Offsets,
    doc = "Record that the offset is taken from. Default: `max`, and `last` for `cursor`."
  )
  val OffsetFormat: Opt[String] = Opt(
    "offsetFormat",
    NonEmpty,
    Offsets,
    doc = "Format of the times that the API sends: `epoch_s`, `epoch_ms`, `iso`, or a pattern of `DateTimeFormatter`. Default: recognized from the values."
  )
  val RequestOffsetFormat: Opt[String] = Opt(
    "requestOffsetFormat",
    NonEmpty,
    Offsets,
    doc = "Format of the times that the API expects in a request. Default: the offset as the API spelled it."
  )
  val Order: Opt[values.Order] = Opt(
    "order",
    OneOf(values.Order.all),
    Offsets,
    default = Some("auto"),
    doc = "Order of the records by `offsetField`. With pagination, the offset moves after the last page. `asc` with `boundary=inclusive` or `offsetType=incremental`: the offset moves after each page, and the next request begins there, so no record is lost if the list changes meanwhile. `desc` (newest first): reading stops at the first record that is older than the offset."
  )
  val RecordKey: Opt[Seq[String]] = Opt(
    "recordKey",
    Names,
    Offsets,
    doc = "Paths of the fields that identify a record. A record is a repetition if its key and its content are the same; with `offsetType=queue`, if its key is the same. Without this option only the content counts, and equal records in one response are different records."
  )
  val Lookback: Opt[Long] = Opt(
    "lookback",
    Duration(0),
    Offsets,
    default = Some("0"),
    doc = "Seconds before the offset at which each poll begins, for records that are committed late. Records that were delivered before are dropped."
  )
  val Lag: Opt[Long] = Opt(
    "lag",
    Duration(0),
    Offsets,
    default = Some("0"),
    doc = "Minimum age of a record in seconds. Younger records wait for a later poll. Set it for APIs whose newest records are incomplete. The age is measured by the API's clock if its responses have a `Date` header."
  )
  val WindowStep: Opt[Long] = Opt(
    "windowStep",
    Duration(1),
    Offsets,
    doc = "Maximum length of a slice in seconds, with `offsetType=window`. The newest slice ends at the present minus `lag` and may be shorter. Default: no maximum."
  )
  val BackfillFrom: Opt[String] = Opt(
    "backfillFrom",
    Scalar,
    Offsets,
    scope = Scope.Stream,
    doc = "Time from which older records are read next to the live lane, with `offsetType=window`: slices of `windowStep` from `backfillFrom` to `initialOffset`, where the live lane begins. A backfill uses the requests that the live lane leaves. Written in `requestOffsetFormat`, `offsetFormat` or ISO 8601. Default: no backfill."
  )
  val BackfillOrder: Opt[values.BackfillOrder] = Opt(
    "backfillOrder",
    OneOf(values.BackfillOrder.all),
    Offsets,
    scope = Scope.Stream,
    default = Some("desc"),
    doc = "Order of the slices of a backfill. `desc`: the newest slice first. `asc`: the oldest slice first."
  )
  val WindowAlign: Opt[Boolean] = Opt(
    "windowAlign",
    Flag,
    Offsets,
    default = Some("false"),
    doc = "Whether slices are whole: each ends at a multiple of `windowStep`, and is requested only when it is over. Steps of whole days begin at midnight in `timeZone`, weeks on Monday; shorter steps count from midnight UTC. For reports per hour or day."
  )
  val WindowEndInclusive: Opt[Boolean] = Opt(
    "windowEndInclusive",
    Flag,
    Offsets,
    default = Some("false"),
    doc = "Whether the API includes `{windowEnd}`. Then it is sent one unit of `requestOffsetFormat` earlier: the day before for `yyyy-MM-dd`, a second for `epoch_s`, a millisecond for `iso` and `epoch_ms`."
  )
  val AvailableUntilField: Opt[String] = Opt(
    "availableUntilField",
    NonEmpty,
    Offsets,
    doc = "Place of a time until which the API's data are complete: a path in the response, or `header:<Name>`. The next slice begins there at the latest. With `windowEndInclusive` it is the last complete unit."
  )
  val OnCursorExpired: Opt[values.ExpiredCursor] = Opt(
    "onCursorExpired",
    OneOf(values.ExpiredCursor.all),
    Offsets,
    default = Some("fail"),
    doc = "What happens when the API refuses the stored cursor twice (`expiredStatusCodes`), five seconds apart. `fail` fails the query. `restart` begins again at `initialOffset`, and drops records that are still remembered. A refused page token always restarts the traversal."
  )

  /** All options about offsets, in the order of the docs. */
  val offsets: Seq[Opt[_]] = Seq(
    OffsetType,
    OffsetField,
    InitialOffset,
    OffsetPick,
    OffsetFormat,
    RequestOffsetFormat,
    Order,
    Boundary,
    RecordKey,
    Lookback,
    Lag,
    WindowStep,
    BackfillFrom,
    BackfillOrder,
    WindowAlign,
    WindowEndInclusive,
    AvailableUntilField,
    OnCursorExpired
  )
}
