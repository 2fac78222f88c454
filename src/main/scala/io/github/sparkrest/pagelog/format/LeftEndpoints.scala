// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.syntax._
import io.circe.{Decoder, Json}
import io.github.sparkrest.pagelog.store.LogStore

/** Endpoints that left the input, and when: their states are dropped after a while. The file is overwritten if something
  * changed, at a start of the query and when a run reads its input again.
  *
  * @param since key -> moment when the query first missed the endpoint, epoch milliseconds
  */
final private[sparkrest] case class LeftEndpoints(since: Map[String, Long]) {

  def at(withState: Set[String], inInput: Set[String], nowMs: Long): LeftEndpoints =
    LeftEndpoints((withState -- inInput).iterator.map(k => k -> since.getOrElse(k, nowMs)).toMap)

  def expired(nowMs: Long, retentionMs: Long): Set[String] =
    since.collect { case (key, at) if nowMs - at >= retentionMs => key }.toSet
}

private[sparkrest] object LeftEndpoints {
  val Name = "left-endpoints.json"
  private val Version = 1

  /** A file that is torn or of a later version names no endpoint: then the time counts from this start. */
  def load(store: LogStore): LeftEndpoints =
    LeftEndpoints(
      store.read(Name).flatMap(VersionedJson.decode(_, Version, decoder).toOption).getOrElse(Map.empty[String, Long])
    )

  def write(store: LogStore, left: LeftEndpoints): Unit =
    store.overwrite(
      Name,
      Json.obj("version" -> Version.asJson, "left" -> left.since.asJson).noSpaces.getBytes(UTF_8)
    )

  private val decoder: Decoder[Map[String, Long]] = Decoder.instance(_.get[Map[String, Long]]("left"))
}
