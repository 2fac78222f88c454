// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.{HttpDate, HttpRequest, HttpResponse}
import io.github.sparkrest.options.RestOptions
import io.github.sparkrest.options.values.{HttpMethod, ValueSource}
import io.github.sparkrest.progress.seen.ShortHash
import io.github.sparkrest.progress.{Progress, RequestPlan, Validators}
import io.github.sparkrest.secret.{Redact, Secret}

/** `conditionalRequests`: asks whether an answer is still the one before (RFC 9110 §13), if all of that one was delivered. Pure.
  *
  * A 304 then changes nothing. That holds only where the same answer could bring nothing: it was whole in one page, no record
  * of it was held back for being too young (`lag`), and a picture is not delivered for its own sake (`snapshot` without
  * `recordKey`). A server whose validator stays the same though its data changed delays records until [[MaxAgeMillis]] are
  * over, and loses none that are still there.
  */
final private[sparkrest] class ConditionalRequests(config: RestConfig) {
  import ConditionalRequests._

  private val applies = {
    val o = config.offset
    config.limits.conditional && config.method == HttpMethod.Get && o.lagMs == 0 && !o.kind.movesWithTime &&
    (o.kind.hasOffset || o.recordKey.nonEmpty) && !readsHeaders &&
    !config.headers.exists { case (k, _) => userHeaders(k.toLowerCase) }
  }

  /** Many servers make the tag from the body alone: a next link or a cursor in a header may be new all the same. */
  private def readsHeaders =
    config.paging.kind.readsHeaders || (config.paging.next ++ Seq(config.offset.source))
      .exists {
        case _: ValueSource.InBody => false
        case _                     => true
      }

  /** The options that a reading of the answer depends on: after a change of one it has to be read anew. */
  private lazy val reading = {
    val secret = RestOptions.all.filter(_.secret).map(_.name.toLowerCase).toSet ++ rendered
    config.options.toMap.toSeq
      .map { case (k, v) => (k.toLowerCase, v) }
      .filterNot(o => secret(o._1))
      .sorted
      .mkString("\n")
  }

  /** The request with what is known of its last answer. */
  def asked(state: Progress, plan: RequestPlan, request: HttpRequest): HttpRequest =
    usable(state, plan, request).fold(request) { v =>
      val condition = v.etag.map("If-None-Match" -> _) ++ v.modified.map("If-Modified-Since" -> _)
      request.copy(headers = request.headers ++ condition.take(1))
    }

  private def usable(state: Progress, plan: RequestPlan, request: HttpRequest): Option[Validators] =
    if (!applies || !request.trusted || plan.state.traversal.isDefined) None
    else
      state.validators.filter { v =>
        val age = plan.at.toEpochMilli - v.atMs
        age >= 0 && age < MaxAgeMillis && v.request == identity(plan, request)
      }

  /** What to ask with the next time. `None`: in full.
    *
    * @param next the state after the answer
    */
  def learned(
      plan: RequestPlan,
      request: HttpRequest,
      response: HttpResponse,
      next: Progress,
      now: Instant
  ): Option[Validators] =
    if (
      !applies || !request.trusted || response.status != 200 || plan.state.traversal.isDefined || next.traversal.isDefined
    )
      None
    else {
      val etag = response.header("ETag").map(_.trim).filter(isPlain)
      val modified = response.header("Last-Modified").map(_.trim).filter(m => isPlain(m) && isSettled(m, response))
      if (etag.isEmpty && modified.isEmpty) None
      else Some(Validators(identity(plan, request), etag, if (etag.isEmpty) modified else None, now.toEpochMilli))
    }

  /** RFC 9110 §8.8.2.2: it has a resolution of a second, so a later change in the same second would not show. A minute leaves
    * room for two clocks.
    */
  private def isSettled(modified: String, response: HttpResponse): Boolean =
    (for (m <- HttpDate.parse(modified); d <- response.date) yield d - m >= SettledMillis).getOrElse(false)

  private def isPlain(text: String) = text.nonEmpty && text.length <= 256 && text.forall(c => c >= ' ' && c <= '~')

  /** Without secrets: what varies between requests of a stream stands in the plan, as it does in the state. */
  private def identity(plan: RequestPlan, request: HttpRequest): String = {
    val v = plan.values
    val headers = request.headers
      .filterNot(h => Secret.isNamed(h._1) || h._1.toLowerCase.contains("cookie"))
      .map(h => s"${h._1}:${h._2}")
    ShortHash.of(
      (Seq(request.method, Redact.url(request.url), v.offset, v.window.toString, v.initial.toString, reading) ++ headers)
        .mkString("\n")
    )
  }
}

private[sparkrest] object ConditionalRequests {

  /** So long a 304 is believed: then the answer is asked for in full. */
  val MaxAgeMillis: Long = 10 * 60 * 1000L
  private val SettledMillis = 60 * 1000L
  private val userHeaders = Set("if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "range")

  /** Options that stand in the request itself, where secrets are taken out one by one. */
  private val rendered = Set("url", "params", "headers", "body", "initialurl", "initialbody")
}
