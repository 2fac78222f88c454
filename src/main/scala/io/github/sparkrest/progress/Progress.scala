// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import io.circe.syntax._
import io.circe.{Decoder, Encoder, Json}
import io.github.sparkrest.progress.queue.PendingAcks
import io.github.sparkrest.progress.seen.{SeenFile, SeenMemory, SeenRecords}
import io.github.sparkrest.progress.strategies.TraversalTimes
import io.github.sparkrest.request.PageToken

/** The progress of one endpoint: everything that the next poll depends on.
  *
  * @param offset as the API spelled it; `None`: no record had a value yet, and `initialOffset` is sent
  * @param boundary delivered records that the API may return again
  * @param ahead records that were delivered beyond the offset, until one traversal has read everything from the offset on
  * @param traversal the pages that remain; `None`: the next request begins a traversal
  * @param started with `initialOffset=latest`: the stream has skipped the older records
  * @param validators of the last response, if it was complete and all its records were delivered
  * @param lowest the lowest ranks of the last traversals, requested or received: their records may come again
  * @param recognized without `dataField`: name of the root field whose array contained the records
  * @param doubt the last response to the next request, if it counts only after a second one
  * @param largestPage number of records of the largest page so far: a page with fewer records is probably the last page
  * @param passedOver number of records of the largest skipped response so far; 0: no response was skipped, or `started`
  * @param inputVersion of the endpoint's row when the last complete poll began (`inputVersion`)
  * @param acks records of a queue that the last poll received, if they are not all acknowledged
  * @param mirror the names of the keys by which `boundary` knows records, with `readChanges` and `snapshot`
  */
final case class Progress(
    offset: Option[String],
    boundary: SeenRecords = SeenRecords.Empty,
    traversal: Option[Traversal] = None,
    started: Boolean = false,
    ahead: SeenRecords = SeenRecords.Empty,
    validators: Option[Validators] = None,
    lowest: Vector[Long] = Vector.empty,
    recognized: Option[String] = None,
    doubt: Option[Doubt] = None,
    largestPage: Long = 0,
    passedOver: Long = 0,
    inputVersion: Option[String] = None,
    mirror: Option[String] = None,
    acks: Option[PendingAcks] = None
) {

  /** Forgets the page token, and so the place in the list. Remembers the records of the traversal. */
  def restarted(memory: SeenMemory): Progress = {
    val seen = traversal.fold(SeenRecords.Empty)(_.seen)
    val begun = copy(traversal = None, doubt = None)
    if (mirror.isDefined) begun.copy(boundary = memory.overlay(boundary, seen)) // guard: I8.11
    else begun.copy(ahead = memory.join(ahead, seen))
  }

  /** For a new run, or after another response: a doubt needs two responses in a row. */
  def withoutDoubt: Progress = if (doubt.isEmpty) this else copy(doubt = None)

  /** As it is stored. */
  def settled(memory: SeenMemory): Progress = copy(
    boundary = memory.settled(boundary),
    ahead = memory.settled(ahead),
    traversal = traversal.map(d => d.copy(seen = memory.settled(d.seen)))
  )

  /** The format version that it needs. An older reader would ignore fields that it does not know, and repeat records. */
  def version: Int =
    if (mirror.isDefined) 3
    else if (boundary.isVersion1 && ahead.isVersion1 && traversal.forall(_.seen.isVersion1)) 1
    else 2

  /** Names of the files that it depends on. */
  def seenFiles: Set[String] = files.flatMap(_.names).toSet

  /** The offset and the files, without the rest of the state. */
  def outline: Progress = Progress(offset, SeenRecords(files = files))

  private def files: Vector[SeenFile] =
    (boundary.files ++ ahead.files ++ traversal.toVector.flatMap(_.seen.files)).distinct
}

/** A traversal in progress. It may take many polls, with this state between them.
  *
  * @param page the next page
  * @param pages number of pages so far
  * @param received number of records so far
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
  * @param lastPage number of records of the last page
  * @param emptyPages number of empty pages in a row, up to the last page
  * @param delivered number of its records that were new
  */
final case class Traversal(
    page: PageToken,
    pages: Long,
    received: Long,
    pending: Option[String],
    seen: SeenRecords,
    signature: String,
    landmark: (String, Long),
    until: String,
    unordered: Boolean,
    same: Int,
    laterNew: Boolean,
    times: TraversalTimes,
    request: Option[String] = None,
    lowest: Option[Long] = None,
    lastPage: Long = 0,
    emptyPages: Int = 0,
    delivered: Long = 0
)

object Progress {
  val Initial: Progress = Progress(None)

  /** The version that a file with these states needs. */
  def version(states: Iterator[Progress]): Int = states.map(_.version).foldLeft(1)(math.max(_, _))

  implicit val encoder: Encoder[Progress] = Encoder.instance { s =>
    Json.fromFields(
      List("offset" -> s.offset.fold(Json.Null)(Json.fromString), "boundary" -> s.boundary.asJson) ++
        s.traversal.map("drain" -> Traversal.encode(_)) ++ (if (s.started) List("started" -> Json.True) else Nil) ++
        (if (s.ahead.isEmpty) Nil else List("ahead" -> s.ahead.asJson)) ++ s.validators.map("validators" -> _.asJson) ++
        (if (s.lowest.isEmpty) Nil else List("lowest" -> s.lowest.asJson)) ++ s.recognized.map(
          "recognized" -> _.asJson
        ) ++
        s.doubt.map(d => "doubt" -> (d.answer, d.since).asJson) ++
        (if (s.largestPage == 0) Nil else List("largestPage" -> s.largestPage.asJson)) ++
        (if (s.passedOver == 0) Nil else List("passedOver" -> s.passedOver.asJson)) ++
        s.inputVersion.map("inputVersion" -> _.asJson) ++ s.mirror.map("mirror" -> _.asJson) ++
        s.acks.map("acks" -> _.asJson) // guard: I9.8
    )
  }
  implicit val decoder: Decoder[Progress] = Decoder.instance { c =>
    for {
      offset <- c.get[Option[String]]("offset")
      boundary <- c.get[SeenRecords]("boundary")
      traversal <- c.get[Option[Traversal]]("drain")(Decoder.decodeOption(Traversal.decoder))
      started <- c.get[Option[Boolean]]("started")
      ahead <- c.get[Option[SeenRecords]]("ahead")
      validators <- c.get[Option[Validators]]("validators")
      lowest <- c.get[Option[Vector[Long]]]("lowest")
      recognized <- c.get[Option[String]]("recognized")
      doubt <- c.get[Option[(Int, Long)]]("doubt")
      largestPage <- c.get[Option[Long]]("largestPage")
      passedOver <- c.get[Option[Long]]("passedOver")
      inputVersion <- c.get[Option[String]]("inputVersion")
      mirror <- c.get[Option[String]]("mirror")
      acks <- c.get[Option[PendingAcks]]("acks")
    } yield Progress(
      offset,
      boundary,
      traversal,
      started.getOrElse(false),
      ahead.getOrElse(SeenRecords.Empty),
      validators,
      lowest.getOrElse(Vector.empty),
      recognized,
      doubt.map((Doubt.apply _).tupled),
      largestPage.getOrElse(0L),
      passedOver.getOrElse(0L),
      inputVersion,
      mirror,
      acks
    )
  }
}

object Traversal {
  private[sparkrest] def encode(d: Traversal): Json = Json.fromFields(
    fields(d) ++ d.request.map("request" -> _.asJson) ++
      d.lowest.map("lowest" -> _.asJson) ++ number("lastPage", d.lastPage) ++ number(
        "emptyPages",
        d.emptyPages.toLong
      ) ++
      number("undelivered", d.received - d.delivered)
  )

  private def number(name: String, n: Long): List[(String, Json)] = if (n == 0) Nil else List(name -> n.asJson)

  private def fields(d: Traversal): List[(String, Json)] = List(
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
  )

  private[sparkrest] val decoder: Decoder[Traversal] = Decoder.instance { c =>
    for {
      page <- c.get[Map[String, String]]("page").map(_.headOption.fold[PageToken](PageToken.Cursor(""))(token))
      pages <- c.get[Long]("pages")
      received <- c.get[Long]("received")
      pending <- c.get[Option[String]]("pending")
      seen <- c.get[SeenRecords]("seen")
      signature <- c.get[String]("signature")
      landmark <- c.get[(String, Long)]("landmark")
      until <- c.get[String]("until")
      unordered <- c.get[Boolean]("unordered")
      same <- c.get[Int]("same")
      laterNew <- c.get[Boolean]("laterNew")
      began <- c.get[Long]("began")
      horizon <- c.get[Long]("horizon")
      request <- c.get[Option[String]]("request")
      lowest <- c.get[Option[Long]]("lowest")
      lastPage <- c.get[Option[Long]]("lastPage")
      emptyPages <- c.get[Option[Int]]("emptyPages")
      undelivered <- c.get[Option[Long]]("undelivered")
    } yield Traversal(
      page,
      pages,
      received,
      pending,
      seen,
      signature,
      landmark,
      until,
      unordered,
      same,
      laterNew,
      TraversalTimes(began, horizon),
      request,
      lowest,
      lastPage.getOrElse(0L),
      emptyPages.getOrElse(0),
      // Records that an earlier version did not count may have been new.
      received - undelivered.getOrElse(0L)
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
