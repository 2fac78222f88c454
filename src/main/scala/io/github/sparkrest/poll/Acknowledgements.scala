// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.config.{AckConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.auth.KnownSecrets
import io.github.sparkrest.http.client.{Redirects, StatusPolicy}
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.http.{Clock, HttpClient}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.queue.PendingAcks
import io.github.sparkrest.request.{AckTemplate, InputRow}
import io.github.sparkrest.secret.Redact

/** Acknowledges the records of the last poll, in a separate task after the manifest of that poll. Runs on an executor.
  *
  * An acknowledgement may be sent any number of times, so after a failure the same request follows. Polling continues when all
  * have succeeded, because the queue may return the same records meanwhile.
  */
final class Acknowledgements(
    config: RestConfig,
    ack: AckConfig,
    client: HttpClient,
    clock: Clock,
    row: InputRow,
    collected: Option[KnownSecrets] = None
) {
  private val ofCredentials = Set(401, 403, 407)
  private val template = new AckTemplate(config, ack)
  private val redirects = new Redirects(config, client)
  private lazy val secrets = collected.getOrElse(KnownSecrets(config)).and(row)
  private var limit = ServerLimits.Unknown
  private var warning = Option.empty[String]

  /** Sends as many requests as the limits allow.
    *
    * @param state after the poll; the state of the outcome lacks the records that are acknowledged
    * @param values of the records that remain, as the file has them
    */
  def run(state: Progress, pending: PendingAcks, limits: TaskBudget, values: Iterator[String]): PollOutcome = {
    val began = clock.now().toEpochMilli
    val requests = values.grouped(template.most)
    var failure = Option.empty[PageFailure]
    var sent = 0
    var done = pending.sent
    def counted = sent + redirects.followed
    def reached = sent > 0 && limits.reached(0, clock.now().toEpochMilli - began, counted.toLong)
    while (failure.isEmpty && !reached && requests.hasNext) {
      val records = requests.next()
      sent += 1
      send(records) match {
        case Right(_)  => done += records.length
        case Left(why) => failure = Some(why)
      }
    }
    val isDone = failure.isEmpty && !requests.hasNext
    PollOutcome(
      state.copy(acks = if (isDone) None else Some(pending.copy(sent = done))), // guard: I9.3
      requests = counted,
      records = 0,
      more = false,
      error = failure.map(f => secrets.hide(f.error)),
      warning = warning.map(secrets.hide(_)),
      tookMs = clock.now().toEpochMilli - began,
      limit = failure.fold(limit)(_.waits(limit))
    )
  }

  private def send(records: Seq[String]): Either[PageFailure, Unit] = {
    var status = 0
    template
      .render(records, row)
      .flatMap { request =>
        redirects.send(request) { response =>
          status = response.status
          limit = ServerLimits.of(response.headers, config.limits, clock.now().toEpochMilli)
          if (ack.forgotten.contains(status)) { // guard: I9.5
            warning = Some(forgotten(status))
            Right(())
          } else
            StatusPolicy(response, request.method, clock.now(), config) match {
              case StatusPolicy.Failed(error) => Left(error)
              case _                          => Right(())
            }
        }
      }
      .left
      .map((e: RestError) => PageFailure(explained(e, status).copy(repeatable = true), status))
  }

  private def explained(error: RestError, status: Int): RestError =
    if (error.condition != Condition.ApiRefused || ofCredentials(status)) error
    else
      error.copy(hint = s"Check ackUrl, ackMethod and ackBody. If the API answers with $status when it no longer knows a record, add the status to expiredStatusCodes.")

  private def forgotten(status: Int) =
    s"${Redact.url(ack.url)} answered with status $status: the queue no longer knows some records, and will return them again. If this repeats, check ackUrl, or let the queue wait longer for acknowledgements."
}
