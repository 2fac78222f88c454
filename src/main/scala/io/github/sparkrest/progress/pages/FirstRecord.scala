// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.pages

import io.github.sparkrest.json.JsonBytes
import io.github.sparkrest.response.xml.XmlRecords

/** Keeps the field names of the first record, to list them in an error. */
final private[sparkrest] class FirstRecord {
  private var fields: Option[List[String]] = None
  def see(buf: Array[Byte], from: Int, to: Int): Unit = if (fields.isEmpty) fields = Some(JsonBytes.names(buf, from, to))
  def names: List[String] = fields.getOrElse(Nil).filterNot(_ == XmlRecords.Source)
}
