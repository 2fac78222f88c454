// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.syntax._
import io.circe.{Decoder, Json}
import io.github.sparkrest.pagelog.store.LogStore

/** Endpoints that left the input, and when: their states are dropped after a while. A start overwrites the file if something
  * changed.
  *
  * @param since key -> moment of the first start without the endpoint, epoch milliseconds
  */
final private[sparkrest] case class LeftEndpoints(since: Map[String, Long]) {

  private def at(withState: Set[String], inInput: Set[String], nowMs: Long): LeftEndpoints =
    LeftEndpoints((withState -- inInput).iterator.map(k => k -> since.getOrElse(k, nowMs)).toMap)
}

private[sparkrest] object LeftEndpoints {
  val Name = "left-endpoints.json"
  private val Version = 1

  /** A file that is torn or of a later version names no endpoint: then the time counts from this start. */
  private def load(store: LogStore): LeftEndpoints =
    LeftEndpoints(
      store.read(Name).flatMap(VersionedJson.decode(_, Version, decoder).toOption).getOrElse(Map.empty[String, Long])
    )

  /** Notes a start of the query, and returns the endpoints that left so long ago that their states may be dropped.
    *
    * @param withState keys of the endpoints that have a state
    * @param inInput keys of this start
    */
  def expired(
      store: LogStore,
      withState: Set[String],
      inInput: Set[String],
      nowMs: Long,
      retentionMs: Long
  ): Set[String] = {
    val stored = load(store)
    val left = stored.at(withState, inInput, nowMs)
    if (left != stored) write(store, left)
    left.since.collect { case (key, at) if nowMs - at >= retentionMs => key }.toSet
  }

  private def write(store: LogStore, left: LeftEndpoints): Unit =
    store.overwrite(
      Name,
      Json.obj("version" -> Version.asJson, "left" -> left.since.asJson).noSpaces.getBytes(UTF_8)
    )

  private val decoder: Decoder[Map[String, Long]] = Decoder.instance(_.get[Map[String, Long]]("left"))
}
