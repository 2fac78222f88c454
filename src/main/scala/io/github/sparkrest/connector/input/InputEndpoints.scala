// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.input

import scala.collection.mutable

import io.github.sparkrest.config.InputConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.pagelog.Endpoint
import io.github.sparkrest.progress.strategies.OffsetKey
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.types.StructType
import org.slf4j.{Logger, LoggerFactory}

/** The endpoints of a stream with an input: one for each of its rows. Lives on the driver. */
final private[sparkrest] class InputEndpoints(val input: InputConfig, session: SparkSession) {
  import InputEndpoints._

  private val table = new InputTable(input, session)

  def schema: StructType = table.schema

  /** Reads the input again, because its rows are fixed when a query starts.
    *
    * @param columns of the input that appear next to the records, and in the checkpoint
    */
  def read(columns: Set[String]): Vector[Endpoint] = {
    if (input.refreshMs.isDefined && table.isFixed) throw InputProblems.fixed(input.view.getOrElse("")).toException
    val found = endpoints(table, columns)
    if (found.isEmpty && input.refreshMs.isEmpty)
      throw RestError(
        Condition.InvalidOptions,
        "The input has no row, so there is nothing to poll.",
        "Each row of input or inputData is one endpoint. With inputRefresh a stream waits for rows."
      ).toException
    found
  }

  /** The rows that the input has now. Files that were added to its folder count too. */
  def readAgain(columns: Set[String]): Vector[Endpoint] = {
    input.view.foreach(session.catalog.refreshTable)
    val now = new InputTable(input, session)
    // The key of an endpoint is a hash of its row. With other columns each endpoint would be a new one, and begin again.
    if (now.schema != schema)
      throw RestError(
        Condition.InvalidOptions,
        s"The input has other columns now: ${now.schema.toDDL}; before: ${schema.toDDL}.",
        "Give the view these columns again, or start with a new checkpoint."
      ).toException
    endpoints(now, columns)
  }

  private def endpoints(table: InputTable, columns: Set[String]): Vector[Endpoint] = {
    val all = table.read().json.iterator.map(Endpoint.of(_, columns, input.version)).toVector
    val newest = mutable.LinkedHashMap.empty[String, Endpoint]
    all.foreach(e => if (newest.get(e.key).forall(isOlder(_, e))) newest(e.key) = e)
    val distinct = newest.values.toVector
    if (distinct.length < all.length && input.version.isEmpty)
      logger.warn(
        s"${all.length - distinct.length} rows of the input are equal to others: each endpoint is polled once."
      )
    distinct
  }

  private def isOlder(a: Endpoint, b: Endpoint): Boolean = (for {
    x <- a.version
    y <- b.version
    order <- OffsetKey.compare(OffsetKey.of(x), OffsetKey.of(y))
  } yield order < 0).getOrElse(false)

  /** For a sample. */
  def first: Endpoint = read(Set.empty).head
}

private object InputEndpoints {
  val logger: Logger = LoggerFactory.getLogger("io.github.sparkrest.InputEndpoints")
}
