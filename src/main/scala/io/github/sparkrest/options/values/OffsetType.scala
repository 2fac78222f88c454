// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

/** How progress is tracked. The properties here hold whatever the other options say; the rest is up to the `OffsetStrategy` of
  * the type. A new type overrides what differs from the defaults.
  */
sealed abstract class OffsetType(val text: String) extends Choice {

  /** Progress has a place to move on from. Without one, each poll reads the same list. */
  def hasOffset: Boolean = true

  /** The offset moves with the clock, whether records arrive or not. So the result depends on the moment of the poll. */
  def movesWithTime: Boolean = false

  /** The offset can be a time, so that `lookback` and `lag` have a meaning. */
  def canBeTime: Boolean = false

  /** A number is a time: seconds, milliseconds and so on since 1970. */
  def numbersAreTimes: Boolean = false

  /** The offset is a token of the API. It may be a URL, and the API may refuse it one day. */
  def isToken: Boolean = false

  /** The first request carries this, unless `initialOffset` is given. */
  def initial: String = "0"

  /** Default of `offsetPick`. */
  def pick: OffsetPick = OffsetPick.Max
}

object OffsetType {
  case object Timestamp extends OffsetType("timestamp") {
    override def canBeTime: Boolean = true
    override def numbersAreTimes: Boolean = true
  }
  case object Cursor extends OffsetType("cursor") {
    override def isToken: Boolean = true
    override def initial: String = ""
    override def pick: OffsetPick = OffsetPick.Last
  }
  case object Incremental extends OffsetType("incremental")
  case object MaxField extends OffsetType("max_field") {
    override def canBeTime: Boolean = true
  }
  case object Window extends OffsetType("window") {
    override def movesWithTime: Boolean = true
    override def canBeTime: Boolean = true
    override def numbersAreTimes: Boolean = true
  }
  case object Snapshot extends OffsetType("snapshot") {
    override def hasOffset: Boolean = false
  }

  /** In the order of the docs. */
  val all: Seq[OffsetType] = Seq(Timestamp, Cursor, Incremental, MaxField, Window, Snapshot)
}

/** The record that the offset is taken from. */
sealed abstract class OffsetPick(val text: String) extends Choice
object OffsetPick {
  case object Max extends OffsetPick("max")
  case object Last extends OffsetPick("last")
  case object First extends OffsetPick("first")
  val all: Seq[OffsetPick] = Seq(Max, Last, First)
}

/** Order of the records by `offsetField`. */
sealed abstract class Order(val text: String) extends Choice
object Order {
  case object Auto extends Order("auto")
  case object Ascending extends Order("asc")
  case object Descending extends Order("desc")
  case object Unordered extends Order("none")
  val all: Seq[Order] = Seq(Auto, Ascending, Descending, Unordered)
}

/** Whether the API sends the record at the offset again. */
sealed abstract class Boundary(val text: String) extends Choice
object Boundary {
  case object Auto extends Boundary("auto")
  case object Inclusive extends Boundary("inclusive")
  case object Exclusive extends Boundary("exclusive")
  val all: Seq[Boundary] = Seq(Auto, Inclusive, Exclusive)
}

/** What happens when the API refuses the stored cursor. */
sealed abstract class ExpiredCursor(val text: String) extends Choice
object ExpiredCursor {
  case object Fail extends ExpiredCursor("fail")
  case object Restart extends ExpiredCursor("restart")
  val all: Seq[ExpiredCursor] = Seq(Fail, Restart)
}
