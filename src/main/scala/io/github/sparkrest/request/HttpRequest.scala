// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

/** One request, complete but for authentication. Holds secrets: it prints as its method alone.
  *
  * @param url percent-encoded, sent as it is
  */
final case class HttpRequest(method: String, url: String, headers: Seq[(String, String)]) {
  override def toString: String = s"HttpRequest($method)"
}
