// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import io.circe.syntax._
import io.circe.{Decoder, Encoder, Json}
import io.github.sparkrest.request.PageToken

/** Where one endpoint is: all that the next poll depends on.
  *
  * @param offset as the API spelled it; `None`: nothing was found yet, `initialOffset` is sent
  * @param boundary records that may come again
  * @param ahead what was delivered beyond the offset, until all from the offset on was read in one go
  * @param drain pages that are still to come; `None`: the next request begins a drain
  * @param started with `initialOffset=latest`: what was there before is passed over
  * @param validators of the last answer, if it was whole and all of it was delivered
  * @param passedOver records of the largest response so far that was passed over; 0: none is, or `started`
  */
final case class EndpointState(
    offset: Option[String],
    boundary: Boundary = Boundary.Empty,
    drain: Option[Drain] = None,
    started: Boolean = false,
    ahead: Boundary = Boundary.Empty,
    validators: Option[Validators] = None,
    passedOver: Long = 0
)

/** The middle of a drain. A drain of any length is many polls with this between them.
  *
  * @param page where it goes on
  * @param pages read so far
  * @param received records so far
  * @param pending the offset when all pages are in
  * @param seen records of this drain
  * @param signature of the last page, to know it again
  * @param landmark a page token to compare later ones with: R. P. Brent's cycle detection, with the number of its page
  * @param until end of the time that the drain asks for, as sent
  * @param unordered a page was not in the order that was promised
  * @param same pages in a row that were the one before once more
  * @param laterNew a page after the first brought something new
  */
final case class Drain(
    page: PageToken,
    pages: Long,
    received: Long,
    pending: Option[String],
    seen: Boundary,
    signature: String,
    landmark: (String, Long),
    until: String,
    unordered: Boolean,
    same: Int,
    laterNew: Boolean,
    times: DrainTimes
)

object EndpointState {
  val Initial: EndpointState = EndpointState(None)

  implicit val encoder: Encoder[EndpointState] = Encoder.instance { s =>
    Json.fromFields(
      List("offset" -> s.offset.fold(Json.Null)(Json.fromString), "boundary" -> s.boundary.asJson) ++
        s.drain.map("drain" -> Drain.encode(_)) ++ (if (s.started) List("started" -> Json.True) else Nil) ++
        (if (s.ahead.isEmpty) Nil else List("ahead" -> s.ahead.asJson)) ++ s.validators.map("validators" -> _.asJson) ++
        (if (s.passedOver == 0) Nil else List("passedOver" -> s.passedOver.asJson))
    )
  }
  implicit val decoder: Decoder[EndpointState] = Decoder.instance { c =>
    for {
      offset <- c.get[Option[String]]("offset")
      boundary <- c.get[Boundary]("boundary")
      drain <- c.get[Option[Drain]]("drain")(Decoder.decodeOption(Drain.decoder))
      started <- c.get[Option[Boolean]]("started")
      ahead <- c.get[Option[Boundary]]("ahead")
      validators <- c.get[Option[Validators]]("validators")
      passedOver <- c.get[Option[Long]]("passedOver")
    } yield EndpointState(
      offset,
      boundary,
      drain,
      started.getOrElse(false),
      ahead.getOrElse(Boundary.Empty),
      validators,
      passedOver.getOrElse(0L)
    )
  }
}

object Drain {
  private[offset] def encode(d: Drain): Json = Json.obj(
    "page" -> Json.obj(kindOf(d.page) -> d.page.text.asJson),
    "pages" -> d.pages.asJson,
    "received" -> d.received.asJson,
    "pending" -> d.pending.asJson,
    "seen" -> d.seen.asJson,
    "signature" -> d.signature.asJson,
    "landmark" -> d.landmark.asJson,
    "until" -> d.until.asJson,
    "unordered" -> d.unordered.asJson,
    "same" -> d.same.asJson,
    "laterNew" -> d.laterNew.asJson,
    "began" -> d.times.began.asJson,
    "horizon" -> d.times.horizon.asJson
  )

  private[offset] val decoder: Decoder[Drain] = Decoder.instance { c =>
    for {
      page <- c.get[Map[String, String]]("page").map(_.headOption.fold[PageToken](PageToken.Cursor(""))(token))
      pages <- c.get[Long]("pages")
      received <- c.get[Long]("received")
      pending <- c.get[Option[String]]("pending")
      seen <- c.get[Boundary]("seen")
      signature <- c.get[String]("signature")
      landmark <- c.get[(String, Long)]("landmark")
      until <- c.get[String]("until")
      unordered <- c.get[Boolean]("unordered")
      same <- c.get[Int]("same")
      laterNew <- c.get[Boolean]("laterNew")
      began <- c.get[Long]("began")
      horizon <- c.get[Long]("horizon")
    } yield Drain(
      page,
      pages,
      received,
      pending,
      seen,
      signature,
      landmark,
      until,
      unordered,
      same,
      laterNew,
      DrainTimes(began, horizon)
    )
  }

  private def kindOf(page: PageToken): String = page match {
    case _: PageToken.Address => "address"
    case _: PageToken.Cursor  => "cursor"
    case _: PageToken.Number  => "number"
  }

  private def token(kindAndText: (String, String)): PageToken = kindAndText match {
    case ("address", t) => PageToken.Address(t)
    case ("number", t)  => PageToken.Number(t.toLong)
    case (_, t)         => PageToken.Cursor(t)
  }
}
