// SPDX-License-Identifier: Apache-2.0
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.functions.col
import org.apache.spark.sql.streaming.Trigger

/** Streams the records of an API into Parquet, and prints the number of rows: `RestToParquet URL FOLDER`. The next run adds the
  * new records.
  */
object RestToParquet {
  def main(arguments: Array[String]): Unit = {
    val Array(url, folder) = arguments
    val spark = SparkSession.builder().appName("rest to parquet").getOrCreate()

    val records = spark.readStream
      .format("rest")
      .option("url", s"$url/data?start_id={id}")
      .option("offsetType", "incremental")
      .option("offsetField", "id")
      .schema("id BIGINT, name STRING")
      .load()

    records
      .filter(col("id") > 0)
      .writeStream
      .format("parquet")
      .option("path", s"$folder/rows")
      .option("checkpointLocation", s"$folder/checkpoint")
      .trigger(Trigger.AvailableNow())
      .start()
      .awaitTermination()

    println(s"rows ${spark.read.parquet(s"$folder/rows").count()}")
    spark.stop()
  }
}
