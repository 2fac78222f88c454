// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import io.circe.{Decoder, Encoder, Json}

/** Where one endpoint is: all that the next poll depends on.
  *
  * @param offset as the API spelled it; `None`: nothing was found yet, `initialOffset` is sent
  * @param boundary records that may come again
  */
final case class EndpointState(offset: Option[String], boundary: Boundary)

object EndpointState {
  val Initial: EndpointState = EndpointState(None, Boundary.Empty)

  implicit val encoder: Encoder[EndpointState] = Encoder.instance { s =>
    Json.obj(
      "offset" -> s.offset.fold(Json.Null)(Json.fromString),
      "boundary" -> Json.fromFields(s.boundary.counts.map { case (k, n) => k -> Json.fromInt(n) })
    )
  }
  implicit val decoder: Decoder[EndpointState] = Decoder.instance { c =>
    for {
      offset <- c.get[Option[String]]("offset")
      boundary <- c.get[Map[String, Int]]("boundary")
    } yield EndpointState(offset, Boundary(boundary))
  }
}
