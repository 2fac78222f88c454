// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import io.github.sparkrest.pagelog.LogOffset
import org.apache.spark.sql.connector.read.streaming.Offset

/** [[LogOffset]] as Spark carries it: two are equal if their JSON is (Spark's `Offset` contract). */
final private[sparkrest] case class RestStreamOffset(value: LogOffset) extends Offset {

  /** Spark calls it about ten times per batch. */
  override lazy val json: String = value.json
}
