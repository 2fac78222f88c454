// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

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

/** Which slice of a backfill comes first. */
sealed abstract class BackfillOrder(val text: String) extends Choice
object BackfillOrder {
  case object NewestFirst extends BackfillOrder("desc")
  case object OldestFirst extends BackfillOrder("asc")
  val all: Seq[BackfillOrder] = Seq(NewestFirst, OldestFirst)
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
