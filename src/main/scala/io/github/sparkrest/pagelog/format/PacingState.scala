// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import io.circe.syntax._
import io.circe.{Decoder, Encoder, Json}

/** What a restart has to know of the pace. Moments are epoch milliseconds.
  *
  * @param notBefore the API asked to be left alone until then; 0: it did not
  * @param used when requests were over, and how many, for `maxRequestRate`
  * @param granted requests that the poll under way may make: after a crash they count as made
  * @param last key of the last endpoint whose turn it was, where `maxRequestsPerTrigger` does not reach all in one run
  */
final case class PacingState(
    notBefore: Long = 0,
    used: Vector[(Long, Int)] = Vector.empty,
    granted: Int = 0,
    last: Option[String] = None
)

object PacingState {
  val Nothing: PacingState = PacingState()

  /** Any number of requests may have been made. */
  val Unknown: PacingState = PacingState(granted = Int.MaxValue)

  implicit val encoder: Encoder[PacingState] = Encoder.instance { n =>
    Json.fromFields(
      List(
        "notBefore" -> n.notBefore.asJson,
        "used" -> n.used.map { case (at, count) => Json.arr(at.asJson, count.asJson) }.asJson,
        "granted" -> n.granted.asJson
      ) ++ n.last.map("last" -> _.asJson)
    )
  }
  implicit val decoder: Decoder[PacingState] =
    Decoder.forProduct4("notBefore", "used", "granted", "last")(
      (b: Long, u: Vector[(Long, Int)], g: Int, l: Option[String]) => PacingState(b, u, g, l)
    )
}
