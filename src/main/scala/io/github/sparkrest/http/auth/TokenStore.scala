// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.nio.channels.FileChannel
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardOpenOption.{CREATE, CREATE_NEW, WRITE}
import java.nio.file._
import java.nio.file.attribute.PosixFilePermissions
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.locks.ReentrantLock

import io.circe.Json
import io.github.sparkrest.config.AuthConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.RecentlyUsed
import io.github.sparkrest.secret.Secret

/** `oauth2TokenStore`: a JSON file in which a rotated refresh token outlives the driver. Writes are atomic. Only its owner can read
  * it, where the file system knows owners. A file `<name>.lock` next to it locks out other drivers.
  *
  * It contains a hash of the options that its token came from: another `oauth2RefreshToken` starts over.
  */
final class TokenStore(file: Path, origin: String) {

  /** Passes on exceptions of the file system. An interrupt ends the wait for another driver. */
  def exclusively[A](body: => A): A = {
    val mine = TokenStore.locks.computeIfAbsent(file, _ => new ReentrantLock)
    mine.lockInterruptibly()
    try {
      val channel = FileChannel.open(prepared(file.resolveSibling(s"${file.getFileName}.lock")), WRITE, CREATE)
      try {
        channel.lock()
        body
      } catch {
        case _: java.nio.channels.ClosedByInterruptException | _: java.nio.channels.FileLockInterruptionException =>
          throw new InterruptedException
      } finally channel.close()
    } finally mine.unlock()
  }

  /** `None`: no token was stored yet, or it belongs to other options. */
  def read(): Option[Secret] =
    try {
      val text = new String(Files.readAllBytes(file), "UTF-8")
      // An unreadable file may have contained the newest token: only the user can know.
      val json = io.circe.parser.parse(text).getOrElse(throw new java.io.IOException("not JSON")).hcursor
      if (json.get[String]("of").contains(origin)) json.get[String]("refreshToken").toOption.map(Secret(_)) else None
    } catch { case _: NoSuchFileException => None }

  def write(token: Secret): Unit = {
    val json = Json.obj(
      "version" -> Json.fromInt(1),
      "of" -> Json.fromString(origin),
      "refreshToken" -> Json.fromString(token.reveal)
    )
    val temporary = prepared(file.resolveSibling(s"${file.getFileName}.tmp"), fresh = true)
    Files.write(temporary, json.noSpaces.getBytes("UTF-8"), WRITE)
    val channel = FileChannel.open(temporary, WRITE)
    try channel.force(true)
    finally channel.close()
    Files.move(temporary, file, ATOMIC_MOVE)
    ()
  }

  /** Creates the file with its permissions, so that nobody can read it in between. */
  private def prepared(path: Path, fresh: Boolean = false): Path = {
    Option(path.getParent).foreach(Files.createDirectories(_))
    if (fresh) Files.deleteIfExists(path)
    if (!Files.exists(path))
      try
        if (path.getFileSystem.supportedFileAttributeViews.contains("posix"))
          Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
        else Files.newByteChannel(path, WRITE, CREATE_NEW).close()
      catch { case _: FileAlreadyExistsException => () } // another driver's lock
    path
  }
}

object TokenStore {
  private val locks = new ConcurrentHashMap[Path, ReentrantLock]

  def apply(o: AuthConfig.OAuth2): Option[TokenStore] = o.tokenStore.map { name =>
    val parts = Seq(o.tokenUrl, o.clientId.reveal, o.refreshToken.fold("")(_.reveal)).mkString("\n")
    new TokenStore(
      Paths.get(name.stripPrefix("file://").stripPrefix("file:")).toAbsolutePath.normalize,
      Crypto.hash("SHA-256", parts)
    )
  }
}

/** The access tokens of a JVM, one for each configuration, in memory only. A thread that needs a token which another thread is
  * fetching waits for it. The wait can be interrupted. If the fetch fails, it fails for the waiting threads too: some servers lock
  * a user after a few failed logins.
  *
  * @param most number of configurations; the least recently used ones are forgotten
  */
final class TokenCache(most: Int) {
  import TokenCache.Slot

  private val slots = new RecentlyUsed[AuthConfig, Slot](most, idleMs = Long.MaxValue)

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
    val slot = slots.get(key)(new Slot)
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
