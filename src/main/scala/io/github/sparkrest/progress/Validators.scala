// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import io.circe.syntax._
import io.circe.{Decoder, Encoder, Json}

/** What an answer was known by (RFC 9110 §8.8), to ask whether it is still the same.
  *
  * @param request a hash of the request that was answered, without its secrets
  * @param etag as it was received, `W/` included
  * @param modified `Last-Modified`, as it was received; only if there is no `ETag`
  * @param atMs when the answer came, epoch milliseconds
  */
final case class Validators(request: String, etag: Option[String], modified: Option[String], atMs: Long)

object Validators {
  implicit val encoder: Encoder[Validators] = Encoder.instance { v =>
    Json.fromFields(
      List("request" -> v.request.asJson, "atMs" -> v.atMs.asJson) ++ v.etag.map("etag" -> _.asJson) ++
        v.modified.map("modified" -> _.asJson)
    )
  }
  implicit val decoder: Decoder[Validators] = Decoder.instance { c =>
    for {
      request <- c.get[String]("request")
      etag <- c.get[Option[String]]("etag")
      modified <- c.get[Option[String]]("modified")
      atMs <- c.get[Long]("atMs")
    } yield Validators(request, etag, modified, atMs)
  }
}
