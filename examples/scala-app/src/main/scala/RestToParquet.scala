// SPDX-License-Identifier: Apache-2.0
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.functions.col
import org.apache.spark.sql.streaming.Trigger

/** Streams what an API has by now into Parquet, and prints how many rows there are: `RestToParquet URL FOLDER`. Run again,
  * it takes what is new.
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
