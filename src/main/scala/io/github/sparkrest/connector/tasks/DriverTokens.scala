// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.auth.{AccessToken, HandedToken, RefreshedTokens, TokenCache, TokenSource, TokenStore}
import io.github.sparkrest.http.client.ApiClient
import io.github.sparkrest.poll.{PollReport, PollRequest}

/** Access tokens that only the driver may fetch (`oauth2GrantType=refresh_token`), for the tasks that use them. With any other
  * authentication it hands out nothing. A token travels inside a task, and never gets into a log, an offset or a file.
  *
  * For one thread. All instances of a driver share the tokens.
  *
  * @param cancelled polled while the response of the token endpoint is read; true aborts it, which an interrupt may not do
  */
final private[sparkrest] class DriverTokens(config: RestConfig, cancelled: () => Boolean = () => false) {
  private val source: Option[RefreshedTokens] = config.auth match {
    case o: AuthConfig.OAuth2 if o.onDriver =>
      val endpoint = ApiClient.tokenEndpoint(config, o, cancelled)
      Some(new RefreshedTokens(o, endpoint, TokenStore(o), TokenCache.OfJvm))
    case _ => None
  }

  /** Refused after pages of the same poll had come. */
  private var refused: Option[AccessToken] = None

  /** For a reader that cannot come back for another one. */
  def handed(): Either[RestError, Option[HandedToken]] = fetched(_.fresh())

  private def fetched(
      token: RefreshedTokens => Either[RestError, AccessToken]
  ): Either[RestError, Option[HandedToken]] = source match {
    case None    => Right(None)
    case Some(s) => token(s).map(t => Some(HandedToken(t, renewed = false)))
  }

  /** Runs `ask`, and runs it once more with a new token if the API refuses the first token. */
  def using[A](ask: Option[HandedToken] => Either[RestError, A]): Either[RestError, A] =
    fetched(_.token(None)).flatMap { first =>
      ask(first) match {
        case Left(e) if e.condition == Condition.TokenExpired =>
          source.fold[Either[RestError, A]](Left(e))(s =>
            s.token(first.map(_.token)).flatMap(t => ask(Some(HandedToken(t, renewed = true))))
          )
        case answer => answer
      }
    }

  /** Polls, as [[using]] does. The records before a refusal count, and the next poll begins with a new token. */
  def poll(
      polls: Seq[PollRequest]
  )(ask: (Seq[PollRequest], Option[HandedToken]) => Seq[PollReport]): Seq[PollReport] =
    source match {
      case None         => ask(polls, None)
      case Some(tokens) =>
        val before = refused
        refused = None
        tokens
          .token(before)
          .fold(
            e => Seq(PollReport.failed(polls, e)),
            first => polled(tokens, polls, HandedToken(first, before.isDefined))(ask)
          )
    }

  private def polled(tokens: TokenSource, polls: Seq[PollRequest], first: HandedToken)(
      ask: (Seq[PollRequest], Option[HandedToken]) => Seq[PollReport]
  ): Seq[PollReport] = {
    val reports = ask(polls, Some(first))
    // The refused request used one of the granted requests.
    val mayAskMore = polls.filter(_.limits.sendable(0) > 1).map(_.endpoint.key).toSet
    val (atOnce, later) = reports
      .flatMap(_.outcomes)
      .filter(_._2.error.exists(_.condition == Condition.TokenExpired))
      .partition(o => o._2.requests <= 1 && mayAskMore(o._1))
    if (later.nonEmpty) refused = Some(first.token)
    val again = polls
      .filter(p => atOnce.exists(_._1 == p.endpoint.key))
      .map(p => p.copy(limits = p.limits.afterOne))
    reports.map(without(_, atOnce.map(_._1).toSet, later.map(_._1).toSet)) ++
      (if (again.isEmpty) Nil
       else
         tokens
           .token(Some(first.token))
           .fold(e => Seq(PollReport.failed(again, e)), t => ask(again, Some(HandedToken(t, renewed = true)))))
  }

  /** @param again are polled once more now
    * @param interrupted go on with the next poll
    */
  private def without(report: PollReport, again: Set[String], interrupted: Set[String]): PollReport =
    report.copy(outcomes = report.outcomes.collect {
      case (key, o) if interrupted(key) =>
        key -> (if (o.requests > 1) o.copy(error = None, more = true) else o.copy(error = None, handedBack = true))
      case (key, o) if !again(key) => key -> o
    })
}
