// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import java.net.URI

import scala.util.Try

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.values.{HeaderValue, Origin, Template}

/** Values that their placeholder's position does not allow, and that encoding cannot fix. Messages do not quote values, which may be
  * secret.
  */
private[request] object PlacedValues {

  /** `DELETE /users/{id}/orders` without an id would delete the wrong things, and `..` leads out of a folder.
    *
    * @param path from the scheme on
    */
  def inPath(path: Template, value: String => String): Option[RestError] = {
    val rendered = path.render(value, RequestTemplate.percentEncode)
    // A client or a server that normalizes the path takes %2e for a dot.
    val moves = rendered.split("/").map(_.replaceAll("(?i)%2e", ".")).exists(s => s == "." || s == "..")
    path.names.find(value(_).isEmpty).map(refused(_, "the path of the URL", "is null or empty")).orElse {
      path.names.find(n => moves && value(n).matches("\\.+")).map(refused(_, "the path of the URL", "is . or .."))
    }
  }

  /** @param isColumn whether a placeholder stands for a value of an input row: there a semicolon could add a parameter */
  def inHeader(
      header: String,
      template: Template,
      value: String => String,
      isColumn: String => Boolean
  ): Option[RestError] =
    template.names.flatMap { n =>
      val text = value(n)
      if (!HeaderValue.isValid(text))
        Some(refused(n, s"the header $header", "holds a line break or another control character"))
      else if (text.contains(';') && (isColumn(n) || header.equalsIgnoreCase("Cookie")))
        Some(refused(n, s"the header $header", "holds a semicolon"))
      else None
    }.headOption

  /** The request carries credentials, so the user names the hosts. Without the option it carries none (`TrustChecks`). */
  def inHost(rendered: String, allowed: Seq[String]): Option[RestError] = {
    val known =
      Try(new URI(rendered)).toOption.exists(u => u.getHost != null && (allowed.isEmpty || Origin.isAmong(allowed, u))) // guard: I6.4
    if (known) None
    else
      Some(
        RestError(
          Condition.ValueRefused,
          "The input row names a host that is not in allowedHosts, or no host.",
          "Nothing was sent. Add the host to allowedHosts, or remove the row.",
          repeatable = false
        )
      )
  }

  private def refused(name: String, place: String, why: String) = RestError(
    Condition.ValueRefused,
    s"The value of {$name} $why, and its placeholder is in $place.",
    "Nothing was sent. Correct or remove the input row; for the first offset use initialUrl or initialOffset.",
    repeatable = false
  )
}
