// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.util

import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.rows.RowShape
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.connector.catalog.{Table, TableProvider}
import org.apache.spark.sql.connector.expressions.Transform
import org.apache.spark.sql.sources.DataSourceRegister
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.util.CaseInsensitiveStringMap

/** `format("rest")`. Spark makes one for each `load()`, calls [[inferSchema]] unless the user gave a schema, then [[getTable]];
  * so all that is wrong with the options is found at `load()`.
  */
final class RestTableProvider extends TableProvider with DataSourceRegister {
  private var inferred: Option[Inferred] = None

  override def shortName(): String = "rest"

  /** A schema of the user's is taken as it is. */
  override def supportsExternalMetadata(): Boolean = true

  override def inferSchema(options: CaseInsensitiveStringMap): StructType = {
    val config = parsed(options.asCaseSensitiveMap())
    if (!config.inferSchema) RowShape.TextSchema
    else {
      val found = inferred.getOrElse(SchemaInference(config, SparkSession.active))
      inferred = Some(found)
      RowShape.wrapped(found.schema)
    }
  }

  override def getTable(
      schema: StructType,
      partitioning: Array[Transform],
      properties: util.Map[String, String]
  ): Table =
    new RestTable(schema, parsed(properties), inferred.flatMap(_.sample))

  private def parsed(options: util.Map[String, String]): RestConfig = {
    import scala.jdk.CollectionConverters._
    RestConfig.parse(options.asScala.toMap).fold(e => throw e.toException, identity)
  }
}
