// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.circe.syntax._
import io.circe.{Decoder, Encoder, Json}

/** What a restart has to know of the pace. Moments are epoch milliseconds.
  *
  * @param notBefore the API asked to be left alone until then; 0: it did not
  * @param used when requests were over, and how many, for `maxRequestRate`
  * @param granted requests that the poll under way may make: after a crash they count as made
  */
final case class PaceNote(notBefore: Long = 0, used: Vector[(Long, Int)] = Vector.empty, granted: Int = 0)

object PaceNote {
  val Nothing: PaceNote = PaceNote()

  /** Any number of requests may have been made. */
  val Unknown: PaceNote = PaceNote(granted = Int.MaxValue)

  implicit val encoder: Encoder[PaceNote] = Encoder.instance { n =>
    Json.obj(
      "notBefore" -> n.notBefore.asJson,
      "used" -> n.used.map { case (at, count) => Json.arr(at.asJson, count.asJson) }.asJson,
      "granted" -> n.granted.asJson
    )
  }
  implicit val decoder: Decoder[PaceNote] =
    Decoder.forProduct3("notBefore", "used", "granted")((b: Long, u: Vector[(Long, Int)], g: Int) => PaceNote(b, u, g))
}
