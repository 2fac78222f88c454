// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.util

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.config.checks.TrustChecks
import io.github.sparkrest.connector.input.{InputEndpoints, InputProblems, InputTable}
import io.github.sparkrest.connector.schema._
import io.github.sparkrest.connector.session.Application
import io.github.sparkrest.connector.tasks.InputCalls
import io.github.sparkrest.error.RestError
import io.github.sparkrest.rows.{CallRows, RecordTypes, RowShape, SchemaHints}
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.connector.catalog.Table
import org.apache.spark.sql.types.{DataType, StructField, StructType}
import org.apache.spark.sql.util.CaseInsensitiveStringMap
import org.slf4j.LoggerFactory

/** `format("rest")`. Spark makes one for each `load()`, calls [[inferSchema]] unless the user gave a schema, then [[getTable]];
  * so all that is wrong with the options is found at `load()`.
  */
final class RestTableProvider {
  private val logger = LoggerFactory.getLogger("io.github.sparkrest.RestTableProvider")
  private var read: Option[RestConfig] = None
  private var inferred: Option[Inferred] = None
  private var calls: Option[InputCalls] = None
  private var endpoints: Option[InputEndpoints] = None

  /** The type of records, without hints. `None`: the user gave a schema, or the options turn inference off. */
  private var record: Option[DataType] = None
  private var stored: Option[StoredSchema] = None

  def inferSchema(options: CaseInsensitiveStringMap): StructType = {
    val config = parsed(options.asCaseSensitiveMap())
    val withInput = callsOf(config)
    val output =
      if (config.inferSchema) SchemaHints.on(recordType(config, withInput), config.schemaHints)
      else RowShape.plain(config.outputType)
    withInput.fold {
      val beside = endpointsOf(config).filter(_.input.includeInputs).fold(new StructType)(_.schema)
      CallRows.schema(beside, output, withError = false)
    }(_.schemaWith(output))
  }

  /** The stored type, or the inferred type, which is stored then. With a stored type no request is sent. */
  private def recordType(config: RestConfig, withInput: Option[InputCalls]): DataType = {
    val session = SparkSession.active
    val store = config.evolution.location.map(SchemaStore.at(_, session.sparkContext.hadoopConfiguration))
    stored = store.flatMap(_.newest())
    val found = stored.map(_.recordType).getOrElse(withInput.fold[DataType](inferredBy(config).schema)(_.inferred))
    // Hints are checked before anything is stored.
    SchemaHints.on(found, config.schemaHints)
    stored = stored.orElse(store.map(_.keep(found)))
    val kept = stored.fold(found)(_.recordType)
    record = Some(kept)
    kept
  }

  private def inferredBy(config: RestConfig): Inferred = {
    // Only streaming=true identifies a stream here. Without it, the poll reports a missing option that only streams need.
    val asked = if (config.streaming) config else config.forBatch
    val found = inferred.getOrElse(SchemaInference(asked, endpointsOf(config).map(_.first), SparkSession.active))
    inferred = Some(found)
    found
  }

  def getTable(schema: StructType, properties: util.Map[String, String]): Table = {
    val config = parsed(properties)
    val withInput = callsOf(config)
    val streamed = endpointsOf(config)
    withInput
      .map(c => (c.inputSchema, c.input))
      .orElse(streamed.map(e => (e.schema, e.input)))
      .flatMap { case (columns, input) =>
        InputProblems.inSchema(schema, columns, input, config.evolution.rescuedColumn)
      }
      .foreach(e => throw e.toException)
    if (config.evolution.location.isDefined && record.isEmpty)
      RestError.refuse(
        "schemaLocation: keeps an inferred schema, and a schema is given by .schema(...).",
        "Leave one of them out; schemaHints give the types of single fields."
      )
    val beside = withInput.toList.flatMap(_.inputSchema.fieldNames :+ CallRows.ErrorColumn) ++
      streamed.toList.flatMap(_.schema.fieldNames)
    val full = RescuedColumn.in(schema, config.evolution.rescuedColumn, beside)
    val ofRecord = record.getOrElse(ofUser(schema, beside ++ config.evolution.rescuedColumn))
    RecordTypes.problem(ofRecord, config).foreach(e => throw e.toException)
    val fields = SchemaChanges.rules(config, ofRecord, record.isDefined, stored, SparkSession.active)
    new RestTable(full, config, inferred, withInput, streamed, fields)
  }

  /** The record's part of a schema of the user's.
    *
    * @param others columns that are not of the record
    */
  private def ofUser(schema: StructType, others: Seq[String]): DataType =
    StructType(schema.filterNot(f => others.contains(f.name))).fields match {
      case Array(StructField(RowShape.Output, output, _, _)) => output
      case fields                                            => StructType(fields)
    }

  /** Always the same: under `callStrictlyOnce` they have the results. */
  private def callsOf(config: RestConfig): Option[InputCalls] = {
    calls = calls.orElse(config.input.filterNot(_ => config.streaming).map(new InputCalls(config, _, SparkSession.active)))
    calls
  }

  private def endpointsOf(config: RestConfig): Option[InputEndpoints] = {
    endpoints =
      endpoints.orElse(config.input.filter(_ => config.streaming).map(new InputEndpoints(_, SparkSession.active)))
    endpoints
  }

  private def parsed(options: util.Map[String, String]): RestConfig = {
    import scala.jdk.CollectionConverters._
    val texts = options.asScala.toMap
    read.filter(_.options.toMap == texts).getOrElse {
      val columns = InputTable.viewColumns(texts, SparkSession.active)
      val config = RestError.orThrow(Application.current.flatMap(_.parse(texts, columns)))
      TrustChecks.warnings(config).foreach(logger.warn(_))
      read = Some(config)
      config
    }
  }
}
