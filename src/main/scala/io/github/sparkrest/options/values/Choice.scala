// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

/** A value of an option that allows a closed set of values. The option table lists them, and [[text]] is how users write one.
  * Only the option parser compares texts: all other code matches on the values, so that the compiler finds a forgotten one.
  */
trait Choice extends Product with Serializable {
  def text: String
  final override def toString: String = text
}

sealed abstract class HttpMethod(val text: String) extends Choice
object HttpMethod {
  case object Get extends HttpMethod("GET")
  case object Post extends HttpMethod("POST")
  case object Put extends HttpMethod("PUT")
  case object Patch extends HttpMethod("PATCH")
  case object Delete extends HttpMethod("DELETE")
  val all: Seq[HttpMethod] = Seq(Get, Post, Put, Patch, Delete)
}

/** Format of a request body. */
sealed abstract class BodyFormat(val text: String) extends Choice
object BodyFormat {
  case object Json extends BodyFormat("json")
  case object Form extends BodyFormat("form")
  val all: Seq[BodyFormat] = Seq(Json, Form)
}

/** How the columns of an input get into a request without a body. */
sealed abstract class QueryType(val text: String) extends Choice
object QueryType {
  case object Querystring extends QueryType("querystring")
  case object Inline extends QueryType("inline")
  val all: Seq[QueryType] = Seq(Querystring, Inline)
}

/** Action after a failed poll or call. */
sealed abstract class ErrorAction(val text: String) extends Choice
object ErrorAction {
  case object Retry extends ErrorAction("retry")
  case object Row extends ErrorAction("row")
  case object Fail extends ErrorAction("fail")
  val all: Seq[ErrorAction] = Seq(Retry, Row, Fail)
}

/** Type of the column `output`. */
sealed abstract class OutputType(val text: String) extends Choice
object OutputType {
  case object Struct extends OutputType("struct")
  case object Text extends OutputType("string")
  case object Variant extends OutputType("variant")
  val all: Seq[OutputType] = Seq(Struct, Text, Variant)
}

/** What happens to a field that the schema lacks. */
sealed abstract class SchemaEvolution(val text: String) extends Choice
object SchemaEvolution {
  case object AddNewColumns extends SchemaEvolution("addNewColumns")
  case object Rescue extends SchemaEvolution("rescue")
  case object FailOnNewColumns extends SchemaEvolution("failOnNewColumns")
  case object Ignore extends SchemaEvolution("none")
  val all: Seq[SchemaEvolution] = Seq(AddNewColumns, Rescue, FailOnNewColumns, Ignore)
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
