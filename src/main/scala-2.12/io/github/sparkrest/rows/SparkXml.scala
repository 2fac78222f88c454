// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.types.{DataType, StructType}

/** Spark 3.5 has no parser of XML, so `RecordsConfig` refuses `responseFormat=xml`. */
final private[rows] class SparkXml(options: Map[String, String], timeZone: String, corruptColumn: String) {
  private def absent: Nothing =
    throw new IllegalStateException(s"XML with ${options.size} options, $timeZone, $corruptColumn: refused at load()")

  def parser(schema: StructType): String => Iterator[InternalRow] = { schema.length; absent }
  def infer(xml: String): DataType = { xml.length; absent }
}

private[rows] object SparkXml {
  def schemaOf(xml: Seq[String], options: Map[String, String], session: SparkSession): StructType =
    throw new IllegalStateException(s"XML with ${xml.length} records, ${options.size} options, $session: refused at load()")
}
