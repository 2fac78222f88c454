// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.tables.{OffsetType => Kind}
import io.github.sparkrest.options.values
import io.github.sparkrest.options.values.Choice

/** How progress is tracked. The properties here hold whatever the other options say; the rest is up to the `OffsetStrategy` of
  * the type. A new type names what differs from the defaults.
  *
  * @param doc its part of the description of `offsetType`
  * @param hasOffset progress has a place to move on from. Without one, each poll reads the same list
  * @param movesWithTime the offset moves with the clock, whether records arrive or not. So the result depends on the moment of
  *   the poll
  * @param canBeTime the offset can be a time, so that `lookback` and `lag` have a meaning
  * @param numbersAreTimes a number is a time: seconds, milliseconds and so on since 1970
  * @param valuesAreUnique no two records have the same value: a request from the offset that was reached passes over none
  * @param isToken the offset is a token of the API. It may be a URL, and the API may refuse it one day
  * @param initial the first request carries this, unless `initialOffset` is given
  * @param pick default of `offsetPick`
  */
sealed abstract class OffsetType(
    val text: String,
    val hasOffset: Boolean = true,
    val movesWithTime: Boolean = false,
    val canBeTime: Boolean = false,
    val numbersAreTimes: Boolean = false,
    val valuesAreUnique: Boolean = false,
    val isToken: Boolean = false,
    val initial: String = "0",
    val pick: values.OffsetPick = values.OffsetPick.Max
)(val doc: String)
    extends Choice
object OffsetType {
  case object Timestamp
      extends OffsetType("timestamp", canBeTime = true, numbersAreTimes = true)(
        "a value of the response, or the maximum over its records."
      )
  case object Cursor
      extends OffsetType("cursor", isToken = true, initial = "", pick = values.OffsetPick.Last)(
        "a value of the response, or of the last record."
      )
  case object Incremental
      extends OffsetType("incremental", valuesAreUnique = true)(
        "the maximum over the records; the next request carries it plus 1."
      )
  case object MaxField
      extends OffsetType("max_field", canBeTime = true)(
        "the maximum over the records; numbers are compared as numbers, instants as instants, other text as text."
      )
  case object Window
      extends OffsetType("window", movesWithTime = true, canBeTime = true, numbersAreTimes = true)(
        "consecutive slices of time from `{windowStart}` to `{windowEnd}`, also if they are empty."
      )
  case object Snapshot
      extends OffsetType("snapshot", hasOffset = false)(
        "each poll reads the whole list; with `recordKey`, only new and changed records are delivered."
      )
  case object Queue
      extends OffsetType("queue", hasOffset = false, initial = "")(
        "the API returns records until they are acknowledged (`ackUrl`), and perhaps once more after that; each `recordKey` is delivered once."
      )

  /** In the order of the docs. */
  val all: Seq[OffsetType] = Seq(Timestamp, Cursor, Incremental, MaxField, Window, Snapshot, Queue)
}

/** Rows of [[RestOptions]]: offsets, changes with their kind, and the request that acknowledges the records of a queue. */
private[sparkrest] trait OffsetTable extends OptionTable {
  private val offset = new Section("Offsets")

  val Streaming: Opt[Boolean] = offset("streaming", Flag) means
    "Required as `true` on `readStream` with an input: each row is then an endpoint. Without an input it has no effect."
  val OffsetType: Opt[Kind] = offset("offsetType", OneOf(Kind.all), default = Some("timestamp")) means
    s"How progress is tracked. ${Kind.all.map(k => s"`${k.text}`: ${k.doc}").mkString(" ")}"
  val OffsetField: Opt[String] = offset("offsetField", NonEmpty, default = Some("timestamp")) means
    "Path of the field that tracks progress, `header:<Name>`, or `link:<rel>`. With `link:<rel>` the offset is the next URL itself."
  val InitialOffset: Opt[String] = offset("initialOffset", Scalar) means
    "Value of the very first request. Default: `0`, and the empty text for `cursor`. `latest` starts with records that appear from now on. The value is sent, but never compared with values of records."
  val OffsetPick: Opt[values.OffsetPick] = offset("offsetPick", OneOf(values.OffsetPick.all)) means
    "Record that the offset is taken from. Default: `max`, and `last` for `cursor`."
  val OffsetFormat: Opt[String] = offset("offsetFormat", NonEmpty) means
    "Format of the times that the API sends: `epoch_s`, `epoch_ms`, `iso`, or a pattern of `DateTimeFormatter`. Default: recognized from the values."
  val RequestOffsetFormat: Opt[String] = offset("requestOffsetFormat", NonEmpty) means
    "Format of the times that the API expects in a request. Default: the offset as the API spelled it."
  val Order: Opt[values.Order] = offset("order", OneOf(values.Order.all), default = Some("auto")) means
    "Order of the records by `offsetField`. With pagination, the offset moves after the last page. `asc` with `boundary=inclusive` or `offsetType=incremental`: the offset moves after each page, and the next request begins there, so no record is lost if the list changes meanwhile. `desc` (newest first): reading stops at the first record that is older than the offset."
  val Boundary: Opt[values.Boundary] = offset("boundary", OneOf(values.Boundary.all), default = Some("auto")) means
    "Whether the API sends the record at the offset again. `auto` and `inclusive` drop records at the boundary that were delivered and return with the same content. `exclusive` drops no record, and `incremental` then sends the maximum itself."
  val RecordKey: Opt[Seq[String]] = offset("recordKey", Names) means
    "Paths of the fields that identify a record. A record is a repetition if its key and its content are the same; with `offsetType=queue`, if its key is the same. Without this option only the content counts, and equal records in one response are different records."
  val Lookback: Opt[Long] = offset("lookback", Duration(0), default = Some("0")) means
    "Seconds before the offset at which each poll begins, for records that are committed late. Records that were delivered before are dropped."
  val Lag: Opt[Long] = offset("lag", Duration(0), default = Some("0")) means
    "Minimum age of a record in seconds. Younger records wait for a later poll. Set it for APIs whose newest records are incomplete. The age is measured by the API's clock if its responses have a `Date` header."
  val WindowStep: Opt[Long] = offset("windowStep", Duration(1)) means
    "Maximum length of a slice in seconds, with `offsetType=window`. The newest slice ends at the present minus `lag` and may be shorter. Default: no maximum."
  val BackfillFrom: Opt[String] = offset("backfillFrom", Scalar, scope = Scope.Stream) means
    "Time from which older records are read next to the live lane, with `offsetType=window`: slices of `windowStep` from `backfillFrom` to `initialOffset`, where the live lane begins. A backfill uses the requests that the live lane leaves. Written in `requestOffsetFormat`, `offsetFormat` or ISO 8601. Default: no backfill."
  val BackfillOrder: Opt[values.BackfillOrder] =
    offset("backfillOrder", OneOf(values.BackfillOrder.all), default = Some("desc"), scope = Scope.Stream) means
      "Order of the slices of a backfill. `desc`: the newest slice first. `asc`: the oldest slice first."
  val WindowAlign: Opt[Boolean] = offset("windowAlign", Flag, default = Some("false")) means
    "Whether slices are whole: each ends at a multiple of `windowStep`, and is requested only when it is over. Steps of whole days begin at midnight in `timeZone`, weeks on Monday; shorter steps count from midnight UTC. For reports per hour or day."
  val WindowEndInclusive: Opt[Boolean] = offset("windowEndInclusive", Flag, default = Some("false")) means
    "Whether the API includes the whole unit of `requestOffsetFormat` that `{windowEnd}` names, e.g. the whole day. Then it is sent one unit of `requestOffsetFormat` earlier: the day before for `yyyy-MM-dd`, a second for `epoch_s`, a millisecond for `iso` and `epoch_ms`."
  val AvailableUntilField: Opt[String] = offset("availableUntilField", NonEmpty) means
    "Place of a time until which the API's data are complete: a path in the response, or `header:<Name>`. The next slice begins there at the latest. With `windowEndInclusive` it is the last complete unit."
  val OnCursorExpired: Opt[values.ExpiredCursor] =
    offset("onCursorExpired", OneOf(values.ExpiredCursor.all), default = Some("fail")) means
      "What happens when the API refuses the stored cursor twice (`expiredStatusCodes`), five seconds apart. `fail` fails the query. `restart` begins again at `initialOffset`, and drops records that are still remembered. A refused page token always restarts the traversal."

  /** The options that say how a read goes on. */
  val offsets: Seq[Opt[_]] = offset.options.filterNot(_ == Streaming)

  private val change = new Section("Changes and deletes")

  val ReadChanges: Opt[Boolean] = change("readChanges", Flag, default = Some("false")) means
    "Whether a stream names the change that each row stands for. It adds the metadata columns `_change_type` (`insert`, `update_postimage`, `delete`), `_commit_version` and `_commit_timestamp`, and a batch never ends inside a commit. With `offsetType=snapshot`, which then needs `recordKey`, a record that disappeared is delivered as `delete`. Needs Spark 4. Once a checkpoint has it, it stays on."
  val DeletedAfter: Opt[Long] = change("deletedAfter", Whole(1, 1000)) means
    "Number of complete traversals in a row that lack a record before it counts as deleted, with `offsetType=snapshot` and `readChanges=true`. Default: `1` without pagination and with `pagination=cursor`, otherwise `2`: a record can move to a page that was already read, and the URL of a next page may have the number of that page. If the tokens of a cursor are numbers of pages or records, set `2`."
  val DeletedWhen: Opt[String] = change("deletedWhen", NonEmpty) means
    "Condition for a record that the API marks as deleted, with `readChanges=true`. Write `path=value`, e.g. `deleted=true`. A path alone, e.g. `\"@removed\"`, means that its value exists and is not null."

  private val acknowledgement = new Section("Acknowledgement")

  val AckUrl: Opt[String] = acknowledgement("ackUrl", NonEmpty) means
    "URL of the request that tells a queue which records are stored, with `offsetType=queue`. A stream sends it after it has stored the records, and again until it succeeds. Placeholders are fields of the record, such as `{ackId}` or `{message.id}`, and columns of the input. The `headers` and the credentials are those of `url`. With a placeholder in `ackUrl` each record has its own request. The status 404 or 410, or a status in `expiredStatusCodes` if you set that option, means that the queue no longer knows the records, and counts as success."
  val AckMethod: Opt[values.HttpMethod] =
    acknowledgement("ackMethod", OneOf(values.HttpMethod.all), default = Some("POST")) means
      "HTTP method of `ackUrl`."
  val AckBody: Opt[String] = acknowledgement("ackBody", TemplateText, secret = true) means
    "JSON body of `ackUrl`, with the same placeholders. An array element with a placeholder is repeated for each record: `{\"ackIds\": [\"{ackId}\"]}`. A placeholder without quotes is a value of its type: `{\"partition\": {partition}}`."
  val AckSize: Opt[Long] = acknowledgement("ackSize", Whole(1, 100000), default = Some("500")) means
    "Maximum number of records in one request to `ackUrl`. Set it to the limit of the API."

  val acks: Seq[Opt[_]] = acknowledgement.options
}
