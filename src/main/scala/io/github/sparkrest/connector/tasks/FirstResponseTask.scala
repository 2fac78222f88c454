// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.io.{ByteArrayInputStream, ByteArrayOutputStream, DataInputStream, DataOutputStream}
import java.nio.ByteBuffer
import java.time.Instant

import io.circe.syntax._
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.auth.{HandedToken, KnownSecrets}
import io.github.sparkrest.http.client.{ApiClient, FirstResponse, Redirects, StatusPolicy}
import io.github.sparkrest.http.{Clock, HttpClient, HttpResponse}
import io.github.sparkrest.poll.PollCodec
import io.github.sparkrest.progress.{Progress, Progression}
import io.github.sparkrest.request.{InputRow, RequestTemplate}
import io.github.sparkrest.secret.Secret

/** @param sent requests
  * @param result the answer, and whether it is whole
  */
final private[sparkrest] case class FirstAnswer(sent: Int, result: Either[RestError, (FirstResponse, Boolean)])

/** One request, made on an executor, and its answer: the very first of a stream to infer a schema from, or one of a preview. */
private[sparkrest] object FirstResponseTask {

  /** At most so much of a response comes to the driver. A longer one still shows a schema, but is not used as the first poll. */
  val MaxBytes: Int = 4 << 20

  /** The number of requests, including the hops of redirects. Then the status, the headers as JSON, the URL of the response,
    * the tokens that were sent, and the body; or -1 and an error.
    *
    * @param most requests
    */
  def run(
      options: TaskOptions,
      row: InputRow,
      state: Progress,
      token: Option[HandedToken],
      most: Long,
      clock: Clock
  ): Array[Byte] =
    options.parsed.fold(
      failure(_, 0),
      config => {
        val api = ApiClient(config, ApiClient.network(config, PollTask.cancellation()), token, _ => most)
        sampled(config, row, state, api, clock).fold(failure(_, api.sent), answered(_, api.sent))
      }
    )

  private def sampled(
      config: RestConfig,
      row: InputRow,
      state: Progress,
      client: HttpClient,
      clock: Clock
  ): Either[RestError, Array[Byte]] = {
    val request = firstRequest(config, row, state, clock.now())
    new Redirects(config, client)
      .send(request) { response =>
        StatusPolicy(response, request.copy(url = response.url), clock.now(), config) match {
          case StatusPolicy.Failed(error) => Left(error)
          case _                          => Right(encode(response))
        }
      }
      .left
      .map(KnownSecrets(config).and(row).hide(_))
  }

  /** @param at when the job began: the response holds nothing younger */
  def decode(
      config: RestConfig,
      row: InputRow,
      state: Progress,
      bytes: Array[Byte],
      at: Instant
  ): FirstAnswer = {
    val in = new DataInputStream(new ByteArrayInputStream(bytes))
    val sent = in.readInt()
    val result = in.readInt() match {
      case -1 =>
        Left(PollCodec.decodeError(SizedBytes.readText(in)))
      case status =>
        val headers = io.circe.parser.decode[List[(String, String)]](SizedBytes.readText(in)).fold(throw _, identity)
        val url = SizedBytes.readText(in)
        val tokens = io.circe.parser.decode[List[String]](SizedBytes.readText(in)).fold(throw _, identity)
        val body = in.readAllBytes()
        Right(
          (
            FirstResponse(
              firstRequest(config, row, state, at),
              status,
              headers,
              body,
              at.toEpochMilli,
              url,
              tokens.map(Secret(_))
            ),
            body.length < MaxBytes
          )
        )
    }
    FirstAnswer(sent, result)
  }

  private def firstRequest(config: RestConfig, row: InputRow, state: Progress, now: Instant) =
    new Progression(config)
      .plan(state, now)
      .toRight(nothingToAsk)
      .flatMap(plan => new RequestTemplate(config).render(plan.values.copy(input = row)))
      .fold(e => throw e.toException, identity)

  private def nothingToAsk = RestError(
    Condition.NothingToInfer,
    "The window that initialOffset begins lies in the future.",
    "Give a schema by .schema(...), or an earlier initialOffset."
  )

  private def encode(response: HttpResponse): Array[Byte] = {
    val bytes = new ByteArrayOutputStream
    val out = new DataOutputStream(bytes)
    out.writeInt(response.status)
    // All of them: any may name the next page or hold the offset.
    SizedBytes.write(out, response.headers.asJson.noSpaces)
    SizedBytes.write(out, response.url)
    SizedBytes.write(out, response.tokens.map(_.reveal).asJson.noSpaces)
    out.write(response.body.readNBytes(MaxBytes))
    bytes.toByteArray
  }

  private def answered(response: Array[Byte], sent: Int): Array[Byte] =
    ByteBuffer.allocate(4 + response.length).putInt(sent).put(response).array

  private def failure(e: RestError, sent: Int): Array[Byte] = {
    val bytes = new ByteArrayOutputStream
    val out = new DataOutputStream(bytes)
    out.writeInt(sent)
    out.writeInt(-1)
    SizedBytes.write(out, PollCodec.encodeError(e))
    bytes.toByteArray
  }
}
