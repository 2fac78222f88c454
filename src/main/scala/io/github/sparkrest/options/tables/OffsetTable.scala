// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values

/** Rows of [[RestOptions]]: how progress is tracked. */
private[sparkrest] trait OffsetTable {
  private val Offsets = Section("Offsets")

  val Streaming: Opt[Boolean] =
    Opt("streaming", Flag, Offsets, doc = "`true` is accepted on `readStream`, and not needed there.")
  val OffsetType: Opt[values.OffsetType] = Opt(
    "offsetType",
    OneOf(values.OffsetType.all),
    Offsets,
    default = Some("timestamp"),
    doc = "`timestamp`: the value stands in the response, or else it is the maximum over the records. `cursor`: it stands in the response, or else in the last record. `incremental`: the maximum over the records; the next request carries it plus 1. `max_field`: the maximum over the records; numbers, instants and other text are each compared as such. `window`: slices of time from `{windowStart}` to `{windowEnd}`, whatever they hold. `snapshot`: each poll is the whole picture; with `recordKey` only what is new or changed is delivered."
  )
  val OffsetField: Opt[String] = Opt(
    "offsetField",
    NonEmpty,
    Offsets,
    default = Some("timestamp"),
    doc = "Path of the field that progress is tracked by; or `header:<Name>`, or `link:<rel>`: the offset is then the next address itself."
  )
  val InitialOffset: Opt[String] = Opt(
    "initialOffset",
    Scalar,
    Offsets,
    doc = "The value of the very first request; default `0`, for `cursor` the empty text. `latest`: from now on. It is sent, never compared with values of records."
  )
  val Boundary: Opt[values.Boundary] = Opt(
    "boundary",
    OneOf(values.Boundary.all),
    Offsets,
    default = Some("auto"),
    doc = "Does the API send the record at the offset again? `auto` and `inclusive` drop records that were delivered at the boundary and come again with the same content, and only those. `exclusive` drops none, and `incremental` then sends the maximum itself."
  )
  val OffsetPick: Opt[values.OffsetPick] = Opt(
    "offsetPick",
    OneOf(values.OffsetPick.all),
    Offsets,
    doc = "Which record the offset is taken from. Default: `max`, for `cursor` the `last`."
  )
  val OffsetFormat: Opt[String] = Opt(
    "offsetFormat",
    NonEmpty,
    Offsets,
    doc = "What the API sends as a time: `epoch_s`, `epoch_ms`, `iso`, or a pattern of `DateTimeFormatter`. Default: as found."
  )
  val RequestOffsetFormat: Opt[String] = Opt(
    "requestOffsetFormat",
    NonEmpty,
    Offsets,
    doc = "The time format that the API wants in a request. Default: the offset as it was spelled."
  )
  val Order: Opt[values.Order] = Opt(
    "order",
    OneOf(values.Order.all),
    Offsets,
    default = Some("auto"),
    doc = "Order of the records by `offsetField`. With pagination the offset moves when all pages are in. `asc` together with `boundary=inclusive` (or `offsetType=incremental`): it moves after each page, and the next request begins there, so that nothing is lost if the list moves meanwhile. `desc` (newest first) stops at the first record that is older than the offset."
  )
  val RecordKey: Opt[Seq[String]] = Opt(
    "recordKey",
    Names,
    Offsets,
    doc = "Paths of what identifies a record. A record comes again if key and content are the same. Without it the content alone counts, and equal records of one response are different ones."
  )
  val Lookback: Opt[Long] = Opt(
    "lookback",
    Duration(0),
    Offsets,
    default = Some("0"),
    doc = "How many seconds before the offset each poll asks again, for records that are committed late. What was delivered is dropped."
  )
  val Lag: Opt[Long] = Opt(
    "lag",
    Duration(0),
    Offsets,
    default = Some("0"),
    doc = "Records younger than so many seconds are left for a later poll, for APIs whose newest records are not complete yet. Measured by the API's own clock, if its responses have a `Date` header."
  )
  val WindowStep: Opt[Long] = Opt(
    "windowStep",
    Duration(1),
    Offsets,
    doc = "`offsetType=window`: maximum length of a slice from `{windowStart}` to `{windowEnd}`, in seconds. The newest slice ends now, less `lag`, and is shorter. Default: up to now."
  )
  val OnCursorExpired: Opt[values.ExpiredCursor] = Opt(
    "onCursorExpired",
    OneOf(values.ExpiredCursor.all),
    Offsets,
    default = Some("fail"),
    doc = "When the API refuses the stored cursor (400, 404, 410) twice, five seconds apart: fail the query, or begin again at `initialOffset`; records that are remembered are dropped. A refused page token begins the traversal again, whatever this option says."
  )
}
