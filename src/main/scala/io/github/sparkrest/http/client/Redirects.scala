// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.client

import scala.annotation.tailrec

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.{HttpClient, HttpRequest, HttpResponse}
import io.github.sparkrest.request.NextUrl
import io.github.sparkrest.secret.Redact

/** Follows redirects (RFC 9110 §15.4). Each hop is a separate request, which is authorized and checked like any other.
  *
  * A hop to another origin needs `allowedHosts`, and loses credentials and the user's headers for good. It must not have a body, which
  * may contain secrets. https never leads to http.
  *
  * @param client adds credentials to trusted requests, for each hop again: a signature is valid for one request
  */
final class Redirects(config: RestConfig, client: HttpClient) {
  import Redirects._
  private val addresses = new NextUrl(config)
  private var hops = 0

  /** How many redirects were followed so far. They are additional requests. */
  def followed: Int = hops

  /** @param use gets the last response, with the URL that returned it
    */
  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] = {
    @tailrec def go(at: HttpRequest, before: List[HttpRequest]): Either[RestError, A] =
      client.send(at) { response =>
        location(response) match {
          case Some(found) =>
            response.body.readNBytes(MaxBody) // so that the connection can be reused
            next(at, before, response.status, found).map(Left(_))
          case None => use(if (response.url.isEmpty) response.copy(url = at.url) else response).map(Right(_))
        }
      } match {
        case Right(Left(hop)) => hops += 1; go(hop, at :: before)
        case Right(Right(a))  => Right(a)
        case Left(error)      => Left(error)
      }
    go(request, Nil)
  }

  private def location(response: HttpResponse): Option[String] =
    if (Followed(response.status) && !config.emptyStatusCodes.contains(response.status)) response.header("Location")
    else None

  private def next(at: HttpRequest, before: List[HttpRequest], status: Int, location: String) = {
    val url = NextUrl.resolve(at.url, location).takeWhile(_ != '#')
    val stays = NextUrl.sameOrigin(at.url, url)
    def refuse(wrong: Boolean, how: => String) = if (wrong) Left(refused(at.url, how)) else Right(())
    for {
      _ <- refuse(before.lengthCompare(Most) >= 0, s"more than $Most times in a row")
      _ <- refuse(
        HttpRequest.isHttps(at.url) && !HttpRequest.isHttps(url),
        s"from https to a URL that is not (${Redact.url(url)})"
      )
      allowed <-
        if (stays) Right(true)
        else addresses.allows(url).left.map(why => refused(at.url, s"to a URL that $why"))
      hop = turned(at, status).copy(url = url, trusted = at.trusted && allowed)
      _ <- Either.cond(hop.trusted || hop.body.isEmpty, (), bodyLeaves(at.url, url))
      isCircle = (at :: before).exists(r => r.url == url && r.method == hop.method)
      _ <- refuse(isCircle, s"in a circle, by ${Redact.url(url)}")
    } yield if (hop.trusted) hop else hop.copy(headers = Nil)
  }

  /** A 303, and by custom a 301 or 302 after a POST, is followed by GET. */
  private def turned(at: HttpRequest, status: Int): HttpRequest =
    if (status == 303 || at.method == "POST" && (status == 301 || status == 302))
      at.copy(method = "GET", body = None, headers = at.headers.filterNot(h => ofContent(h._1)))
    else at

  private def refused(url: String, how: String) = Condition.RedirectRefused(
    s"${Redact.url(url)} redirects $how.",
    "Set url to the final URL, or add its host to allowedHosts if requests without credentials may go there."
  )

  private def bodyLeaves(from: String, to: String) = Condition.RedirectRefused(
    s"${Redact.url(from)} redirects to another origin (${Redact.url(to)}), and the request has a body, which may contain secrets.",
    "Set url to the final URL. A body never goes to another origin, whatever allowedHosts contains."
  )
}

object Redirects {
  private val Followed = Set(301, 302, 303, 307, 308)
  private val Most = 10
  private val MaxBody = 8 << 10

  private def ofContent(header: String): Boolean = header.toLowerCase.startsWith("content-")
}
