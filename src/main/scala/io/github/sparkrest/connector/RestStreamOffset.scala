// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import io.github.sparkrest.offset.RestOffset
import org.apache.spark.sql.connector.read.streaming.Offset

/** [[RestOffset]] as Spark carries it: two are equal if their JSON is (Spark's `Offset` contract). */
final private[connector] case class RestStreamOffset(value: RestOffset) extends Offset {

  /** Spark asks for it some ten times a batch. */
  override lazy val json: String = value.json
}
