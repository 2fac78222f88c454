// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.io.InputStream
import java.net.URI
import java.net.http.{HttpClient => JavaClient}
import java.time.{Duration => JavaDuration}
import java.util.concurrent.ConcurrentHashMap

import scala.concurrent.duration.DurationLong

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.request.HttpRequest
import sttp.client4._
import sttp.client4.httpclient.HttpClientSyncBackend
import sttp.model.{Method, Uri}

/** The only file that knows sttp: sends requests over `java.net.http`, decodes gzip and deflate as streams.
  *
  * @param cancelled asked while a body is read: true breaks the response off
  */
final class SttpClient(connectTimeoutMs: Long, readTimeoutMs: Long, cancelled: () => Boolean) extends HttpClient {

  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
    try {
      val response = sttpRequest(request).send(SttpClient.backend(connectTimeoutMs, request.url.startsWith("https:")))
      val body = new BodyStream(response.body, readTimeoutMs, cancelled)
      try use(HttpResponse(response.code.code, response.headers.map(h => h.name.toLowerCase -> h.value), body))
      finally body.close()
    } catch {
      case e: SttpClientException => Left(failed(request, e.cause))
      case e: BrokenBody          => Left(failed(request, e))
    }

  private def sttpRequest(request: HttpRequest): Request[InputStream] =
    request.body
      .foldLeft[PartialRequest[Either[String, String]]](basicRequest)(_.body(_))
      .method(Method.unsafeApply(request.method), SttpClient.verbatim(request.url))
      .headers(request.headers.groupBy(_._1.toLowerCase).values.flatMap(_.lastOption).toMap)
      .followRedirects(false)
      .readTimeout(readTimeoutMs.millis)
      .response(asInputStreamAlwaysUnsafe)

  private def failed(request: HttpRequest, cause: Throwable): RestError = {
    val reason = Option(cause.getMessage).filter(_.nonEmpty).fold("")(m => s": $m")
    RestError(
      Condition.ConnectionFailed,
      s"${Redact.url(request.url)} gave no complete answer (${cause.getClass.getSimpleName}${Redact.url(reason)}).",
      "It is asked again; see connectTimeout and readTimeout."
    )
  }
}

object SttpClient {
  def apply(config: RestConfig, cancelled: () => Boolean): SttpClient =
    new SttpClient(config.connectTimeoutMs, config.readTimeoutMs, cancelled)

  /** The address as it is: sttp's own parser would decode it and encode it anew, which changes signed and encoded values. */
  private def verbatim(url: String): Uri = {
    val raw = new URI(url)
    val port = if (raw.getPort < 0) None else Some(raw.getPort)
    val path = Option(raw.getRawPath).filter(_.nonEmpty)
    Uri(
      Some(raw.getScheme.toLowerCase),
      Some(Uri.Authority(None, Uri.Segment(raw.getHost, identity), port)),
      path.fold[Uri.PathSegments](Uri.EmptyPath)(p => Uri.AbsolutePath(List(Uri.Segment(p.drop(1), identity)))),
      Option(raw.getRawQuery).map(Uri.QuerySegment.Plain(_, identity)).toList,
      None
    )
  }

  /** A setting of `java.net.http`, unless the user made it. It must be there before the JVM makes its first client. */
  private def default(name: String, value: Int): Unit =
    if (System.getProperty(name) == null) System.setProperty(name, value.toString)

  // Instead of 16 KB: each buffer that is filled wakes two threads.
  default("jdk.httpclient.bufsize", 128 << 10)

  // Seconds, as from JDK 20 on, instead of 20 minutes: a query that was stopped leaves its idle connection to the pool.
  default("jdk.httpclient.keepalive.timeout", 30)

  /** One client, with its pool of connections, for each setting that a connection depends on. They live as long as the JVM. */
  private val backends = new ConcurrentHashMap[(Long, Boolean), SyncBackend]

  private def backend(connectTimeoutMs: Long, secure: Boolean): SyncBackend =
    backends.computeIfAbsent(
      (connectTimeoutMs, secure),
      _ =>
        HttpClientSyncBackend.usingClient(
          JavaClient.newBuilder
            .connectTimeout(JavaDuration.ofMillis(connectTimeoutMs))
            .followRedirects(JavaClient.Redirect.NEVER)
            // In clear text HTTP/2 would start with an upgrade that some servers answer wrongly.
            .version(if (secure) JavaClient.Version.HTTP_2 else JavaClient.Version.HTTP_1_1)
            .build()
        )
    )
}
