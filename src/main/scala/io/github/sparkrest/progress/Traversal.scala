// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import io.circe.syntax._
import io.circe.{Decoder, Encoder, Json}
import io.github.sparkrest.progress.seen.{Marks, SeenFile, SeenRecords}
import io.github.sparkrest.progress.strategies.TraversalTimes
import io.github.sparkrest.request.PageToken

/** A traversal in progress. It may take many polls, with this state between them.
  *
  * @param page the next page
  * @param pages number of pages so far
  * @param received number of records so far
  * @param surplus number of its items (see `PageFacts.items`) less the number of its records
  * @param pending the offset after the last page
  * @param seen records of this traversal
  * @param signature of the last page, to recognize a repeated page
  * @param landmark a page token with its page number, to compare later tokens with (R. P. Brent's cycle detection)
  * @param until end of the requested time range, as sent
  * @param unordered a page was not in the promised order
  * @param same number of pages in a row that equal their predecessor
  * @param laterNew a page after the first had a new record
  * @param request hash of the request that the pages belong to (see [[RequestIdentity]]); `None`: written by an earlier version
  * @param lowest rank of its records so far
  * @param lastPage number of items of the last page that had items
  * @param emptyPages number of pages without records in a row, up to the last page, behind which the API was not known to have more
  * @param delivered number of its records that were new
  * @param marks entries of the mirror that it had, with `readChanges`. They are not in `seen`, unless their state changed
  * @param isInherited an earlier run read the last page, so `page` may be old. Not stored
  * @param readMs when this run read the last page, epoch milliseconds. Not stored
  */
final case class Traversal(
    page: PageToken,
    pages: Long,
    times: TraversalTimes,
    received: Long = 0,
    surplus: Long = 0,
    pending: Option[String] = None,
    seen: SeenRecords = SeenRecords.Empty,
    signature: String = "",
    landmark: (String, Long) = ("", 1),
    until: String = "",
    unordered: Boolean = false,
    same: Int = 0,
    laterNew: Boolean = false,
    request: Option[String] = None,
    lowest: Option[Long] = None,
    lastPage: Long = 0,
    emptyPages: Int = 0,
    delivered: Long = 0,
    marks: Option[Marks] = None,
    isInherited: Boolean = false,
    readMs: Option[Long] = None
) {

  /** Number of items so far. */
  def items: Long = received + surplus

  /** The files that it depends on. */
  def files: Vector[SeenFile] = seen.files ++ marks.collect { case Marks.InFile(f) => f } // guard: I8.23
}

object Traversal {
  implicit private[sparkrest] val encoder: Encoder[Traversal] = Encoder.instance { d =>
    def number(name: String, n: Long) = if (n == 0) Nil else List(name -> n.asJson)
    Json.fromFields(
      List(
        "page" -> Json.obj(kindOf(d.page) -> d.page.text.asJson),
        "pages" -> d.pages.asJson,
        "received" -> d.received.asJson,
        "pending" -> d.pending.asJson,
        "seen" -> d.seen.asJson,
        "signature" -> d.signature.asJson,
        "landmark" -> d.landmark.asJson,
        "until" -> d.until.asJson,
        "unordered" -> d.unordered.asJson,
        "same" -> d.same.asJson,
        "laterNew" -> d.laterNew.asJson,
        "began" -> d.times.began.asJson,
        "horizon" -> d.times.horizon.asJson
      ) ++ d.request.map("request" -> _.asJson) ++ d.lowest.map("lowest" -> _.asJson) ++
        number("lastPage", d.lastPage) ++ number("emptyPages", d.emptyPages.toLong) ++
        number("undelivered", d.received - d.delivered) ++ number("surplus", d.surplus) ++ d.marks.map(m =>
          "marks" -> encode(m)
        )
    )
  }

  private def encode(marks: Marks): Json = marks match {
    case Marks.InFile(f) => (f.name, f.entries).asJson
    case _: Marks.InTask => throw new IllegalStateException("the marks of a traversal are not in a file")
  }

  implicit private[sparkrest] val decoder: Decoder[Traversal] = JsonFields.decoder { f =>
    val received = f[Long]("received")
    Traversal(
      page = f[Map[String, String]]("page").headOption.fold[PageToken](PageToken.Cursor(""))(token),
      pages = f[Long]("pages"),
      received = received,
      surplus = f.or("surplus", 0L),
      pending = f[Option[String]]("pending"),
      seen = f[SeenRecords]("seen"),
      signature = f[String]("signature"),
      landmark = f[(String, Long)]("landmark"),
      until = f[String]("until"),
      unordered = f[Boolean]("unordered"),
      same = f[Int]("same"),
      laterNew = f[Boolean]("laterNew"),
      times = TraversalTimes(f[Long]("began"), f[Long]("horizon")),
      request = f[Option[String]]("request"),
      lowest = f[Option[Long]]("lowest"),
      lastPage = f.or("lastPage", 0L),
      emptyPages = f.or("emptyPages", 0),
      // Records that an earlier version did not count may have been new.
      delivered = received - f.or("undelivered", 0L),
      marks = f[Option[(String, Long)]]("marks").map { case (name, words) => Marks.InFile(SeenFile(name, words, 0, 0)) }
    )
  }

  private def kindOf(page: PageToken): String = page match {
    case _: PageToken.Address => "address"
    case _: PageToken.Cursor  => "cursor"
    case _: PageToken.Number  => "number"
  }

  private def token(kindAndText: (String, String)): PageToken = kindAndText match {
    case ("address", t) => PageToken.Address(t)
    case ("number", t)  => PageToken.Number(t.toLong)
    case (_, t)         => PageToken.Cursor(t)
  }
}
