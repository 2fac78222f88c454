// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.input

import scala.collection.mutable

import io.github.sparkrest.config.InputConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.pagelog.Endpoint
import io.github.sparkrest.progress.strategies.OffsetKey
import io.github.sparkrest.rows.{CallRows, RowShape}
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.types.{StringType, StructField, StructType}
import org.slf4j.LoggerFactory

/** The endpoints of a stream with an input: one for each of its rows. Lives on the driver. */
final private[sparkrest] class InputEndpoints(val input: InputConfig, session: SparkSession) {
  private val logger = LoggerFactory.getLogger("io.github.sparkrest.InputEndpoints")
  private val table = new InputTable(input, session)

  def schema: StructType = table.schema

  /** Reads the input again, because its rows are fixed when a query starts.
    *
    * @param columns of the input that appear next to the records, and in the checkpoint
    * @param isKnown whether the checkpoint has an endpoint with this key
    */
  def read(columns: Set[String], isKnown: String => Boolean): Vector[Endpoint] = {
    if (input.refreshMs.isDefined && table.isFixed) throw InputProblems.fixed(input.view.getOrElse("")).toException
    val found = endpoints(table, columns, isKnown)
    if (found.isEmpty && input.refreshMs.isEmpty)
      throw Condition.InvalidOptions.exception(
        "The input has no row, so there is nothing to poll.",
        "Each row of input or inputData is one endpoint. With inputRefresh a stream waits for rows."
      )
    found
  }

  /** The rows that the input has now. Files that were added to its folder count too. */
  def readAgain(columns: Set[String], isKnown: String => Boolean): Vector[Endpoint] = {
    input.view.foreach(session.catalog.refreshTable)
    val now = new InputTable(input, session)
    // The key of an endpoint is a hash of its row. With other columns each endpoint would be a new one, and begin again.
    if (now.schema != schema)
      throw Condition.InvalidOptions.exception(
        s"The input has other columns now: ${now.schema.toDDL}; before: ${schema.toDDL}.",
        "Give the view these columns again, or start with a new checkpoint."
      )
    endpoints(now, columns, isKnown)
  }

  private def endpoints(table: InputTable, columns: Set[String], isKnown: String => Boolean): Vector[Endpoint] = {
    val all = table
      .readIdentified()
      .iterator
      .map { case (row, identity) => Endpoint.of(row, columns, input.version, identity, isKnown) }
      .toVector
    val newest = mutable.LinkedHashMap.empty[String, Endpoint]
    all.foreach(e => if (newest.get(e.key).forall(isOlder(_, e))) newest(e.key) = e)
    val distinct = newest.values.toVector
    if (distinct.length < all.length && input.version.isEmpty)
      logger.warn(
        s"${all.length - distinct.length} rows of the input are equal to others: each endpoint is polled once."
      )
    distinct
  }

  private def isOlder(a: Endpoint, b: Endpoint): Boolean =
    (for (x <- a.version; y <- b.version) yield isLower(x, y)).getOrElse(false)

  /** A null is lower than any other version. Versions of different kinds have an order too: otherwise an appended row could
    * never replace the row that was read first.
    */
  private def isLower(x: String, y: String): Boolean =
    y != Endpoint.NullVersion && (x == Endpoint.NullVersion || {
      val (a, b) = (OffsetKey.of(x), OffsetKey.of(y))
      OffsetKey.compare(a, b).fold(Ordering[(Int, String)].lt(kindOf(a) -> x, kindOf(b) -> y))(_ < 0)
    })

  private def kindOf(key: OffsetKey): Int = key match {
    case _: OffsetKey.Words  => 0
    case _: OffsetKey.Number => 1
    case _: OffsetKey.Moment => 2
  }

  /** For a sample. */
  def first: Endpoint = read(Set.empty, _ => false).head
}

/** Errors in an input that its options alone do not reveal. */
private[sparkrest] object InputProblems {
  val streaming: RestError = RestError.wrongOption(
    "inputData, input: without streaming=true a call per input row is a batch read, and this is readStream.",
    """Add .option("streaming", "true") for a stream with one endpoint per row, or use spark.read."""
  )

  def fixed(view: String): RestError = RestError.wrongOption(
    s"inputRefresh: the view $view reads the files of a streaming query. Spark lists these files when the view is made, so the view never grows.",
    "Append the rows to a table in foreachBatch, and name the table in input. Or leave out inputRefresh."
  )

  /** The result's columns by name: those of the input keep their types, `error` is text. */
  def inSchema(
      asked: StructType,
      columns: StructType,
      input: InputConfig,
      rescued: Option[String]
  ): Option[RestError] = {
    val ofInput = for {
      f <- asked.fields.toSeq
      g <- columns.fields if g.name == f.name && g.dataType != f.dataType
    } yield s"${f.name} is ${f.dataType.sql} in the schema, but ${g.dataType.sql} in the input"
    val ofError = asked.fields.toSeq.collect {
      case StructField(CallRows.ErrorColumn, t, _, _) if t != StringType =>
        s"error is ${t.sql} in the schema, but must be STRING"
    }
    val both = asked.fieldNames.contains(RowShape.Output) && asked.fieldNames.exists { n =>
      n != RowShape.Output && n != CallRows.ErrorColumn && !input.columns.contains(n) && !rescued.contains(n)
    }
    val problems = ofInput ++ ofError ++
      (if (both) Seq("next to output, the schema may contain only columns of the input and error") else Nil)
    problems.headOption.map(_ =>
      Condition.InvalidOptions(
        s"The schema does not fit the input: ${problems.mkString("; ")}.",
        s"Columns of the input: ${columns.toDDL}."
      )
    )
  }
}
