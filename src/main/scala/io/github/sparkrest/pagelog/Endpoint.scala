// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.progress.seen.ShortHash

/** A URL that is polled with its own offset.
  *
  * @param key under which its state is stored
  * @param row the input row with the values of its placeholders, as a JSON object. `None`: the stream has no input
  * @param version value of the column `inputVersion`
  * @param shown the columns of the row that appear next to the records, as a JSON object
  */
final case class Endpoint(
    key: String,
    row: Option[String] = None,
    shown: Option[String] = None,
    version: Option[String] = None
) {

  /** A row may hold secrets. */
  override def toString: String = s"endpoint $key"
}

object Endpoint {

  /** The endpoint of a stream without an input. */
  val Only: Endpoint = Endpoint(LogOffset.OnlyEndpoint)

  /** The key is a hash of the row's values: neither the order of rows nor that of columns matters.
    *
    * @param columns that appear next to the records
    * @param version column that does not identify the endpoint
    */
  def of(row: String, columns: Set[String], version: Option[String] = None): Endpoint = {
    val fields = parse(row).toOption.flatMap(_.asObject).fold(Vector.empty[(String, Json)])(_.toVector)
    Endpoint(
      ShortHash.of(Json.fromFields(fields.filterNot(f => version.contains(f._1)).sortBy(_._1)).noSpaces),
      Some(row),
      Some(Json.fromFields(fields.filter(f => columns(f._1))).noSpaces),
      fields.collectFirst { case (name, value) if version.contains(name) => value.asString.getOrElse(value.noSpaces) }
    )
  }
}
