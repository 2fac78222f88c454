// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

/** One request, complete except for authentication. It contains secrets, so it prints as its method only.
  *
  * @param url percent-encoded, sent as it is
  * @param trusted whether it goes where the user pointed: only then credentials may be added
  */
final case class HttpRequest(
    method: String,
    url: String,
    headers: Seq[(String, String)],
    body: Option[String] = None,
    trusted: Boolean = true
) {
  override def toString: String = s"HttpRequest($method)"
}

object HttpRequest {
  def isHttps(url: String): Boolean = url.regionMatches(true, 0, "https:", 0, 6)
}

/** Which requests may be sent again although the server may have acted on them (RFC 9110 §9.2.2). */
object RetryPolicy {
  private val idempotent = Set("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE")

  def isIdempotent(method: String): Boolean = idempotent(method.toUpperCase)
}
