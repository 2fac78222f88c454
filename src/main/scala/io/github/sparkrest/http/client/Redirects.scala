// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.client

import scala.annotation.tailrec

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.{HttpClient, HttpRequest, HttpResponse}
import io.github.sparkrest.request.NextUrl
import io.github.sparkrest.secret.Redact

/** Follows redirects (RFC 9110 §15.4): each hop is a request of its own, that is authorized and checked as any other.
  *
  * Credentials and headers of the user stay behind for good when a hop leaves the origin that it came from, and it may leave
  * it only to `allowedHosts`, and only without a body, which may hold secrets too; https never leads to http.
  *
  * @param client adds credentials to what is trusted, for each hop anew: a signature holds for one
  */
final class Redirects(config: RestConfig, client: HttpClient) {
  import Redirects._
  private val addresses = new NextUrl(config)
  private var hops = 0

  /** How many were followed so far: requests beside those that were asked for. */
  def followed: Int = hops

  /** @param use gets the last response, with the address that gave it
    */
  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] = {
    @tailrec def go(at: HttpRequest, before: List[HttpRequest]): Either[RestError, A] =
      client.send(at) { response =>
        location(response) match {
          case Some(found) =>
            response.body.readNBytes(MaxBody) // so that the connection can be used again
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
    for {
      _ <- refuse(at.url, before.lengthCompare(Most) >= 0, s"more than $Most times in a row")
      _ <- refuse(
        at.url,
        HttpRequest.isHttps(at.url) && !HttpRequest.isHttps(url),
        s"from https to an address that is not (${Redact.url(url)})"
      )
      allowed <-
        if (stays) Right(true)
        else addresses.allows(url).left.map(why => refused(at.url, s"to an address that $why"))
      hop = turned(at, status).copy(url = url, trusted = at.trusted && allowed)
      _ <- Either.cond(hop.trusted || hop.body.isEmpty, (), bodyLeaves(at.url, url))
      _ <- refuse(
        at.url,
        (at :: before).exists(r => r.url == url && r.method == hop.method),
        s"in a circle, by ${Redact.url(url)}"
      )
    } yield if (hop.trusted) hop else hop.copy(headers = Nil)
  }

  /** 303, and by custom 301 and 302 after a POST, lead to the answer by GET. */
  private def turned(at: HttpRequest, status: Int): HttpRequest =
    if (status == 303 || at.method == "POST" && (status == 301 || status == 302))
      at.copy(method = "GET", body = None, headers = at.headers.filterNot(h => ofContent(h._1)))
    else at

  private def refuse(url: String, wrong: Boolean, how: String): Either[RestError, Unit] =
    if (wrong) Left(refused(url, how)) else Right(())

  private def refused(url: String, how: String) = RestError(
    Condition.RedirectRefused,
    s"${Redact.url(url)} redirects $how.",
    "Give the address that is meant as url, or name its host in allowedHosts if requests without credentials may go there."
  )

  private def bodyLeaves(from: String, to: String) = RestError(
    Condition.RedirectRefused,
    s"${Redact.url(from)} redirects to another origin (${Redact.url(to)}), and the request has a body, which may hold secrets.",
    "Give the address that is meant as url: a body goes to no other origin, whatever allowedHosts says."
  )
}

object Redirects {
  private val Followed = Set(301, 302, 303, 307, 308)
  private val Most = 10
  private val MaxBody = 8 << 10

  private def ofContent(header: String): Boolean = header.toLowerCase.startsWith("content-")
}
