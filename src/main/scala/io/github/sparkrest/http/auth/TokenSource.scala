// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.time.Instant

import scala.util.control.NonFatal

import io.github.sparkrest.config.AuthConfig
import io.github.sparkrest.error.{Condition, RestError}
import org.slf4j.LoggerFactory

/** Where access tokens come from. */
trait TokenSource {

  /** @param refused the token that the API refused: the result is another one */
  def token(refused: Option[AccessToken]): Either[RestError, AccessToken]

  /** Whether another token can be fetched. */
  def canRenew: Boolean = true
}

/** A login that any process may use at any time. */
trait Login {
  def token(): Either[RestError, AccessToken]
  def now(): Instant
}

/** The process that needs a token fetches it.
  *
  * @param key configurations that are equal share a token
  */
final class FetchedTokens(key: AuthConfig, login: Login, cache: TokenCache) extends TokenSource {
  def token(refused: Option[AccessToken]): Either[RestError, AccessToken] =
    cache.token(key, refused, login.now())(_ => login.token())
}

/** A token that the driver sent with a task. Only the driver can fetch another one.
  *
  * @param renewed it replaces a refused token: if it is refused too, the refusal is final
  */
final case class HandedToken(token: AccessToken, renewed: Boolean) extends TokenSource {
  override def canRenew: Boolean = !renewed

  def token(refused: Option[AccessToken]): Either[RestError, AccessToken] =
    if (refused.isEmpty) Right(token)
    else
      Left(
        Condition.TokenExpired(
          "The API no longer takes the access token (status 401).",
          "A stream fetches another one, with Trigger.AvailableNow too. Start a batch read again: it cannot."
        )
      )
}

/** The grant `refresh_token`, on the driver only. A server may return a new refresh token at each use, and refuse the old one from
  * then on. So one place uses it, and stores the new one before anything else happens.
  */
final class RefreshedTokens(
    options: AuthConfig.OAuth2,
    endpoint: TokenEndpoint,
    store: Option[TokenStore],
    cache: TokenCache
) extends TokenSource {
  import RefreshedTokens._

  def token(refused: Option[AccessToken]): Either[RestError, AccessToken] = cached(refused, Long.MaxValue)

  /** For batch readers, which cannot request a replacement: a token at most one minute old.
    */
  def fresh(): Either[RestError, AccessToken] = cached(None, FreshMillis)

  private def cached(refused: Option[AccessToken], mostMs: Long): Either[RestError, AccessToken] =
    cache.token(options, refused, endpoint.now(), mostMs) { slot =>
      try
        store match {
          case None    => refresh(slot, None)
          case Some(s) => s.exclusively(refresh(slot, store))
        }
      catch {
        case e: InterruptedException => throw e
        case NonFatal(e)             => Left(cannot(e))
      }
    }

  private def refresh(slot: TokenCache.Slot, store: Option[TokenStore]): Either[RestError, AccessToken] = {
    save(slot, store)
    // Another driver may have stored a newer token.
    val kept = store.flatMap(_.read()).orElse(slot.refreshToken).orElse(options.refreshToken)
    endpoint.ask(kept).map { granted =>
      val next = granted.refreshToken.filterNot(kept.contains)
      next.foreach { t =>
        if (store.isEmpty && slot.refreshToken.isEmpty) logger.warn(Rotated)
        slot.refreshToken = Some(t)
        slot.unsaved = store.isDefined
      }
      save(slot, store)
      granted.token
    }
  }

  /** Throws if the store fails; the next request for a token tries again first. */
  private def save(slot: TokenCache.Slot, store: Option[TokenStore]): Unit =
    if (slot.unsaved) {
      for (s <- store; t <- slot.refreshToken) s.write(t)
      slot.unsaved = false
    }

  private def cannot(e: Throwable) = Condition.TokenStoreFailed(
    s"""oauth2TokenStore: "${options.tokenStore.getOrElse("")}" cannot be used (${e.getClass.getSimpleName}).""",
    "Set it to the path of a file that the driver may read and write; the file need not exist."
  )
}

private object RefreshedTokens {

  /** The schema and the rows of one read share a token. */
  val FreshMillis: Long = 60L * 1000
  val logger = LoggerFactory.getLogger("io.github.sparkrest.RefreshedTokens")
  val Rotated: String =
    "The server gave a new refresh token. Without oauth2TokenStore it is lost with this driver, and " +
      "oauth2RefreshToken may no longer be valid then."
}
