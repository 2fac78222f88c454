// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.config.{InputConfig, RestConfig}
import io.github.sparkrest.connector.input.{InputRows, InputTable}
import io.github.sparkrest.connector.session.SourceName
import io.github.sparkrest.error.{Condition, RestError, RestException}
import io.github.sparkrest.rows.{CallRows, RecordTypes}
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.types.{DataType, StructType}
import org.slf4j.LoggerFactory

/** The calls of one `load()`: one for each row of its input. Lives on the driver, with the DataFrame. */
final private[sparkrest] class InputCalls(config: RestConfig, val input: InputConfig, session: SparkSession) {
  private val logger = LoggerFactory.getLogger("io.github.sparkrest.InputCalls")
  private val table = new InputTable(input, session)
  private val jobs = new SparkJobs(session, SourceName(config))
  private val tokens = new DriverTokens(config)
  private lazy val bodies = TaskBodies(config, session)

  /** Under `callStrictlyOnce`: made by whoever needs them first, and never again, not even if that fails. */
  private lazy val once: Either[RestException, Vector[(InputRows, Array[Byte])]] =
    try {
      val parts = table.read().split(input.partitions)
      Right(parts.zip(jobs.callsOnce(parts, taskOptions)).toVector)
    } catch {
      case e: Exception =>
        Left(
          Condition.CallLost.exception(
            s"The calls ended by ${e.getClass.getSimpleName}: ${e.getMessage}",
            "callStrictlyOnce is Y, so the calls are not repeated. Call load() again to repeat them."
          )
        )
    }

  InputConfig.warnings(config).foreach(logger.warn(_))

  def inputSchema: StructType = table.schema

  /** Input rows in their tasks, each with the results of its calls if they are made already.
    *
    * @param limit rows that are wanted at most, if each call gives one
    */
  def tasks(limit: Option[Int]): Seq[(InputRows, Option[Array[Byte]])] =
    if (input.strictlyOnce) kept.map { case (rows, results) => (rows, Some(results)) }
    else {
      val rows = table.read()
      limit.fold(rows)(rows.take).split(input.partitions).map(_ -> None)
    }

  /** With a token that is good now. */
  def taskOptions: RowCallConfig =
    RowCallConfig(TaskOptions(config), RestError.orThrow(tokens.handed()), bodies)

  /** The schema if none is given. */
  def schemaWith(output: DataType): StructType =
    CallRows.schema(if (input.includeInputs) inputSchema else new StructType, output, withError = !input.failOnError)

  /** `output` as the results of some calls have it: a sample of the rows, or all under `callStrictlyOnce`; without hints. */
  def inferred: DataType = {
    val results = (if (input.strictlyOnce) kept.map(_._2) else sample).flatMap(RowCallResult.decode)
    val texts = results.flatMap(_.outcome.getOrElse(Vector.empty)).map(new String(_, UTF_8))
    RecordTypes.ofOutput(texts, config, session).getOrElse(throw nothing(results).toException)
  }

  private def sample: Seq[Array[Byte]] = {
    val rows = table.read()
    // `schemaSamplePcnt` of the rows, at least 3 and at most 100.
    val n = math.min(100L, math.max(3L, (rows.length.toLong * input.samplePercent + 99) / 100))
    jobs.calls(rows.take(n.toInt).split(input.partitions), taskOptions)
  }

  private def kept: Vector[(InputRows, Array[Byte])] = once.fold(throw _, identity)

  private def nothing(results: Seq[RowCallResult]): RestError = {
    val first = results.flatMap(_.outcome.left.toOption).headOption.fold("")(e => s" The first error: ${e.text}")
    Condition.NothingToInfer(
      s"None of ${results.length} calls returned a result to infer a schema from.$first",
      "Give one by .schema(...), or set inferSchema=false for the results' own JSON text."
    )
  }
}
