// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.io.InputStream
import java.net.URI
import java.nio.charset.StandardCharsets.UTF_8
import java.util.Collections

import scala.annotation.tailrec

import io.github.sparkrest.options.values.HeaderValue
import okhttp3.{Headers, HttpUrl, MediaType, OkHttpClient, Request, RequestBody, Response => OkResponse}
import okio.BufferedSink
import sttp.capabilities.Effect
import sttp.client4.{GenericRequest, NoBody, Response, StringBody, SyncBackend}
import sttp.model.{Header, StatusCode}
import sttp.shared.Identity

/** sttp over OkHttp, for one request with a text or no body, whose response is read as a stream. */
final private[transport] class OkHttpBackend(client: OkHttpClient, exchange: Exchange) extends SyncBackend {
  import OkHttpBackend._

  def send[T](request: GenericRequest[T, Any with Effect[Identity]]): Response[T] = {
    val response = answer(translated(request))
    val body: InputStream = exchange.body(response.body.byteStream())
    new Response[T](
      body.asInstanceOf[T],
      StatusCode.unsafeApply(exchange.status),
      "",
      exchange.headers.map { case (k, v) => Header(k, v) },
      Nil,
      request.onlyMetadata
    )
  }

  /** Each stale connection is closed, so the pool runs out of them. */
  @tailrec private def answer(request: Request): OkResponse = {
    val call = client.newCall(request)
    exchange.begin(call)
    val response =
      try Some(call.execute())
      catch { case _: StaleConnection => None }
    response match {
      case Some(r) => r
      case None    => answer(request)
    }
  }

  private def translated(request: GenericRequest[_, _]): Request = {
    val headers = new Headers.Builder
    request.headers.foreach { h =>
      // OkHttp's own check allows ASCII alone, and its message quotes the value.
      if (!HeaderValue.isValid(h.value)) throw new IllegalArgumentException(h.name)
      headers.addUnsafeNonAscii(h.name, h.value)
    }
    val body = request.body match {
      case StringBody(text, _, _)                    => new WatchedBody(text.getBytes(UTF_8), exchange)
      case NoBody if withBody(request.method.method) => RequestBody.create(Array.emptyByteArray, null)
      case NoBody                                    => null
      case other                                     => throw new IllegalArgumentException(other.getClass.getName)
    }
    new Request.Builder()
      .url(verbatim(request.uri.toString))
      .headers(headers.build())
      .method(request.method.method, body)
      .tag(classOf[Exchange], exchange)
      .build()
  }

  def close(): Unit = ()
}

/** The body of a request. Each piece that the peer takes ends its silence. */
final private class WatchedBody(bytes: Array[Byte], exchange: Exchange) extends RequestBody {
  private val piece = 16 << 10

  override def contentType(): MediaType = null
  override def contentLength(): Long = bytes.length.toLong
  override def writeTo(sink: BufferedSink): Unit =
    bytes.indices.by(piece).foreach { from =>
      exchange.waiting()
      sink.write(bytes, from, math.min(piece, bytes.length - from))
    }
}

private[transport] object OkHttpBackend {

  /** OkHttp refuses them without one. */
  private val withBody = Set("POST", "PUT", "PATCH")

  private lazy val newUrl = {
    val constructor = classOf[HttpUrl].getDeclaredConstructors.find(_.getParameterCount == 9).get
    constructor.setAccessible(true)
    constructor
  }

  /** The URL as it was written. OkHttp's parser resolves `..` and encodes quotes, which changes signed URLs; it has no other
    * way to make a URL than its private constructor.
    */
  def verbatim(text: String): HttpUrl = {
    val url = HttpUrl.get(text)
    val raw = new URI(text)
    val canonical = url.toString
    val origin = canonical.substring(0, canonical.indexOf('/', url.scheme.length + 3))
    val path = Option(raw.getRawPath).filter(_.nonEmpty).getOrElse("/")
    val written = origin + path + Option(raw.getRawQuery).fold("")("?" + _)
    if (written == canonical) url
    else {
      val query = if (raw.getRawQuery == null) null else Collections.emptyList[String]
      val values = Seq[AnyRef](url.scheme, "", "", url.host, Int.box(url.port), url.pathSegments, query, null, written)
      newUrl.newInstance(values: _*).asInstanceOf[HttpUrl]
    }
  }
}
