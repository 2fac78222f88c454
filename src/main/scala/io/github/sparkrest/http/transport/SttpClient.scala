// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.io.InputStream
import java.net.http.{HttpClient => JavaClient}
import java.net.{InetSocketAddress, Proxy, ProxySelector, URI}
import java.time.{Duration => JavaDuration}
import javax.net.ssl.SSLContext

import scala.concurrent.duration.DurationLong
import scala.jdk.CollectionConverters._
import scala.util.Try
import scala.util.control.NonFatal

import io.github.sparkrest.config.{RestConfig, TlsConfig, TransportConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.auth.Auth
import io.github.sparkrest.http.tls.{TlsContext, TlsFailure}
import io.github.sparkrest.http.{HttpClient, HttpRequest, HttpResponse, RecentlyUsed, RetryPolicy}
import io.github.sparkrest.secret.Redact
import sttp.client4._
import sttp.client4.httpclient.HttpClientSyncBackend
import sttp.model.{Method, Uri}

/** The only file that knows sttp: sends requests over `java.net.http`.
  *
  * @param cancelled asked while a body is read: true breaks the response off
  * @param once the JDK sends nothing again by itself
  * @param limits of any response
  * @param addresses asked under `allowPrivateHosts=false`
  */
final class SttpClient(
    connectTimeoutMs: Long,
    readTimeoutMs: Long,
    cancelled: () => Boolean,
    transport: TransportConfig = TransportConfig(),
    tls: TlsConfig = TlsConfig.Default,
    once: Boolean = false,
    limits: ResponseLimits = ResponseLimits(),
    addresses: AddressCheck = PrivateHosts
) extends HttpClient {
  private def guard(request: HttpRequest): Either[RestError, Unit] =
    transport.policy.refusesHost(request.url).map(SttpClient.forbidden).toLeft(()).flatMap { _ =>
      if (transport.allowPrivateHosts) Right(())
      else (request.url +: proxyUrl.toSeq).flatMap(PrivateHosts.refuse(_, addresses)).headOption.toLeft(())
    }

  /** A proxy that the operator named, or that is the JVM's, may be within the network. */
  private val proxyUrl: Option[String] = transport.proxy
    .map(p => s"http://${p.authority}/")
    .filterNot(u => transport.policy.hosts.isDefined && transport.policy.refusesHost(u).isEmpty)

  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
    for {
      _ <- guard(request)
      context <- TlsContext(tls)
      time = new ResponseTime(limits.millis)
      response <- answer(request, backend(request, context))
      // Where a proxy refuses a tunnel, java.net.http gives null for a body.
      received = if (response.code.code == 407) InputStream.nullInputStream() else response.body
      body = new BodyStream(received, readTimeoutMs, time, cancelled)
      used <-
        try read(response, body)(use)
        catch { case e: BrokenBody => Left(failed(request, e)) }
        finally body.close()
    } yield used

  private def read[A](response: Response[InputStream], body: InputStream)(
      use: HttpResponse => Either[RestError, A]
  ): Either[RestError, A] = {
    val headers = response.headers.map(h => h.name.toLowerCase -> h.value)
    limits.refuse(headers).toLeft(()).flatMap(_ => ContentCoding.decode(headers, body)).flatMap { decoded =>
      try use(HttpResponse(response.code.code, headers, decoded))
      finally decoded.close()
    }
  }

  private def answer(request: HttpRequest, backend: SttpClient.Backend): Either[RestError, Response[InputStream]] =
    try Right(sttpRequest(request, backend.headers).send(if (once) backend.once else backend.sttp))
    catch {
      case e: SttpClientException => Left(failed(request, e.cause))
      // The JDK's refusal of a header quotes its value, which may be secret.
      case _: IllegalArgumentException => Left(SttpClient.unsendable)
      // What a server may send knows no end, and neither do the exceptions of parsers.
      case NonFatal(e) => Left(failed(request, e))
    }

  private def backend(request: HttpRequest, context: Option[SSLContext]) =
    SttpClient.backend(
      SttpClient.Connecting(connectTimeoutMs, HttpRequest.isHttps(request.url), transport, context, door(request.url))
    )

  /** Only where this JVM makes the connection. */
  private def door(url: String): Option[AddressCheck] =
    if (transport.allowPrivateHosts || transport.proxy.isDefined || SttpClient.hasJvmProxy(url)) None
    else Some(addresses)

  private def sttpRequest(request: HttpRequest, ofProxy: Seq[(String, String)]): Request[InputStream] =
    request.body
      .foldLeft[PartialRequest[Either[String, String]]](emptyRequest)(_.body(_))
      .method(Method.unsafeApply(request.method), SttpClient.verbatim(request.url))
      .headers(SttpClient.onePerName(SttpClient.asking ++ request.headers ++ ofProxy))
      .disableAutoDecompression
      .followRedirects(false)
      .readTimeout(math.min(readTimeoutMs, limits.millis).millis)
      .response(asInputStreamAlwaysUnsafe)

  private def failed(request: HttpRequest, cause: Throwable): RestError =
    if (TlsFailure.is(cause)) TlsFailure(request.url, cause) else unanswered(request, cause)

  private def unanswered(request: HttpRequest, cause: Throwable): RestError = {
    val reason = Option(cause.getMessage).filter(_.nonEmpty).fold("")(m => s": $m")
    RestError(
      Condition.ConnectionFailed,
      s"${Redact.url(request.url)} gave no complete answer (${cause.getClass.getSimpleName}${Redact.url(reason)}).",
      "It is asked again; see connectTimeout, readTimeout and responseTimeout." +
        (if (reason.contains("received no bytes") && HttpRequest.isHttps(request.url)) SttpClient.MayWantCertificate
         else ""),
      repeatable = RetryPolicy.isIdempotent(request.method) || RetryPolicy.neverSent(cause)
    )
  }
}

object SttpClient {
  private val MayWantCertificate =
    " Some servers that demand a client certificate end a connection like this: see tlsCertFile."

  private def forbidden(why: String) = RestError(
    Condition.AddressRefused,
    s"Nothing was sent: $why.",
    "Use a host that the operator permits, or have it added to the Spark setting."
  )

  private def unsendable = RestError(
    Condition.InvalidOptions,
    "A header cannot be sent: it holds a character that no header can hold.",
    "Check headers, and the options of authType."
  )

  def apply(config: RestConfig, cancelled: () => Boolean): SttpClient =
    new SttpClient(
      config.connectTimeoutMs,
      config.readTimeoutMs,
      cancelled,
      config.transport,
      config.tls,
      // Each is counted, or must not be repeated.
      once = config.limits.rate.isDefined || config.input.exists(_.strictlyOnce),
      limits = ResponseLimits(config.responseTimeoutMs)
    )

  private val asking = Seq("Accept-Encoding" -> ContentCoding.accepted)

  /** The last one counts. */
  private def onePerName(headers: Seq[(String, String)]): Map[String, String] =
    headers.groupBy(_._1.toLowerCase).values.flatMap(_.lastOption).toMap

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

  /** All that a connection depends on: connections are shared by requests for which it is the same.
    *
    * @param transport its guard counts too: what was connected to without it is not used with it
    * @param tls `None`: the JVM's own
    * @param door connections go to addresses that it has checked
    */
  private case class Connecting(
      connectTimeoutMs: Long,
      https: Boolean,
      transport: TransportConfig,
      tls: Option[SSLContext],
      door: Option[AddressCheck]
  )

  /** @param once the same connections, for requests that the JDK must not send again
    * @param headers that the proxy gets; `java.net.http` sends them with `CONNECT`, or with the request if that goes to the proxy
    */
  private[http] case class Backend(
      sttp: SyncBackend,
      once: SyncBackend,
      headers: Seq[(String, String)],
      doors: List[LoopbackDoor]
  )

  /** One client, with its pool of connections, for each setting. The JDK ends the thread of a client that nobody holds. */
  private val backends = new RecentlyUsed[Connecting, Backend](close = _.doors.foreach(_.shut()))

  private def hasJvmProxy(url: String): Boolean = Try(
    Option(ProxySelector.getDefault).exists(_.select(new URI(url)).asScala.exists(_.`type` != Proxy.Type.DIRECT))
  ).getOrElse(false)

  private def backend(settings: Connecting): Backend =
    backends[Nothing](settings)(Right(made(settings))).fold(identity[Backend], identity)

  private def made(settings: Connecting): Backend = {
    val builder = settings.tls
      .foldLeft(JavaClient.newBuilder)(_.sslContext(_))
      .connectTimeout(JavaDuration.ofMillis(settings.connectTimeoutMs))
      .followRedirects(JavaClient.Redirect.NEVER)
      // In clear text HTTP/2 would start with an upgrade that some servers answer wrongly.
      .version(if (settings.https) JavaClient.Version.HTTP_2 else JavaClient.Version.HTTP_1_1)
    def through(door: LoopbackDoor) = {
      builder.proxy(ProxySelector.of(door.address))
      List("Proxy-Authorization" -> door.authorization)
    }
    val checked = settings.door.map(new CheckedDoor(_, settings.connectTimeoutMs))
    val tunnel = settings.transport.proxy
      .filter(_.credentials.isDefined && settings.https)
      .map(new ProxyTunnel(_, settings.connectTimeoutMs))
    val headers = checked.toList.flatMap(through(_)) ++ settings.transport.proxy.toList.flatMap { proxy =>
      val (address, authorization) = tunnel match {
        case Some(t) => (t.address, Some(t.authorization))
        case None    =>
          val known = proxy.credentials.map(c => Auth.basic(c._1, c._2.reveal))
          (new InetSocketAddress(proxy.host, proxy.port), known)
      }
      builder.proxy(ProxySelector.of(address))
      authorization.map("Proxy-Authorization" -> _)
    }
    val client = builder.build()
    Backend(
      HttpClientSyncBackend.usingClient(client, SentOnce.ifSigned(_)),
      HttpClientSyncBackend.usingClient(client, new SentOnce(_)),
      headers,
      checked.toList ++ tunnel
    )
  }
}
