// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import io.circe.parser.parse
import io.github.sparkrest.secret.Secret

/** A private key that signs assertions (RFC 7523), and what its file says about it.
  *
  * @param pem see `PemKey`
  * @param id the `kid`
  * @param issuer of assertions
  * @param audience the URL of the token endpoint
  */
final case class SigningKey(pem: Secret, id: Option[String], issuer: Option[String], audience: Option[String])

object SigningKey {

  /** @param text PEM, or the JSON file of a service account of Google */
  def of(text: String): SigningKey = {
    val account = if (text.trim.startsWith("{")) parse(text).toOption.flatMap(_.asObject) else None
    def field(name: String) = account.flatMap(_(name)).flatMap(_.asString)
    SigningKey(
      Secret(field("private_key").getOrElse(text)),
      field("private_key_id"),
      field("client_email"),
      field("token_uri")
    )
  }
}
