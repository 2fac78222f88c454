// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import scala.util.control.NonFatal

import io.github.sparkrest.config.AuthConfig
import io.github.sparkrest.error.{Condition, RestError}
import org.slf4j.LoggerFactory

/** Where access tokens come from. */
trait TokenSource {

  /** @param refused the one that the API did not take: another is wanted */
  def token(refused: Option[AccessToken]): Either[RestError, AccessToken]

  /** Whether asking for another one makes sense. */
  def canRenew: Boolean = true
}

/** Grants that may be asked for at any time, anywhere: by the process that uses the token. */
final class FetchedTokens(options: AuthConfig.OAuth2, endpoint: TokenEndpoint, cache: TokenCache) extends TokenSource {
  def token(refused: Option[AccessToken]): Either[RestError, AccessToken] =
    cache.token(options, refused, endpoint.now())(_ => endpoint.ask(None).map(_.token))
}

/** A token that the driver sent along with a task. Another one is the driver's to get.
  *
  * @param renewed it was fetched because the one before was refused: if this is refused too, the API means it
  */
final case class HandedToken(token: AccessToken, renewed: Boolean) extends TokenSource {
  override def canRenew: Boolean = !renewed

  def token(refused: Option[AccessToken]): Either[RestError, AccessToken] =
    if (refused.isEmpty) Right(token)
    else
      Left(
        RestError(
          Condition.TokenExpired,
          "The API no longer takes the access token (status 401).",
          "A stream gets another one by itself, with Trigger.AvailableNow too. A batch read cannot: start it again."
        )
      )
}

/** The grant `refresh_token`, on the driver alone: a server may give a new refresh token at each use, and take the old one
  * never again. So one place uses it, and keeps the new one before anything else happens.
  */
final class RefreshedTokens(
    options: AuthConfig.OAuth2,
    endpoint: TokenEndpoint,
    store: Option[TokenStore],
    cache: TokenCache
) extends TokenSource {
  import RefreshedTokens._

  def token(refused: Option[AccessToken]): Either[RestError, AccessToken] = cached(refused, Long.MaxValue)

  /** For a reader that cannot come back for another one: it has nearly all of its life before it, and is not one that was
    * refused to a reader before.
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
    // Another driver may have been here: its token is the newest.
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

  /** Throws if it cannot; then it is tried again before the next token is asked for. */
  private def save(slot: TokenCache.Slot, store: Option[TokenStore]): Unit =
    if (slot.unsaved) {
      for (s <- store; t <- slot.refreshToken) s.write(t)
      slot.unsaved = false
    }

  private def cannot(e: Throwable) = RestError(
    Condition.TokenStoreFailed,
    s"""oauth2TokenStore: "${options.tokenStore.getOrElse("")}" cannot be used (${e.getClass.getSimpleName}).""",
    "It must be a file, or the place of one, that the driver may read and write."
  )
}

private object RefreshedTokens {

  /** Schema and rows of one read share a token. */
  val FreshMillis: Long = 60L * 1000
  val logger = LoggerFactory.getLogger("io.github.sparkrest.RefreshedTokens")
  val Rotated: String =
    "The server gave a new refresh token. Without oauth2TokenStore it is lost with this driver, and " +
      "oauth2RefreshToken may no longer be valid then."
}
