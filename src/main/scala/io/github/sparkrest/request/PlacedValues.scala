// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import java.net.URI

import scala.util.Try

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.values.{Origin, Template}

/** Values that cannot stand where their placeholder is: encoding cannot help there. No message quotes a value, which may be
  * secret.
  */
private[request] object PlacedValues {

  /** `DELETE /users/{id}/orders` without an id would delete other things than were meant, and `..` leads out of a folder.
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
      if (text.exists(c => c < ' ' && c != '\t' || c == 0x7f))
        Some(refused(n, s"the header $header", "holds a line break or another control character"))
      else if (text.contains(';') && (isColumn(n) || header.equalsIgnoreCase("Cookie")))
        Some(refused(n, s"the header $header", "holds a semicolon"))
      else None
    }.headOption

  /** Credentials go along: so the user names the hosts. Without the option there are none (`TrustChecks`). */
  def inHost(rendered: String, allowed: Seq[String]): Option[RestError] = {
    val known =
      Try(new URI(rendered)).toOption.exists(u => u.getHost != null && (allowed.isEmpty || Origin.isAmong(allowed, u))) // guard: I6.4
    if (known) None
    else
      Some(
        RestError(
          Condition.ValueRefused,
          "The input row names a host that allowedHosts does not, or no host.",
          "Nothing was sent. Name the host in allowedHosts, or leave the row out.",
          repeatable = false
        )
      )
  }

  private def refused(name: String, place: String, why: String) = RestError(
    Condition.ValueRefused,
    s"The value of {$name} $why, and it stands in $place.",
    "Nothing was sent. Correct the input row, or leave it out; for the first offset use initialUrl or initialOffset.",
    repeatable = false
  )
}
