// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.circe.syntax._
import io.circe.{Decoder, Encoder, Json}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.offset.EndpointState

/** A poll's report as JSON text: a task returns JDK types only, because a jar that was attached to a running session is not
  * visible to the thread of the driver that receives task results.
  */
object PollCodec {
  implicit val pageEncoder: Encoder[PolledPage] = Encoder.instance { p =>
    Json.obj("records" -> p.records.asJson, "bytes" -> p.bytes.asJson, "offsetBefore" -> p.offsetBefore.asJson)
  }
  implicit val pageDecoder: Decoder[PolledPage] =
    Decoder.forProduct3("records", "bytes", "offsetBefore")(PolledPage.apply)

  implicit val fileEncoder: Encoder[PolledFile] = Encoder.instance { f =>
    Json.obj(
      "name" -> f.name.asJson,
      "bytes" -> f.bytes.asJson,
      "location" -> f.location.asJson,
      "pages" -> f.pages.asJson
    )
  }
  implicit val fileDecoder: Decoder[PolledFile] =
    Decoder.forProduct4("name", "bytes", "location", "pages")((n: String, b: Long, l: String, p: List[PolledPage]) =>
      PolledFile(n, b, l, p)
    )

  implicit private val errorEncoder: Encoder[RestError] = Encoder.instance { e =>
    Json.obj(
      "condition" -> e.condition.name.asJson,
      "message" -> e.message.asJson,
      "hint" -> e.hint.asJson,
      "retryAfterMs" -> e.retryAfterMs.asJson
    )
  }
  implicit private val errorDecoder: Decoder[RestError] = Decoder.instance { c =>
    for {
      condition <- c
        .get[String]("condition")
        .flatMap(n => Condition.named(n).toRight(io.circe.DecodingFailure(s"unknown condition $n", c.history)))
      message <- c.get[String]("message")
      hint <- c.get[String]("hint")
      retryAfterMs <- c.get[Option[Long]]("retryAfterMs")
    } yield RestError(condition, message, hint, retryAfterMs)
  }

  implicit private val outcomeEncoder: Encoder[PollOutcome] = Encoder.instance { o =>
    Json.obj(
      "state" -> o.state.asJson,
      "requests" -> o.requests.asJson,
      "records" -> o.records.asJson,
      "more" -> o.more.asJson,
      "error" -> o.error.asJson,
      "warning" -> o.warning.asJson,
      "tookMs" -> o.tookMs.asJson
    )
  }
  implicit private val outcomeDecoder: Decoder[PollOutcome] =
    Decoder.forProduct7("state", "requests", "records", "more", "error", "warning", "tookMs")(
      (s: EndpointState, q: Int, r: Long, m: Boolean, e: Option[RestError], w: Option[String], t: Long) =>
        PollOutcome(s, q, r, m, e, w, t)
    )

  def encode(report: PollReport): String =
    Json.obj("outcome" -> report.outcome.asJson, "file" -> report.file.asJson).noSpaces

  def decode(text: String): PollReport =
    io.circe.parser.decode(text)(Decoder.forProduct2("outcome", "file")(PollReport.apply)).fold(throw _, identity)
}
