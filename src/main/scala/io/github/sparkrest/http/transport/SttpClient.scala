// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.io.{IOException, InputStream}
import java.net.URI

import scala.util.control.NonFatal

import io.github.sparkrest.BuildInfo
import io.github.sparkrest.config.{RestConfig, TlsConfig, TransportConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.auth.Authenticator
import io.github.sparkrest.http.tls.{TlsContext, TlsFailure}
import io.github.sparkrest.http.{HttpClient, HttpRequest, HttpResponse, RetryPolicy}
import io.github.sparkrest.secret.Redact
import sttp.client4._
import sttp.model.{Method, Uri}

/** Sends requests by sttp. Each is sent once: nothing below repeats a request or follows a response.
  *
  * @param cancelled checked while a response is awaited or read: true ends it
  * @param limits of any response
  * @param addresses resolves and checks names with `allowPrivateHosts=false`
  * @param decodesFiles a body that is a compressed file is decoded
  */
final class SttpClient(
    connectTimeoutMs: Long,
    readTimeoutMs: Long,
    cancelled: () => Boolean,
    transport: TransportConfig = TransportConfig(),
    tls: TlsConfig = TlsConfig.Default,
    limits: ResponseLimits = ResponseLimits(),
    addresses: AddressCheck = PrivateHosts,
    decodesFiles: Boolean = true
) extends HttpClient {

  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
    for {
      _ <- guard(request)
      context <- TlsContext(tls)
      exchange = new Exchange(connectTimeoutMs, readTimeoutMs, limits.millis, cancelled)
      used <-
        try answer(request, exchange, client(request, context)).flatMap(read(request, exchange, _)(use))
        finally exchange.close()
    } yield used

  /** A direct connection checks each name when it resolves it ([[Connections]]). A proxy resolves names by itself, and a host
    * that is an IP address is not resolved: both are checked here.
    */
  private def guard(request: HttpRequest): Either[RestError, Unit] =
    transport.policy.refusesHost(request.url).map(SttpClient.forbidden).toLeft(()).flatMap { _ =>
      if (transport.allowPrivateHosts) Right(())
      else if (isDirect(request.url)) PrivateHosts.refuseAddress(request.url, addresses).toLeft(())
      else (request.url +: proxyUrl.toSeq).flatMap(PrivateHosts.refuse(_, addresses)).headOption.toLeft(())
    }

  private def isDirect(url: String) = transport.proxy.isEmpty && !Connections.hasJvmProxy(url)

  /** A proxy that the operator named, or that is the JVM's, may be within the network. */
  private val proxyUrl: Option[String] = transport.proxy
    .map(p => s"http://${p.authority}/")
    .filterNot(u => transport.policy.hosts.isDefined && transport.policy.refusesHost(u).isEmpty)

  private def client(request: HttpRequest, context: Option[javax.net.ssl.SSLContext]) = {
    val checked = if (transport.allowPrivateHosts || !isDirect(request.url)) None else Some(addresses)
    Connections.client(Connections(connectTimeoutMs, transport, context, checked))
  }

  private def read[A](request: HttpRequest, exchange: Exchange, response: Response[InputStream])(
      use: HttpResponse => Either[RestError, A]
  ): Either[RestError, A] =
    try
      limits
        .refuse(exchange.headers)
        .toLeft(())
        .flatMap(_ => ContentCoding.decode(exchange.headers, response.body, decodesFiles))
        .flatMap { decoded =>
          try use(HttpResponse(response.code.code, exchange.headers, decoded))
          finally decoded.close()
        }
    catch { case e: BrokenBody => Left(failed(request, exchange, e)) }
    finally response.body.close()

  private def answer(
      request: HttpRequest,
      exchange: Exchange,
      client: okhttp3.OkHttpClient
  ): Either[RestError, Response[InputStream]] =
    try Right(sttpRequest(request).send(new OkHttpBackend(client, exchange)))
    catch {
      case e: RefusedHost                         => Left(e.error)
      case _: IOException if exchange.interrupted =>
        Thread.interrupted(): Unit // the exception takes its place
        throw new InterruptedException
      // The refusal of a header quotes its value, which may be secret.
      case _: IllegalArgumentException => Left(SttpClient.unsendable)
      // Servers send anything, and parsers throw anything.
      case NonFatal(e) => Left(failed(request, exchange, e))
    }

  private def sttpRequest(request: HttpRequest): Request[InputStream] =
    request.body
      .foldLeft[PartialRequest[Either[String, String]]](emptyRequest)(_.body(_))
      .method(Method.unsafeApply(request.method), SttpClient.verbatim(request.url))
      .headers(SttpClient.onePerName(SttpClient.asking ++ request.headers ++ ofProxy(request)))
      .response(asInputStreamAlwaysUnsafe)

  /** For https the credentials go with `CONNECT` instead. */
  private def ofProxy(request: HttpRequest): Seq[(String, String)] = transport.proxy
    .flatMap(_.credentials)
    .filterNot(_ => HttpRequest.isHttps(request.url))
    .map(c => "Proxy-Authorization" -> Authenticator.basic(c._1, c._2.reveal))
    .toSeq

  private def failed(request: HttpRequest, exchange: Exchange, cause: Throwable): RestError =
    if (TlsFailure.is(cause)) TlsFailure(request.url, cause) else unanswered(request, exchange, cause)

  private def unanswered(request: HttpRequest, exchange: Exchange, cause: Throwable): RestError = {
    val text = cause match {
      case e: BrokenBody  => e.getMessage
      case e: IOException => exchange.reason(e)
      case e              => String.valueOf(e.getMessage)
    }
    val hint =
      if (text.contains("Failed to authenticate with proxy")) SttpClient.CheckProxy
      else if (HttpRequest.isHttps(request.url) && exchange.status == 0 && SttpClient.Ended.exists(text.contains))
        SttpClient.MayWantCertificate
      else ""
    Condition.ConnectionFailed(
      s"${Redact.url(request.url)} did not return a complete response (${cause.getClass.getSimpleName}: ${Redact.url(text)}).",
      RestError.Retried + " See connectTimeout, readTimeout and responseTimeout." + hint,
      repeatable = RetryPolicy.isIdempotent(request.method) || !exchange.sent
    )
  }
}

object SttpClient {
  private val MayWantCertificate =
    " Some servers that demand a client certificate end a connection like this: see tlsCertFile."

  /** A server ends the connection before it responds. Which message arrives depends on who writes first. */
  private val Ended = Seq("unexpected end of stream", "Broken pipe", "Connection reset")
  private val CheckProxy = " Check proxyUser and proxyPassword."

  private def forbidden(why: String) = Condition.AddressRefused(
    s"Nothing was sent: $why.",
    "Use a host that the operator permits, or have the host added to the Spark setting."
  )

  private def unsendable = Condition.InvalidOptions(
    "A header cannot be sent, because it contains a character that headers do not allow.",
    "Remove the character from headers, or from the options of authType."
  )

  def apply(config: RestConfig, cancelled: () => Boolean): SttpClient =
    new SttpClient(
      config.connectTimeoutMs,
      config.readTimeoutMs,
      cancelled,
      config.transport,
      config.tls,
      limits = ResponseLimits(config.responseTimeoutMs),
      // A file that is the record stays as it is, as an archive does.
      decodesFiles = !config.records.isBinary
    )

  private[transport] val UserAgent = s"${BuildInfo.name}/${BuildInfo.version}"

  /** A header of the request with one of these names wins. */
  private val asking =
    Seq("Accept-Encoding" -> ContentCoding.accepted, "User-Agent" -> UserAgent)

  /** The last one counts. */
  private def onePerName(headers: Seq[(String, String)]): Map[String, String] =
    headers.groupBy(_._1.toLowerCase).values.flatMap(_.lastOption).toMap

  /** The URL as it is: sttp's parser would decode it and encode it again, which changes signed and encoded values. */
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
}

/** The limits of any response.
  *
  * @param millis from the request to the end of the body
  * @param headerBytes of all its headers, names and values
  */
final case class ResponseLimits(millis: Long = 3600L * 1000, headerBytes: Int = 256 << 10) {
  private[http] def refuse(headers: Seq[(String, String)]): Option[RestError] = {
    val bytes = headers.iterator.map { case (k, v) => k.length.toLong + v.length }.sum
    if (bytes <= headerBytes) None
    else
      Some(
        Condition.InvalidResponse(
          s"The response has $bytes bytes of headers; at most $headerBytes are allowed.",
          "Contact the API's owner. The longest header is " +
            headers.maxBy(_._2.length)._1.take(100) + "."
        )
      )
  }
}
