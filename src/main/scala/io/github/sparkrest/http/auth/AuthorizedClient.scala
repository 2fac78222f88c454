// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse}
import io.github.sparkrest.options.{OptionReader, RestOptions, SecretReference}
import io.github.sparkrest.secret.Secret

/** Adds credentials to each attempt of a request, so that every attempt has a new signature, nonce and token. It is next to the
  * network: redirects and retries come before it. Its errors do not contain secrets.
  *
  * This is the only place that retries after a 401, and it does so once. With `OAuth2` and `Session` the second attempt has another
  * token, with `Digest` the response to a challenge, and otherwise credentials that another process wrote into their file. A
  * second 401 is the response. With `callStrictlyOnce` the first 401 is the response, and later requests have the new credentials.
  * A challenge is different: the server has not processed the request.
  *
  * @param tokens of `OAuth2` and `Session`
  */
final class AuthorizedClient(config: RestConfig, network: HttpClient, tokens: Option[TokenSource], clock: Clock)
    extends HttpClient {
  import AuthorizedClient.Credentials

  private val files = new RenewedFiles(config)

  // A batch read makes a client for each of its polls, and parses its options once.
  @volatile private var current = credentials(files.read().getOrElse(config.auth))
  private val end = new TokenEnd(config.auth)
  private val strictlyOnce = config.input.exists(_.strictlyOnce)

  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] = tokens match {
    case Some(source) if request.trusted =>
      source.token(None).flatMap { first =>
        if (!source.canRenew) once(current, request, Some(first))(use)
        else if (strictlyOnce)
          once(current, request, Some(first)) { response =>
            val (isOver, r) = end(response)
            if (isOver) source.token(Some(first)): Unit
            end.orError(isOver, r, TokenEnd.notRepeated)(use) // guard: I1.110
          }
        else
          once(current, request, Some(first)) { response =>
            val (isOver, r) = end(response)
            if (isOver) Right(None) else use(r).map(Some(_))
          }.flatMap {
            case Some(answer) => Right(answer)
            case None => source.token(Some(first)).flatMap(next => once(current, request, Some(next))(end.again(_)(use)))
          }
      }
    case _ =>
      val used = current
      once(used, request, None) { r =>
        if (hasOthers(used, request, r) && (used.authenticator.isChallenged || !strictlyOnce)) Right(None)
        else noted(used, request, r)(use).map(Some(_))
      }.flatMap {
        case Some(answer) => Right(answer)
        case None         =>
          val next = current
          once(next, request, None)(noted(next, request, _)(use))
      }
  }

  /** Whether another attempt has other credentials. */
  private def hasOthers(used: Credentials, request: HttpRequest, response: HttpResponse): Boolean =
    request.trusted && (response.status == 401 && used.authenticator.learns(request, response) || renewed(used, response))

  /** Amazon refuses credentials that have expired with a 403. */
  private def renewed(used: Credentials, response: HttpResponse): Boolean =
    (response.status == 401 || response.status == 403) && {
      val next = files.read().filter(_ != used.auth)
      next.foreach(auth => current = credentials(auth))
      next.isDefined
    }

  private def credentials(auth: AuthConfig): Credentials =
    Credentials(auth, Authenticator.of(auth), if (auth == config.auth) Nil else auth.secrets)

  private def noted[A](used: Credentials, request: HttpRequest, response: HttpResponse)(
      use: HttpResponse => Either[RestError, A]
  ): Either[RestError, A] = {
    if (request.trusted) used.authenticator.notes(request, response)
    use(response)
  }

  private def once[A](credentials: Credentials, request: HttpRequest, token: Option[AccessToken])(
      use: HttpResponse => Either[RestError, A]
  ): Either[RestError, A] = {
    val tokens = token.toSeq.flatMap(_.secrets) // guard: I6.6
    // A stored URL may contain the mark of a token. The newest token takes its place.
    val complete = if (tokens.isEmpty) request else request.copy(url = KnownSecrets.ofTokens(tokens).open(request.url))
    val signed = credentials.authenticator(complete, token.map(_.value), clock.now())
    val added = credentials.renewed ++ signed.fold(_ => Nil, credentials.authenticator.secretsIn(complete, _))
    signed
      .flatMap(network.send(_)(r => use(r.copy(tokens = tokens ++ added))))
      .left
      .map(KnownSecrets(config, tokens ++ added).hide(_))
  }
}

/** Whether a response means that its token is no longer valid: a 401, or `sessionEndedWhen`. */
final private class TokenEnd(auth: AuthConfig) {
  private val condition = auth match {
    case s: AuthConfig.Session => s.endedWhen
    case _                     => None
  }

  /** @return also the response with a body that can still be read */
  def apply(response: HttpResponse): (Boolean, HttpResponse) = condition match {
    case Some(c) if response.status != 401 =>
      val (head, whole) = response.peek(TokenEnd.MostBytes + 1)
      (head.length <= TokenEnd.MostBytes && c.holdsIn(head), whole)
    case _ => (response.status == 401, response)
  }

  /** The response to a request with a new token. A 401 is a response like any other, but the body of an ended session could pass
    * for a page without records.
    */
  def again[A](response: HttpResponse)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] = {
    val (isOver, r) = apply(response)
    orError(isOver, r, TokenEnd.stillOver)(use)
  }

  /** @param error in place of the body of an ended session */
  def orError[A](isOver: Boolean, response: HttpResponse, error: => RestError)(
      use: HttpResponse => Either[RestError, A]
  ): Either[RestError, A] = if (isOver && response.status != 401) Left(error) else use(response)
}

private object TokenEnd {
  private val Ended = "The API reports that the session has ended (sessionEndedWhen)"

  /** A longer body has records. */
  val MostBytes: Int = 1 << 16

  private def stillOver = Condition.TokenRefused(
    s"$Ended, right after a new login.",
    "Check sessionEndedWhen, and whether the user of the login may read this resource."
  )

  def notRepeated: RestError = Condition.TokenRefused(
    s"$Ended, and callStrictlyOnce is Y, so this call is not repeated.",
    "Later calls have a new session. Set sessionLifetime below the time that the API allows."
  )
}

object AuthorizedClient {

  /** @param renewed secrets that the options did not have when they were parsed */
  final private case class Credentials(auth: AuthConfig, authenticator: Authenticator, renewed: Seq[Secret])

  def apply(config: RestConfig, network: HttpClient, handed: Option[HandedToken]): HttpClient =
    apply(config, network, handed, network)

  /** @param handed the token that the driver sent, for a grant that only the driver may use
    * @param toEndpoint sends requests to the token endpoint, and login requests
    */
  def apply(
      config: RestConfig,
      network: HttpClient,
      handed: Option[HandedToken],
      toEndpoint: HttpClient
  ): HttpClient = {
    val tokens = config.auth match {
      case o: AuthConfig.OAuth2 if !o.onDriver =>
        Some(new FetchedTokens(o, new TokenEndpoint(config, o, toEndpoint, Clock.System), TokenCache.OfJvm))
      case s: AuthConfig.Session =>
        Some(new FetchedTokens(s, new SessionLogin(config, s, toEndpoint, Clock.System), TokenCache.OfJvm))
      case _ => handed
    }
    new AuthorizedClient(config, network, tokens, Clock.System)
  }
}

/** Reads the credentials of the options again. A poll with many pages, or a batch read, may take longer than a token is valid that
  * another process renews in its file, as Kubernetes does.
  */
final private class RenewedFiles(config: RestConfig) {
  private val mayChange =
    config.options.only(RestOptions.authentication.map(_.name)).values.exists(SecretReference.mayChange)

  /** `None`: no option refers to a file or a Hadoop credential, or they cannot be read now. */
  def read(): Option[AuthConfig] = if (!mayChange) None
  else {
    val reader = new OptionReader(config.options, config.policy, config.secrets)
    val auth = AuthConfig.read(reader, config.input.isDefined && !config.streaming)
    reader.result(auth).toOption
  }
}
