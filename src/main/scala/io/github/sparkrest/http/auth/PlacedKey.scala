// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.util.Locale

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.options.values.KeyPlacement
import io.github.sparkrest.request.RequestTemplate.{parameter, percentEncode}
import io.github.sparkrest.request.UrlTemplate.parted
import io.github.sparkrest.secret.Secret

/** A key or token in a request, where `apiKeyName` and `apiKeyIn` say. Another value of that name is replaced, because a request to
  * a URL that the API returned may contain one.
  */
private[auth] object PlacedKey {
  def apply(name: String, in: KeyPlacement, key: Secret, request: HttpRequest): Either[RestError, HttpRequest] =
    in match {
      case KeyPlacement.Query  => Right(request.copy(url = inQuery(request.url, name, key)))
      case KeyPlacement.Cookie => Right(cookies(s"$name=${key.reveal}", request))
      case KeyPlacement.Header => Right(header(request, name, key.reveal))
      case KeyPlacement.Body   => inBody(name, key, request)
    }

  def header(request: HttpRequest, name: String, value: String): HttpRequest =
    request.copy(headers = request.headers.replacing(name, value))

  /** RFC 6265 §4.2.1: one header has all cookies. */
  def cookies(text: String, request: HttpRequest): HttpRequest =
    header(request, "Cookie", (request.headers.values("Cookie") :+ text).mkString("; "))

  def inQuery(url: String, name: String, value: Secret): String = {
    val (base, query) = parted(url)
    (without(query, name) :+ parameter(name, value.reveal)).mkString(s"$base?", "&", "")
  }

  def withoutParameter(url: String, name: String): String = {
    val (base, query) = parted(url)
    val others = without(query, name)
    if (others.length == query.length) url else if (others.isEmpty) base else others.mkString(s"$base?", "&", "")
  }

  /** As they are in the URL. */
  def parameters(url: String): List[String] = parted(url)._2

  private def without(pairs: List[String], name: String): List[String] = {
    val encoded = percentEncode(name)
    pairs.filterNot(p => p == encoded || p.startsWith(s"$encoded="))
  }

  private def inBody(name: String, key: Secret, request: HttpRequest): Either[RestError, HttpRequest] = {
    val body = request.body.getOrElse("")
    if (isForm(request)) {
      val fields = without(body.split("&").toList.filter(_.nonEmpty), name)
      Right(request.copy(body = Some((fields :+ parameter(name, key.reveal)).mkString("&"))))
    } else
      parse(body).toOption.flatMap(_.asObject) match {
        case Some(o) =>
          Right(request.copy(body = Some(Json.fromJsonObject(o.add(name, Json.fromString(key.reveal))).noSpaces)))
        case None =>
          Left(
            Condition.InvalidOptions(
              "apiKeyIn: body needs a request with a body that is a JSON object or a form.",
              "Set body, or set apiKeyIn to header, query or cookie."
            )
          )
      }
  }

  private[auth] def isForm(request: HttpRequest): Boolean = request.headers
    .values("Content-Type")
    .exists(_.trim.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded"))
}
