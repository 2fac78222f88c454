// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import io.github.sparkrest.options.OptType._

/** Rows of [[RestOptions]]: authentication. */
private[options] trait AuthTable {
  private val Authentication = Section("Authentication")

  val AuthType: Opt[String] = Opt(
    "authType",
    OneOf(Seq("None", "Basic", "Bearer")),
    Authentication,
    default = Some("None"),
    doc = "How requests are authenticated."
  )
  val UserId: Opt[String] = Opt("userId", Text, Authentication, doc = "User of `Basic`.")
  val UserPassword: Opt[String] =
    Opt("userPassword", Text, Authentication, secret = true, doc = "Password of `Basic`; may be empty.")
  val OauthToken: Opt[String] = Opt("oauthToken", NonEmpty, Authentication, secret = true, doc = "Token of `Bearer`.")
  val AuthScheme: Opt[String] = Opt(
    "authScheme",
    NonEmpty,
    Authentication,
    default = Some("Bearer"),
    doc = "The word before the token, e.g. `SSWS` or `Token`."
  )
}
