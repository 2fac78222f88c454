// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.util.function.DoubleSupplier

import scala.jdk.CollectionConverters._

import io.github.sparkrest.connector.session.DriverGauges
import org.apache.spark.sql.SparkSession

/** The numbers of a stream for Spark's metrics sinks, such as Prometheus, under the same setting as Spark's own numbers of
  * streams. They are current at each scrape, even if a batch or the API hangs and the query reports no progress.
  */
private[connector] object PublishedMetrics {
  private val Setting = "spark.sql.streaming.metricsEnabled"

  /** Called on the thread of the query, which knows the query's id.
    *
    * @param checkpointLocation of the source; ends with the number of the source
    * @param metrics the current ones by name
    * @return removes them
    */
  def start(session: SparkSession, checkpointLocation: String)(metrics: => Map[String, String]): () => Unit =
    if (!session.conf.getOption(Setting).exists(_.equalsIgnoreCase("true"))) () => ()
    else {
      def number(name: String): DoubleSupplier = () => metrics.get(name).fold(Double.NaN)(_.toDouble)
      val query = Option(session.sparkContext.getLocalProperty("sql.streaming.queryId")).getOrElse("unknown")
      val source = checkpointLocation.split('/').lastOption.getOrElse("0")
      val numbers = StreamMetrics.numbers.map(n => n -> number(n)).toMap.asJava
      val removal = DriverGauges.register(s"spark_rest.$query.$source", numbers)
      () => removal.run()
    }
}
