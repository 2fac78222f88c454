// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.input

import scala.collection.mutable

import io.github.sparkrest.config.InputConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.pagelog.Endpoint
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
    val all = table.read().json.iterator.map(Endpoint.of(_, columns)).toVector
    val seen = mutable.Set.empty[String]
    val distinct = all.filter(e => seen.add(e.key))
    if (all.isEmpty)
      throw RestError(
        Condition.InvalidOptions,
        "The input has no row, so there is nothing to poll.",
        "Each row of input or inputData is one endpoint."
      ).toException
    if (distinct.length < all.length)
      logger.warn(
        s"${all.length - distinct.length} rows of the input are equal to others: each endpoint is polled once."
      )
    distinct
  }

  /** For a sample. */
  def first: Endpoint = read(Set.empty).head
}

private object InputEndpoints {
  val logger: Logger = LoggerFactory.getLogger("io.github.sparkrest.InputEndpoints")
}
