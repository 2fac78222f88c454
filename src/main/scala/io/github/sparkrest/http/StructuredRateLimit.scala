// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import scala.util.Try

/** The IETF's `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers): `"default";r=50;t=30`, several with
  * commas between them; before its 8th version `limit=100, remaining=50, reset=30`. Times are seconds.
  */
private[http] object StructuredRateLimit {
  def quotas(headers: Seq[(String, String)]): Seq[Quota] = {
    def items(name: String) =
      headers.filter(_._1.equalsIgnoreCase(name)).flatMap(_._2.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")).map(_.trim)
    val said = items("ratelimit")
    if (said.exists(_.matches("(?i)remaining\\s*=.*"))) {
      def old(key: String) = said.collectFirst { case i if i.toLowerCase.startsWith(key) => i.split("=", 2).last.trim }
      Seq(
        Quota(
          old("remaining").flatMap(whole),
          old("reset").flatMap(ResetTime.seconds)
        )
      )
    } else {
      val windows = items("ratelimit-policy").map(i => nameOf(i) -> parameter(i, "w")).toMap
      said.filter(_.nonEmpty).map { i =>
        val window = windows.get(nameOf(i)).orElse(if (windows.size == 1) windows.values.headOption else None).flatten
        Quota(parameter(i, "r").flatMap(whole), parameter(i, "t").orElse(window).flatMap(ResetTime.seconds))
      }
    }
  }

  private def nameOf(item: String) = item.takeWhile(_ != ';').trim.stripPrefix("\"").stripSuffix("\"")
  private def whole(text: String) = Try(text.toLong).toOption
  private def parameter(item: String, key: String): Option[String] =
    item.split(";").drop(1).map(_.trim).collectFirst { case p if p.startsWith(s"$key=") => p.drop(key.length + 1).trim }
}
