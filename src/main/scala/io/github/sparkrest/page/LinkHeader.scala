// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.page

/** `Link` headers (RFC 8288): `<address>; rel="next", <address>; rel=prev`. */
object LinkHeader {
  private val link = """<([^>]*)>((?:\s*;\s*[\w*]+\s*(?:=\s*(?:"[^"]*"|[^\s",;]+))?)*)""".r
  private val rel = """(?i);\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]+))""".r

  /** The first address whose relation types hold `wanted`, as it stands there. */
  def find(headers: Seq[(String, String)], wanted: String): Option[String] = headers.iterator
    .filter(_._1.equalsIgnoreCase("Link"))
    .flatMap { case (_, value) => link.findAllMatchIn(value) }
    .find { m =>
      rel.findFirstMatchIn(m.group(2)).exists { r =>
        Option(r.group(1)).getOrElse(r.group(2)).split("\\s+").exists(_.equalsIgnoreCase(wanted))
      }
    }
    .map(_.group(1))
}
