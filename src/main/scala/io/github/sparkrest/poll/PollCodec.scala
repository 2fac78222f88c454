// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.circe.syntax._
import io.circe.{Decoder, Encoder, Json}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.pagelog.PolledFile
import io.github.sparkrest.pagelog.format.PolledFileCodec._
import io.github.sparkrest.progress.Progress

/** A poll's report as JSON text: a task returns JDK types only, because a jar that was attached to a running session is not
  * visible to the thread of the driver that receives task results.
  */
object PollCodec {
  private val MaxText = 10000

  implicit private val errorEncoder: Encoder[RestError] = Encoder.instance { e =>
    Json.obj(
      "condition" -> e.condition.name.asJson,
      "message" -> e.message.asJson,
      "hint" -> e.hint.asJson,
      "retryAfterMs" -> e.retryAfterMs.asJson,
      "repeatable" -> e.repeatable.asJson
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
      repeatable <- c.get[Boolean]("repeatable")
    } yield RestError(condition, message, hint, retryAfterMs, repeatable)
  }

  implicit private val limitEncoder: Encoder[ServerLimits] =
    Encoder.forProduct4("left", "waitMs", "resetMs", "pollEveryMs")(l => (l.left, l.waitMs, l.resetMs, l.pollEveryMs))
  implicit private val limitDecoder: Decoder[ServerLimits] =
    Decoder.forProduct4("left", "waitMs", "resetMs", "pollEveryMs")(
      (l: Option[Long], w: Option[Long], r: Option[Long], p: Option[Long]) => ServerLimits(l, w, r, p)
    )

  implicit private val outcomeEncoder: Encoder[PollOutcome] = Encoder.instance { o =>
    Json.obj(
      "state" -> o.state.asJson,
      "requests" -> o.requests.asJson,
      "records" -> o.records.asJson,
      "more" -> o.more.asJson,
      "error" -> o.error.asJson,
      "warning" -> o.warning.asJson,
      "tookMs" -> o.tookMs.asJson,
      "limit" -> o.limit.asJson,
      "lastPage" -> o.lastPage.asJson,
      "largestPage" -> o.largestPage.asJson,
      "bytes" -> o.bytes.asJson,
      "handedBack" -> o.handedBack.asJson,
      "waitMs" -> o.waitMs.asJson
    )
  }
  implicit private val outcomeDecoder: Decoder[PollOutcome] =
    Decoder.instance { c =>
      for {
        state <- c.get[Progress]("state")
        requests <- c.get[Int]("requests")
        records <- c.get[Long]("records")
        more <- c.get[Boolean]("more")
        error <- c.get[Option[RestError]]("error")
        warning <- c.get[Option[String]]("warning")
        tookMs <- c.get[Long]("tookMs")
        limit <- c.get[ServerLimits]("limit")
        lastPage <- c.get[Long]("lastPage")
        largestPage <- c.get[Long]("largestPage")
        bytes <- c.get[Long]("bytes")
        handedBack <- c.get[Boolean]("handedBack")
        waitMs <- c.get[Option[Long]]("waitMs")
      } yield PollOutcome(
        state,
        requests,
        records,
        more,
        error,
        warning,
        tookMs,
        limit,
        lastPage,
        largestPage,
        bytes,
        handedBack,
        waitMs
      )
    }
  implicit private val reportDecoder: Decoder[PollReport] =
    Decoder.forProduct4("outcomes", "file", "requestAges", "repeated")(
      (o: Vector[(String, PollOutcome)], f: Option[PolledFile], a: List[Long], r: Boolean) => PollReport(o, f, a, r)
    )
  implicit private val reportEncoder: Encoder[PollReport] = Encoder.instance { report =>
    Json.obj(
      "outcomes" -> report.outcomes.asJson,
      "file" -> report.file.asJson,
      "requestAges" -> report.requestAges.toList.asJson,
      "repeated" -> report.repeated.asJson
    )
  }

  /** The reports of one task. */
  def encode(reports: Seq[PollReport]): String = reports.toList.asJson.noSpaces

  def decode(text: String): Seq[PollReport] = io.circe.parser.decode[List[PollReport]](text).fold(throw _, identity)

  /** Short: a driver may get one for each of many rows. */
  def encodeError(error: RestError): String =
    error.copy(message = error.message.take(MaxText), hint = error.hint.take(MaxText)).asJson.noSpaces
  def decodeError(text: String): RestError = io.circe.parser.decode[RestError](text).fold(throw _, identity)
}
