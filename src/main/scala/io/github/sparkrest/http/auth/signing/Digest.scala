// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth.signing

import java.time.Instant

import io.github.sparkrest.config.AuthConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.auth.{Authenticator, Crypto}
import io.github.sparkrest.http.{HeaderScanner, HttpRequest, HttpResponse, RecentlyUsed}
import io.github.sparkrest.options.values.Origin
import io.github.sparkrest.request.RequestTemplate.percentEncode
import io.github.sparkrest.secret.Secret

/** `authType=Digest`: answers the challenge of a 401, and then sends credentials with each request until the server has another
  * challenge.
  */
final private[auth] class DigestAuthenticator(o: AuthConfig.Digest) extends Authenticator {
  protected def signed(request: HttpRequest, token: Option[Secret], now: Instant): Either[RestError, HttpRequest] =
    Right(session(request).next().fold(request) { case (challenge, count) =>
      Authenticator.authorization(request, challenge.answer(o, request, count, Crypto.nonce()))
    })

  override def learns: (HttpRequest, HttpResponse) => Boolean = (request, refusal) => {
    val challenge = DigestChallenge.strongest(refusal.headers)
    challenge.foreach(session(request).begin)
    challenge.isDefined
  }

  override def isChallenged: Boolean = true

  override def notes: (HttpRequest, HttpResponse) => Unit = (request, response) =>
    response.header("Authentication-Info").flatMap(DigestChallenge.nextNonce).foreach(session(request).move)

  /** Each server has its own challenges. All readers of this JVM continue with the same one. */
  private def session(request: HttpRequest): DigestSession =
    DigestAuthenticator.sessions.get((o, Origin.of(request.url)))(new DigestSession)
}

private object DigestAuthenticator {
  private val sessions = new RecentlyUsed[(AuthConfig.Digest, Option[String]), DigestSession]
}

/** The newest challenge of a server, and how often it was answered: a server refuses a count that it has seen. Thread-safe. */
final private class DigestSession {
  private var challenge: Option[DigestChallenge] = None
  private var count = 0

  def next(): Option[(DigestChallenge, Int)] = synchronized {
    count += 1
    challenge.map(_ -> count)
  }

  def begin(next: DigestChallenge): Unit = synchronized {
    // Another thread may have answered the same challenge already.
    if (!challenge.contains(next)) {
      challenge = Some(next)
      count = 0
    }
  }

  def move(nonce: String): Unit = synchronized(challenge.foreach(c => begin(c.copy(nonce = nonce))))
}

/** A challenge of RFC 7616, or of RFC 2069 if it has no `qop`.
  *
  * @param algorithm as the server spelled it; `None`: MD5
  * @param counted `qop=auth`
  */
final private[auth] case class DigestChallenge(
    realm: String,
    nonce: String,
    opaque: Option[String],
    algorithm: Option[String],
    counted: Boolean,
    hashesUser: Boolean
) {
  private def isSession: Boolean = algorithm.exists(_.toLowerCase.endsWith("-sess"))

  /** The value of `Authorization`.
    *
    * @param clientNonce never used before with this challenge
    */
  def answer(o: AuthConfig.Digest, request: HttpRequest, count: Int, clientNonce: String): String = {
    val (user, target, counter) = (o.user.reveal, SignedUrl(request.url).target, f"$count%08x")
    val secret = {
      val plain = hash(s"$user:$realm:${o.password.reveal}")
      if (isSession) hash(s"$plain:$nonce:$clientNonce") else plain
    }
    val action = hash(s"${request.method}:$target")
    val response =
      if (counted) hash(s"$secret:$nonce:$counter:$clientNonce:auth:$action") else hash(s"$secret:$nonce:$action")
    val name =
      if (hashesUser) s"""username="${hash(s"$user:$realm")}", userhash=true"""
      else if (user.forall(_ < 0x80)) s"username=${quoted(user)}"
      else s"username*=UTF-8''${percentEncode(user)}"
    (Seq(name, s"realm=${quoted(realm)}", s"nonce=${quoted(nonce)}", s"uri=${quoted(target)}") ++
      algorithm.map(a => s"algorithm=$a") ++
      (if (counted) Seq("qop=auth", s"nc=$counter") else Nil) ++
      (if (counted || isSession) Seq(s"cnonce=${quoted(clientNonce)}") else Nil) ++
      Seq(s"""response="$response"""") ++ opaque.map(t => s"opaque=${quoted(t)}")).mkString("Digest ", ", ", "")
  }

  private def hash(text: String): String =
    Crypto.hash(DigestChallenge.functions(algorithm.fold("md5")(_.toLowerCase.stripSuffix("-sess"))), text)

  private def quoted(text: String): String = "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\""
}

private[auth] object DigestChallenge {
  private val functions = Map("md5" -> "MD5", "sha-256" -> "SHA-256")

  /** The best challenge that can be answered: SHA-256 before MD5. A server may offer several, in one header or in several. */
  def strongest(headers: Seq[(String, String)]): Option[DigestChallenge] =
    headers
      .values("WWW-Authenticate")
      .flatMap(challenges)
      .flatMap { case (scheme, p) => of(scheme, p) }
      .sortBy { c =>
        if (c.algorithm.exists(_.toLowerCase.startsWith("sha"))) 0 else 1
      }
      .headOption

  def nextNonce(info: String): Option[String] =
    challenges(s"Info $info").flatMap(_._2.collectFirst { case ("nextnonce", v) => v }).headOption

  private def of(scheme: String, parameters: List[(String, String)]): Option[DigestChallenge] = {
    def of(name: String) = parameters.collectFirst { case (n, v) if n == name => v }
    val qop = of("qop").map(_.toLowerCase.split("[,\\s]+").toSeq)
    val known = of("algorithm").forall(a => functions.contains(a.toLowerCase.stripSuffix("-sess")))
    if (!scheme.equalsIgnoreCase("Digest") || !known || !qop.forall(_.contains("auth"))) None
    else
      of("nonce").map { nonce =>
        DigestChallenge(
          of("realm").getOrElse(""),
          nonce,
          of("opaque"),
          of("algorithm"),
          qop.isDefined,
          of("userhash").exists(_.equalsIgnoreCase("true"))
        )
      }
  }

  /** RFC 9110 §11.6.1: `Scheme name=value, name="value", Scheme2 name=value`. Names become lower case. */
  private def challenges(header: String): List[(String, List[(String, String)])] = {
    val scanner = new HeaderScanner(header)
    var found = List.empty[(String, List[(String, String)])]
    while (!scanner.atEnd) {
      val word = scanner.item()
      (scanner.value(), found) match {
        case (Some(value), (scheme, parameters) :: others) =>
          found = (scheme, (word.toLowerCase -> value) :: parameters) :: others
        case (None, _) if word.nonEmpty => found = (word, Nil) :: found
        case _                          => scanner.skipTo(',')
      }
    }
    found.reverse.map { case (scheme, parameters) => (scheme, parameters.reverse) }
  }
}
