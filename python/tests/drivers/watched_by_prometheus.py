# SPDX-License-Identifier: Apache-2.0
"""Streams an API, and writes the page that Prometheus would scrape. Arguments: URL, file."""

import sys
import time
import urllib.request
from pathlib import Path

from pyspark.sql import SparkSession

from spark_rest import configure, read_rest_stream

url, file = sys.argv[1:]
builder = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "true")
    .config("spark.ui.port", "0")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.sql.streaming.metricsEnabled", "true")
    .config("spark.metrics.conf.*.sink.prometheusServlet.class", "org.apache.spark.metrics.sink.PrometheusServlet")
    .config("spark.metrics.conf.*.sink.prometheusServlet.path", "/metrics/prometheus")
)
spark = configure(builder, fast_checkpoints=True).getOrCreate()
stream = read_rest_stream(
    spark,
    f"{url}/data?start_id={{id}}",
    offset_type="incremental",
    offset_field="id",
    schema="id BIGINT",
    streaming_interval=0.1,
)
query = stream.writeStream.format("memory").queryName("ids").start()
while sum(progress["numInputRows"] for progress in query.recentProgress) < 3:
    time.sleep(0.1)


def scraped() -> str:
    with urllib.request.urlopen(f"{spark.sparkContext.uiWebUrl}/metrics/prometheus", timeout=30) as page:
        return str(page.read().decode())


Path(file).write_text(scraped())
print("query", query.id, flush=True)
query.stop()
print("left", sum("spark_rest" in line for line in scraped().splitlines()), flush=True)
spark.stop()
