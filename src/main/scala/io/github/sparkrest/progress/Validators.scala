// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import io.circe.syntax._
import io.circe.{Decoder, Encoder, Json}

/** The validators of a response (RFC 9110 §8.8), for a conditional request.
  *
  * @param request hash of the request, without its secrets
  * @param etag as received, including `W/`
  * @param modified `Last-Modified` as received; only without an `ETag`
  * @param atMs time of the response, epoch milliseconds
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
