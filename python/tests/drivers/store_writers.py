# SPDX-License-Identifier: Apache-2.0
"""Many threads write the same names to a page log's store, each a different content, and only if the name is free.

Argument: JSON with `conf`, `urls`, `writers` and `names`. Prints a line for each URL: the names of each writer.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from pyspark.sql import SparkSession

from spark_rest import configure

arguments = json.loads(sys.argv[1])
names, writers = arguments["names"], arguments["writers"]
builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
for name, value in arguments["conf"].items():
    builder = builder.config(name, value)
spark = configure(builder).getOrCreate()
jvm = spark._jvm
assert jvm
stores = jvm.io.github.sparkrest.pagelog.store.LogStore


def contend(url: str) -> list[list[str]]:
    log = stores.at(url, spark._jsc.hadoopConfiguration())
    together = Barrier(writers)

    def write(writer: int) -> list[str]:
        # Each writer starts with another name, so that no writer is always first.
        begin = writer * len(names) // writers
        together.wait(60)
        mine = names[begin:] + names[:begin]
        return [name for name in mine if log.writeIfAbsent(name, f"writer {writer}".encode())]

    with ThreadPoolExecutor(writers) as pool:
        return list(pool.map(write, range(writers)))


for got in map(contend, arguments["urls"]):
    print(json.dumps(got), flush=True)
