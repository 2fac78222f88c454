// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.limits

import scala.util.Try

import io.github.sparkrest.http.HeaderScanner
import io.github.sparkrest.http.Headers._

/** The IETF's `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers): `"default";r=50;t=30`, several are
  * separated by commas. Before its 8th version `limit=100, remaining=50, reset=30`. Times are seconds.
  */
private[http] object StructuredLimits {

  /** One member of a list: its name, the value behind `=`, and its parameters. */
  final private case class Item(name: String, value: Option[String], parameters: List[(String, String)]) {
    def apply(key: String): Option[String] = parameters.collectFirst { case (`key`, v) => v.trim }
  }

  def quotas(headers: Seq[(String, String)]): Seq[Quota] = {
    def items(name: String) = headers.values(name).flatMap(parse)
    val said = items("ratelimit")
    if (said.exists(i => i.name.equalsIgnoreCase("remaining") && i.value.nonEmpty)) {
      def old(key: String) = said.collectFirst { case i if i.name.equalsIgnoreCase(key) => i.value.getOrElse("") }
      Seq(
        Quota(
          old("remaining").flatMap(whole),
          old("reset").flatMap(ResetTime.seconds)
        )
      )
    } else {
      val windows = items("ratelimit-policy").map(i => i.name -> i("w")).toMap
      said.map { i =>
        val window = windows.get(i.name).orElse(if (windows.size == 1) windows.values.headOption else None).flatten
        Quota(i("r").flatMap(whole), i("t").orElse(window).flatMap(ResetTime.seconds))
      }
    }
  }

  private def whole(text: String) = Try(text.toLong).toOption

  private def parse(text: String): List[Item] = {
    val scanner = new HeaderScanner(text)
    val found = List.newBuilder[Item]
    while (!scanner.atEnd) {
      val name = scanner.item()
      val value = scanner.value()
      val item = Item(name, value, scanner.parameters())
      if (name.nonEmpty) found += item
      scanner.skipTo(',')
    }
    found.result()
  }
}
