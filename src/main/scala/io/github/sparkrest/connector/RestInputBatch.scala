// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.rows.{CallRows, FieldRules, JsonRowSettings}
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.connector.read._
import org.apache.spark.sql.types.StructType

/** `spark.read` with an input: one call for each of its rows, in parallel tasks.
  *
  * Called by Spark when the query runs. A task that is run again calls again, unless `callStrictlyOnce` is `Y`: then the calls
  * were made before, and tasks only read.
  *
  * @param schema of the columns that the query needs
  * @param limit rows that it needs, if Spark knows
  */
final private[connector] class RestInputBatch(
    config: RestConfig,
    calls: InputCalls,
    schema: StructType,
    limit: Option[Int],
    session: SparkSession,
    fields: FieldRules
) extends Batch {
  override def planInputPartitions(): Array[InputPartition] =
    calls
      .tasks(limit.filter(_ => config.dataField.isEmpty))
      .map { case (rows, results) => RestCallPartition(rows, results): InputPartition }
      .toArray

  override def createReaderFactory(): PartitionReaderFactory = new RestCallReaderFactory(
    calls.taskOptions,
    schema,
    calls.inputSchema,
    JsonRowSettings.in(session, config.jsonOptions, fields),
    config.dataField.isEmpty,
    calls.input.failOnError,
    limit
  )
}

/** @param results of the calls for these rows, if they are made already */
final private[connector] case class RestCallPartition(rows: InputRows, results: Option[Array[Byte]])
    extends InputPartition

final private[connector] class RestCallReaderFactory(
    options: CallOptions,
    schema: StructType,
    input: StructType,
    settings: JsonRowSettings,
    onePerCall: Boolean,
    failOnError: Boolean,
    limit: Option[Int]
) extends PartitionReaderFactory {
  override def createReader(partition: InputPartition): PartitionReader[InternalRow] = {
    val RestCallPartition(rows, made) = partition.asInstanceOf[RestCallPartition]
    val requests = rows.requests(options.task.columns)
    // Calls beyond the limit would be for nothing.
    val wanted = if (onePerCall) limit.fold(requests)(requests.take) else requests
    val calls = made.fold[Iterator[CallResult]](new Calls(options.task.config, options.token, wanted))(CallResult.decode)
    new RestCallReader(rows.rows.iterator, calls, new CallRows(schema, input, settings), onePerCall, failOnError)
  }
}

/** Each result beside its own input row, in the order of the input. */
final private[connector] class RestCallReader(
    inputs: Iterator[InternalRow],
    calls: Iterator[CallResult],
    assembly: CallRows,
    onePerCall: Boolean,
    failOnError: Boolean
) extends PartitionReader[InternalRow] {
  private var rows: Iterator[InternalRow] = Iterator.empty
  private var row: InternalRow = _

  override def next(): Boolean = {
    while (!rows.hasNext && calls.hasNext) rows = of(inputs.next(), calls.next())
    val more = rows.hasNext
    if (more) row = rows.next() else assembly.finish()
    more
  }

  private def of(input: InternalRow, result: CallResult): Iterator[InternalRow] = result.outcome match {
    case Left(e) if failOnError                      => throw e.toException
    case Left(e)                                     => assembly.rows(input, None, Some(e.text))
    case Right(texts) if texts.isEmpty && onePerCall => assembly.rows(input, None, None)
    case Right(texts)                                => texts.iterator.flatMap(t => assembly.rows(input, Some(t), None))
  }

  override def get(): InternalRow = row

  override def close(): Unit = calls match {
    case c: Calls => c.close()
    case _        => ()
  }
}
