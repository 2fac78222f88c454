// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.input.InputRows
import io.github.sparkrest.rows.{CallRows, JsonRowSettings}
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.connector.read._
import org.apache.spark.sql.types.StructType

/** `spark.read` with an input: one call for each of its rows, in parallel tasks.
  *
  * Called by Spark when the query runs. A task that is run again calls again, unless `callStrictlyOnce` is `Y`: then the calls
  * were made before, and tasks only read.
  *
  * @param limit rows that the query needs, if each call gives one
  */
final private[sparkrest] class RestInputBatch(
    config: RestConfig,
    calls: InputCalls,
    rows: RowsOfCalls,
    limit: Option[Int]
) extends Batch {
  override def planInputPartitions(): Array[InputPartition] =
    calls.tasks(limit).map { case (rows, results) => RestCallPartition(rows, results): InputPartition }.toArray

  override def createReaderFactory(): PartitionReaderFactory =
    new RestCallReaderFactory(calls.taskOptions, rows, config.dataField.isEmpty, calls.input.failOnError, limit)
}

/** How rows are made of results, as it goes to tasks: see [[CallRows]].
  *
  * @param schema of the columns that the query needs
  */
final private[sparkrest] case class RowsOfCalls(
    schema: StructType,
    input: StructType,
    settings: JsonRowSettings,
    counted: Boolean
) {
  def assembly: CallRows = new CallRows(schema, input, settings, counted)
}

/** @param results of the calls for these rows, if they are made already */
final private[sparkrest] case class RestCallPartition(rows: InputRows, results: Option[Array[Byte]])
    extends InputPartition

final private[sparkrest] class RestCallReaderFactory(
    options: RowCallConfig,
    rowsOf: RowsOfCalls,
    onePerCall: Boolean,
    failOnError: Boolean,
    limit: Option[Int]
) extends PartitionReaderFactory {
  override def createReader(partition: InputPartition): PartitionReader[InternalRow] = {
    val RestCallPartition(rows, made) = partition.asInstanceOf[RestCallPartition]
    val requests = rows.requests(options.task.columns)
    // Calls beyond the limit would be for nothing.
    val wanted = limit.fold(requests)(requests.take)
    val calls =
      made.fold[Iterator[RowCallResult]](new Calls(options, wanted))(RowCallResult.decode)
    new RestCallReader(rows.rows.iterator, calls, rowsOf.assembly, onePerCall, failOnError)
  }
}

/** Each result with its input row, in the order of the input. */
final private[sparkrest] class RestCallReader(
    inputs: Iterator[InternalRow],
    calls: Iterator[RowCallResult],
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

  private def of(input: InternalRow, result: RowCallResult): Iterator[InternalRow] = result.outcome match {
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
