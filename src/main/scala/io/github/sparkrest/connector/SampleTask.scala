// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.io.{ByteArrayInputStream, ByteArrayOutputStream, DataInputStream, DataOutputStream}
import java.time.Instant

import io.circe.syntax._
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http._
import io.github.sparkrest.offset.{DrainStep, EndpointState}
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.request.RequestTemplate

/** The very first request of a stream, made on an executor to infer a schema from its answer. */
private[connector] object SampleTask {

  /** At most so much of a response comes to the driver. A longer one still shows a schema, but is not used as the first poll. */
  val MaxBytes: Int = 4 << 20

  /** Status, then the headers as JSON, then the body; or -1 and an error. */
  def run(options: RestConfig.OptionMap): Array[Byte] = {
    val config = RestConfig.parse(options.toMap).fold(e => throw e.toException, identity)
    val request = firstRequest(config)
    val result = SttpClient(config, PollTask.cancellation()).send(request) { response =>
      StatusPolicy(response, request.url, Instant.now(), config.emptyStatusCodes) match {
        case StatusPolicy.Failed(error) => Left(error)
        case _                          => Right(encode(response))
      }
    }
    result.fold(failure, identity)
  }

  def decode(config: RestConfig, bytes: Array[Byte]): Either[RestError, (Sample, Boolean)] = {
    val in = new DataInputStream(new ByteArrayInputStream(bytes))
    in.readInt() match {
      case -1 =>
        val condition = Condition.named(in.readUTF()).getOrElse(Condition.ApiError)
        Left(RestError(condition, in.readUTF(), in.readUTF(), Some(in.readLong()).filter(_ > 0)))
      case status =>
        val headers = io.circe.parser.decode[List[(String, String)]](in.readUTF()).getOrElse(Nil)
        val body = in.readAllBytes()
        Right((Sample(firstRequest(config), status, headers, body, System.currentTimeMillis()), body.length < MaxBytes))
    }
  }

  private def firstRequest(config: RestConfig) =
    new DrainStep(config)
      .plan(EndpointState.Initial, Instant.now())
      .toRight(nothingToAsk)
      .flatMap(plan => new RequestTemplate(config).render(plan.values))
      .fold(e => throw e.toException, Auth(config.auth)(_))

  private def nothingToAsk = RestError(
    Condition.NothingToInfer,
    "The window that initialOffset begins lies in the future.",
    "Give a schema by .schema(...), or an earlier initialOffset."
  )

  private def encode(response: HttpResponse): Array[Byte] = {
    val bytes = new ByteArrayOutputStream
    val out = new DataOutputStream(bytes)
    out.writeInt(response.status)
    out.writeUTF(response.headers.filter { case (_, v) => v.length < 1000 }.take(30).asJson.noSpaces)
    out.write(response.body.readNBytes(MaxBytes))
    bytes.toByteArray
  }

  private def failure(e: RestError): Array[Byte] = {
    val bytes = new ByteArrayOutputStream
    val out = new DataOutputStream(bytes)
    out.writeInt(-1)
    Seq(e.condition.name, e.message, e.hint).foreach(t => out.writeUTF(t.take(10000)))
    out.writeLong(e.retryAfterMs.getOrElse(0L))
    bytes.toByteArray
  }
}
