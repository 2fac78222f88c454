// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth.signing

import java.nio.charset.StandardCharsets.UTF_8
import java.time.format.DateTimeFormatter
import java.time.{Instant, ZoneOffset}

import io.github.sparkrest.config.AuthConfig
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.http.auth.{Authenticator, Crypto}
import io.github.sparkrest.request.RequestTemplate.percentEncode

/** `authType=SigV4`: the signature of Amazon Web Services, version 4, in headers. Each attempt has a new time and signature. Pure.
  *
  * A service of AWS reads the URL, spells it in its canonical form, and compares the signatures. So the request is sent with
  * the same spelling of the query that is signed. The values stay the same.
  */
object SigV4 {
  private val Algorithm = "AWS4-HMAC-SHA256"
  private val time = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC)

  /** S3 signs the path as it is sent. The other services encode it once more, without empty and dotted segments. */
  private val pathAsSent = Set("s3", "s3express", "s3-object-lambda", "s3-outposts")

  /** A proxy or a load balancer may change these headers, and the service would then refuse the signature. */
  private val unsigned = Set(
    "accept-encoding",
    "authorization",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id"
  )

  /** The hash of the body is a header too: S3 and OpenSearch Serverless demand it, and the other services accept it. */
  def signed(o: AuthConfig.SigV4, request: HttpRequest, now: Instant): HttpRequest = {
    // The transport sends the last line of a name, so the signature must not cover the others.
    val sent = request.headers.foldLeft(Seq.empty[(String, String)]) { case (kept, (k, v)) => kept.replacing(k, v) }
    withSignature(o, request.copy(headers = sent.replacing("X-Amz-Content-Sha256", bodyHash(request))), now)
  }

  private[auth] def withSignature(o: AuthConfig.SigV4, request: HttpRequest, now: Instant): HttpRequest = {
    val at = time.format(now)
    val dated = request.headers.replacing("X-Amz-Date", at)
    val headers = o.sessionToken.fold(dated)(t => dated.replacing("X-Amz-Security-Token", t.reveal))
    val complete = request.copy(url = inOneSpelling(request.url, o.service), headers = headers)
    val canonical = canonicalHeaders(complete)
    val names = canonical.map(_._1).mkString(";")
    val sent = SignedUrl(complete.url)
    val described = Seq(
      request.method.toUpperCase,
      if (pathAsSent(o.service)) sent.path else canonicalPath(sent.path),
      canonicalQuery(sent.query),
      canonical.map { case (k, v) => s"$k:$v\n" }.mkString,
      names,
      bodyHash(request)
    ).mkString("\n")
    val scope = Seq(at.take(8), o.region, o.service, "aws4_request")
    val toSign = Seq(Algorithm, at, scope.mkString("/"), sha256(described)).mkString("\n")
    // The key is valid for one day, one region and one service.
    val key = scope.foldLeft(s"AWS4${o.secretAccessKey.reveal}".getBytes(UTF_8))(hmac)
    val credential = s"${o.accessKeyId.reveal}/${scope.mkString("/")}"
    val value = s"$Algorithm Credential=$credential, SignedHeaders=$names, Signature=${Crypto.hex(hmac(key, toSign))}"
    Authenticator.authorization(complete, value)
  }

  /** Names in lower case and in order, each with its values in the order of the request. */
  private def canonicalHeaders(request: HttpRequest): Seq[(String, String)] = {
    val all =
      if (request.headers.has("Host")) request.headers else request.headers :+ ("Host" -> SignedUrl(request.url).host)
    all
      .map { case (k, v) => (k.trim.toLowerCase, v.trim.replaceAll("\\s+", " ")) }
      .filterNot(h => unsigned(h._1))
      .groupBy(_._1)
      .map { case (name, lines) => (name, lines.map(_._2).mkString(",")) }
      .toSeq
      .sorted
  }

  /** The URL as it is signed and sent. A `+` in a query is a blank, as in a form. */
  private def inOneSpelling(url: String, service: String): String = {
    val written = SignedUrl(url)
    val path = if (pathAsSent(service)) spelled(written.path, "/") else written.path
    url.substring(0, url.indexOf("://") + 3) + written.authority + path +
      (if (written.query.isEmpty) "" else "?" + spelled(written.query.replace("+", "%20"), "&="))
  }

  /** Encodes every byte except unreserved characters and `kept`. Existing percent-encodings stay, with upper case letters. */
  private def spelled(text: String, kept: String): String = escape
    .replaceAllIn(
      text,
      m =>
        if (m.group(1) == null) {
          if (kept.contains(m.matched)) m.matched else percentEncode(m.matched)
        } else {
          val byte = Integer.parseInt(m.group(1), 16).toChar
          if (byte < 0x80 && percentEncode(byte.toString).length == 1) byte.toString else m.matched.toUpperCase
        }
    )

  /** A percent-encoding, or a run of other characters that may need one. Pairs of surrogates stay together. */
  private val escape = """%([0-9A-Fa-f]{2})|%|[^\x00-\x7f]+|[^\w.~%-]""".r

  private def canonicalPath(path: String): String = {
    val segments = path.split("/").foldLeft(List.empty[String]) {
      case (before, "" | ".") => before
      case (before, "..")     => before.drop(1)
      case (before, segment)  => percentEncode(segment) :: before
    }
    val joined = segments.reverse.mkString("/", "/", "")
    if (path.endsWith("/") && segments.nonEmpty) joined + "/" else joined
  }

  /** Sorted by name, then by value. */
  private def canonicalQuery(query: String): String = query
    .split("&")
    .toSeq
    .filter(_.nonEmpty)
    .map { p =>
      val (name, value) = p.span(_ != '=')
      (name, value.drop(1).replace("=", "%3D"))
    }
    .sorted
    .map { case (k, v) => s"$k=$v" }
    .mkString("&")

  private def bodyHash(request: HttpRequest): String = sha256(request.body.getOrElse(""))

  private def sha256(text: String): String = Crypto.hash("SHA-256", text)
  private def hmac(key: Array[Byte], text: String): Array[Byte] = Crypto.hmac("HmacSHA256", key, text.getBytes(UTF_8))
}
