// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import io.circe.syntax._
import io.circe.{Decoder, Encoder, Json}
import io.github.sparkrest.pagelog.{PageOrigin, PolledFile, PolledPage}

/** How a manifest stores the description of its page file. Golden files guard this format. */
object PolledFileCodec {
  implicit private val originEncoder: Encoder[PageOrigin] =
    Encoder.forProduct4("url", "status", "at", "number")(o => (o.url, o.status, o.atMs, o.number))
  implicit private val originDecoder: Decoder[PageOrigin] =
    Decoder.forProduct4("url", "status", "at", "number")((u: String, s: Int, a: Long, n: Long) => PageOrigin(u, s, a, n))

  implicit val pageEncoder: Encoder[PolledPage] = Encoder.instance { p =>
    Json.fromFields(
      List("records" -> p.records.asJson, "bytes" -> p.bytes.asJson, "offsetBefore" -> p.offsetBefore.asJson) ++
        p.endpoint.map("endpoint" -> _.asJson) ++ p.origin.map("origin" -> _.asJson) ++
        (if (p.changes) List("changes" -> true.asJson) else Nil)
    )
  }
  implicit val pageDecoder: Decoder[PolledPage] =
    Decoder.forProduct6("records", "bytes", "offsetBefore", "endpoint", "origin", "changes")(
      (r: Long, b: Long, o: Option[String], e: Option[String], g: Option[PageOrigin], c: Option[Boolean]) =>
        PolledPage(r, b, o, e, g, c.contains(true))
    )

  implicit val fileEncoder: Encoder[PolledFile] = Encoder.instance { f =>
    Json.obj(
      "name" -> f.name.asJson,
      "bytes" -> f.bytes.asJson,
      "location" -> f.location.asJson,
      "pages" -> f.pages.asJson
    )
  }
  implicit val fileDecoder: Decoder[PolledFile] =
    Decoder.forProduct4("name", "bytes", "location", "pages")((n: String, b: Long, l: String, p: List[PolledPage]) =>
      PolledFile(n, b, l, p)
    )
}
