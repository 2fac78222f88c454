// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.util
import java.util.concurrent.locks.ReentrantLock

import io.github.sparkrest.config.AuthConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.secret.Secret

/** The access tokens of a JVM, one for each configuration, in memory only. A thread that needs a token which another thread is
  * fetching waits for it. The wait can be interrupted. If the fetch fails, it fails for the waiting threads too: some servers lock
  * a user after a few failed logins.
  *
  * @param most number of configurations; the least recently used ones are forgotten
  */
final class TokenCache(most: Int) {
  import TokenCache.Slot

  private val slots = new util.LinkedHashMap[AuthConfig, Slot](16, 0.75f, true) {
    override def removeEldestEntry(e: util.Map.Entry[AuthConfig, Slot]): Boolean = size > most
  }

  /** The known token, unless it is due or refused; then the result of `fetch`.
    *
    * @param mostMs maximum age of the token
    */
  def token(
      key: AuthConfig,
      refused: Option[AccessToken],
      now: => java.time.Instant,
      mostMs: Long = Long.MaxValue
  )(fetch: Slot => Either[RestError, AccessToken]): Either[RestError, AccessToken] = {
    val slot = slots.synchronized(slots.computeIfAbsent(key, _ => new Slot))
    val before = slot.failure
    slot.lock.lockInterruptibly()
    try {
      val at = now
      val atMs = at.toEpochMilli
      val whileWaiting = slot.failure.filterNot(f => before.exists(_ eq f))
      def isUsable(t: AccessToken) =
        !t.isDue(at) && !refused.exists(_.value == t.value) && atMs - slot.fetchedAtMs <= mostMs
      (whileWaiting, slot.token.filter(isUsable)) match {
        case (Some(failed), _)   => Left(failed)
        case (None, Some(known)) => Right(known)
        case (None, None)        =>
          slot.stillBusy(atMs).toLeft(()).flatMap { _ =>
            val fetched = fetch(slot)
            slot.note(fetched, now.toEpochMilli)
            fetched
          }
      }
    } finally slot.lock.unlock()
  }
}

object TokenCache {
  val OfJvm: TokenCache = new TokenCache(256)

  /** The state of one configuration. Only the holder of the lock reads and writes its fields. */
  final class Slot private[http] {
    private[http] val lock = new ReentrantLock
    private[http] var token: Option[AccessToken] = None
    private[http] var fetchedAtMs = 0L

    /** Until then, epoch milliseconds, the server wants no further request, by this error. Other threads do not send one either. */
    private var busy: Option[(Long, RestError)] = None

    /** The server's replacement for the refresh token of the options. */
    private[http] var refreshToken: Option[Secret] = None

    /** It was not written to the store yet. */
    private[http] var unsaved = false

    /** The error of the last fetch. Threads also read it before they wait for the lock. */
    @volatile private[http] var failure: Option[RestError] = None

    private[http] def stillBusy(nowMs: Long): Option[RestError] = busy.collect {
      case (until, e) if nowMs < until => e.copy(retryAfterMs = Some(until - nowMs))
    }

    private[http] def note(fetched: Either[RestError, AccessToken], nowMs: Long): Unit = {
      token = fetched.toOption
      failure = fetched.left.toOption.map(_.copy())
      fetchedAtMs = nowMs
      busy = for { e <- fetched.left.toOption; wait <- e.retryAfterMs } yield (nowMs + wait, e)
    }
  }
}
