// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.nio.charset.StandardCharsets.UTF_8
import java.util.Base64

import io.github.sparkrest.options.AuthOptions
import io.github.sparkrest.request.HttpRequest

/** Adds credentials to a request. Pure: nothing is fetched here. */
object Auth {
  def apply(options: AuthOptions)(request: HttpRequest): HttpRequest = options match {
    case _ if !request.trusted             => request
    case AuthOptions.Anonymous             => request
    case AuthOptions.Basic(user, password) => authorization(request, "Basic " + basic(user, password.reveal))
    case AuthOptions.Token(scheme, token)  => authorization(request, s"$scheme ${token.reveal}")
  }

  /** RFC 7617; UTF-8, as its `charset` parameter names. */
  private def basic(user: String, password: String): String =
    Base64.getEncoder.encodeToString(s"$user:$password".getBytes(UTF_8))

  private def authorization(request: HttpRequest, value: String): HttpRequest =
    request.copy(headers =
      request.headers.filterNot(_._1.equalsIgnoreCase("Authorization")) :+ ("Authorization" -> value)
    )
}
