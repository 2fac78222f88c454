// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.auth.{HandedToken, KnownSecrets}
import io.github.sparkrest.http.client.{ApiClient, FirstResponse, Redirects, StatusPolicy}
import io.github.sparkrest.http.{Clock, HttpClient, HttpResponse}
import io.github.sparkrest.progress.{Progress, Progression}
import io.github.sparkrest.request.{InputRow, RequestTemplate}
import io.github.sparkrest.secret.Secret

/** @param sent number of requests, hops of redirects included
  * @param result the response, and whether it is complete
  */
final private[sparkrest] case class FirstAnswer(sent: Int, result: Either[RestError, (FirstResponse, Boolean)])

/** One request from an executor, and its response for the driver: the first response of a stream, to infer a schema from it, or
  * a response for a preview.
  */
private[sparkrest] object FirstResponseTask {

  /** How much of a response goes to the driver. A longer response still shows a schema, but cannot be the first poll. */
  val MaxBytes: Int = 4 << 20

  /** Returns a [[Wire]] message for [[decode]].
    *
    * @param most requests that may be sent
    */
  def run(
      options: TaskOptions,
      row: InputRow,
      state: Progress,
      token: Option[HandedToken],
      most: Long,
      clock: Clock
  ): Array[Byte] = Wire.write(
    options.parsed.fold(
      e => Message(0, Left(e)),
      config => {
        val api = ApiClient(config, ApiClient.network(config, PollTask.cancellation()), token, _ => most)
        val result = received(config, row, state, api, clock)
        Message(api.sent, result)
      }
    )
  )

  private def received(
      config: RestConfig,
      row: InputRow,
      state: Progress,
      client: HttpClient,
      clock: Clock
  ): Either[RestError, Received] = {
    val request = firstRequest(config, row, state, clock.now())
    new Redirects(config, client)
      .send(request) { response =>
        StatusPolicy(response, request.method, clock.now(), config) match {
          case StatusPolicy.Failed(error) => Left(error)
          case _                          => Right(Received(response))
        }
      }
      .left
      .map(KnownSecrets(config).and(row).hide(_))
  }

  /** @param at when the job began: the response contains nothing younger */
  def decode(
      config: RestConfig,
      row: InputRow,
      state: Progress,
      bytes: Array[Byte],
      at: Instant
  ): FirstAnswer = {
    val Message(sent, result) = Wire.read[Message](bytes)
    FirstAnswer(
      sent,
      result.map { r =>
        val request = firstRequest(config, row, state, at)
        val response = FirstResponse(request, r.status, r.headers, r.body, at.toEpochMilli, r.url, r.tokens)
        (response, r.body.length < MaxBytes)
      }
    )
  }

  private def firstRequest(config: RestConfig, row: InputRow, state: Progress, now: Instant) = RestError.orThrow(
    new Progression(config)
      .plan(state, now)
      .toRight(nothingToAsk)
      .flatMap(plan => new RequestTemplate(config).render(plan.values.copy(input = row)))
  )

  private def nothingToAsk = Condition.NothingToInfer(
    "The window that initialOffset begins lies in the future.",
    "Give a schema by .schema(...), or an earlier initialOffset."
  )

  final private case class Message(sent: Int, result: Either[RestError, Received])

  /** @param headers all of them, because any may name the next page or contain the offset
    * @param url of the response, after redirects
    * @param tokens that were sent with the request
    */
  final private case class Received(
      status: Int,
      headers: List[(String, String)],
      url: String,
      tokens: List[Secret],
      body: Array[Byte]
  )

  private object Received {
    def apply(r: HttpResponse): Received =
      Received(r.status, r.headers.toList, r.url, r.tokens.toList, r.body.readNBytes(MaxBytes))
  }
}
