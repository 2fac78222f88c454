// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import java.time.Instant

import io.circe.syntax._
import io.circe.{Decoder, DecodingFailure, Encoder, HCursor, Json}
import io.github.sparkrest.progress.queue.PendingAcks
import io.github.sparkrest.progress.seen.{SeenFile, SeenMemory, SeenRecords}

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
  * @param largestPage number of items of the largest page so far: a page with fewer items is probably the last page
  * @param pagesOf hash of the request that had this page (see [[RequestIdentity]]): pages of another request may be smaller.
  *   `None`: the list had no pages, or an earlier version read it
  * @param passedOver number of items of the largest skipped response so far; 0: no response was skipped. If it is `started`, see
  *   [[io.github.sparkrest.progress.strategies.LatestStart]]: no request was sent yet
  * @param inputVersion of the endpoint's row when the last complete poll began (`inputVersion`)
  * @param acks records of a queue that the last poll received, if they are not all acknowledged
  * @param rowSeen another version of the row, which the stream has seen and not read to its end
  * @param mirror the names of the keys by which `boundary` knows records, with `readChanges` and `snapshot`
  * @param job whose records the traversal has, or that must be done before it begins
  * @param lookbackMs so long before the offset, all delivered records that a request with `lookback` returns again are remembered;
  *   `None`: an earlier version stored the progress
  * @param beyond end of the latest slice of time that had new records, if the offset has not reached it
  * @param since with `initialOffset=latest` and slices of time: older records were skipped, for a backfill that is added later
  * @param moment that `offset` means, if it is the end of a slice of time: its format may change
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
    pagesOf: Option[Int] = None,
    passedOver: Long = 0,
    inputVersion: Option[String] = None,
    mirror: Option[String] = None,
    acks: Option[PendingAcks] = None,
    job: Option[Job] = None,
    moment: Option[Instant] = None,
    since: Option[Instant] = None,
    lookbackMs: Option[Long] = None,
    beyond: Option[Instant] = None,
    rowSeen: Option[RowSeen] = None
) {

  /** Forgets the page token and the job, and so the place in the list. Remembers the records of the traversal. */
  def restarted(memory: SeenMemory): Progress = {
    val seen = traversal.fold(SeenRecords.Empty)(_.seen)
    val begun = copy(traversal = None, job = None, doubt = None)
    if (mirror.isDefined) begun.copy(boundary = memory.overlay(boundary, seen)) // guard: I8.11
    else begun.copy(ahead = memory.join(ahead, seen))
  }

  /** After another response: a doubt needs two responses in a row. */
  def withoutDoubt: Progress = if (doubt.isEmpty) this else copy(doubt = None)

  /** For a new run, which does not know the responses in between. */
  def inherited: Progress = withoutDoubt.copy(traversal = traversal.map(_.copy(isInherited = true)))

  /** As it is stored. */
  def settled(memory: SeenMemory): Progress = copy(
    // Marks count the entries of its files.
    boundary = if (traversal.exists(_.marks.isDefined)) boundary else memory.settled(boundary),
    ahead = memory.settled(ahead),
    traversal = traversal.map(d => d.copy(seen = memory.settled(d.seen), marks = d.marks.map(memory.stored)))
  )

  /** When the traversal began, or the creation of its job; `None`: neither has begun. Epoch milliseconds. */
  def begunMs: Option[Long] = job.map(_.createdMs).orElse(traversal.map(_.times.began))

  /** The format version that it needs. An older reader would ignore fields that it does not know, and repeat records. */
  def version: Int =
    if (mirror.isDefined || job.isDefined) 3 // guard: I1.50
    else if (boundary.isVersion1 && ahead.isVersion1 && traversal.forall(_.seen.isVersion1)) 1
    else 2

  /** Names of the files that it depends on. */
  def seenFiles: Set[String] = files.flatMap(_.names).toSet

  /** The offset and the files, without the rest of the state. */
  def outline: Progress = Progress(offset, SeenRecords(files = files))

  private def files: Vector[SeenFile] =
    (boundary.files ++ ahead.files ++ traversal.toVector.flatMap(_.files)).distinct
}

object Progress {
  val Initial: Progress = Progress(None)

  /** The version that a file with these states needs. */
  def version(states: Iterator[Progress]): Int = states.map(_.version).foldLeft(1)(math.max(_, _))

  implicit val encoder: Encoder[Progress] = Encoder.instance { s =>
    Json.fromFields(
      List("offset" -> s.offset.fold(Json.Null)(Json.fromString), "boundary" -> s.boundary.asJson) ++
        s.traversal.map("drain" -> _.asJson) ++ (if (s.started) List("started" -> Json.True) else Nil) ++
        (if (s.ahead.isEmpty) Nil else List("ahead" -> s.ahead.asJson)) ++ s.validators.map("validators" -> _.asJson) ++
        (if (s.lowest.isEmpty) Nil else List("lowest" -> s.lowest.asJson)) ++ s.recognized.map(
          "recognized" -> _.asJson
        ) ++
        s.doubt.map(d => "doubt" -> (d.answer, d.since).asJson) ++
        (if (s.largestPage == 0) Nil else List("largestPage" -> s.largestPage.asJson)) ++ s.pagesOf.map(
          "pagesOf" -> _.asJson
        ) ++
        (if (s.passedOver == 0) Nil else List("passedOver" -> s.passedOver.asJson)) ++
        s.inputVersion.map("inputVersion" -> _.asJson) ++ s.mirror.map("mirror" -> _.asJson) ++
        s.acks.map("acks" -> _.asJson) ++ // guard: I9.8
        s.job.map("job" -> _.asJson) ++ s.moment.map("moment" -> _.toString.asJson) ++
        s.since.map("since" -> _.toString.asJson) ++ s.lookbackMs.map("lookback" -> _.asJson) ++
        s.beyond.map("beyond" -> _.toString.asJson) ++ s.rowSeen.map(r => "rowSeen" -> (r.version, r.atMs).asJson)
    )
  }
  implicit val decoder: Decoder[Progress] = JsonFields.decoder { f =>
    Progress(
      offset = f[Option[String]]("offset"),
      boundary = f[SeenRecords]("boundary"),
      traversal = f[Option[Traversal]]("drain"),
      started = f.or("started", false),
      ahead = f.or("ahead", SeenRecords.Empty),
      validators = f[Option[Validators]]("validators"),
      lowest = f.or("lowest", Vector.empty[Long]),
      recognized = f[Option[String]]("recognized"),
      doubt = f[Option[(Int, Long)]]("doubt").map((Doubt.apply _).tupled),
      largestPage = f.or("largestPage", 0L),
      pagesOf = f[Option[Int]]("pagesOf"),
      passedOver = f.or("passedOver", 0L),
      inputVersion = f[Option[String]]("inputVersion"),
      mirror = f[Option[String]]("mirror"),
      acks = f[Option[PendingAcks]]("acks"),
      job = f[Option[Job]]("job"),
      moment = f[Option[Instant]]("moment"),
      since = f[Option[Instant]]("since"),
      lookbackMs = f[Option[Long]]("lookback"),
      beyond = f[Option[Instant]]("beyond"),
      rowSeen = f[Option[(String, Long)]]("rowSeen").map((RowSeen.apply _).tupled)
    )
  }
}

/** The version of an input row (`inputVersion`), and when the driver first saw it, epoch milliseconds. */
final case class RowSeen(version: String, atMs: Long)

/** A response that may be a mistake, from a load balancer for example. It counts when the same request gets the same response
  * again some time later. Any other response in between ends the doubt. A restart ends it too, because a new run does not know
  * the responses in between.
  *
  * @param answer status of the response, or [[Doubt.Empty]]
  * @param since time of the first such response, epoch milliseconds
  */
final case class Doubt(answer: Int, since: Long) {

  /** Milliseconds from `now` until the request is sent again. */
  def wait(now: Long, delay: Long): Long = math.max(1L, delay - (now - since))

  private def isOver(now: Long, delay: Long): Boolean = now - since >= delay || now < since
}

object Doubt {

  /** In place of a status: a page without records where records could be expected. */
  val Empty: Int = 0

  /** The doubt about an answer; `None`: it counts.
    *
    * @param delay milliseconds between two answers that make one certain
    */
  def of(state: Progress, answer: Int, now: Long, delay: Long): Option[Doubt] =
    state.doubt
      .filter(_.answer == answer)
      .fold(Option(Doubt(answer, now)))(d => if (d.isOver(now, delay)) None else Some(d))
}

/** The validators of a response (RFC 9110 §8.8), for a conditional request.
  *
  * @param request hash of the request, without its secrets
  * @param etag as received, including `W/`
  * @param modified `Last-Modified` as received; only without an `ETag`
  * @param atMs time of the response, epoch milliseconds
  */
final case class Validators(request: String, etag: Option[String], modified: Option[String], atMs: Long)

object Validators {
  implicit val encoder: Encoder[Validators] = Encoder.instance { v =>
    Json.fromFields(
      List("request" -> v.request.asJson, "atMs" -> v.atMs.asJson) ++ v.etag.map("etag" -> _.asJson) ++
        v.modified.map("modified" -> _.asJson)
    )
  }
  implicit val decoder: Decoder[Validators] =
    JsonFields.decoder(f =>
      Validators(f[String]("request"), f[Option[String]]("etag"), f[Option[String]]("modified"), f[Long]("atMs"))
    )
}

/** Reads the fields of a stored JSON object, each where its value is needed. */
final private[sparkrest] class JsonFields private (c: HCursor) {
  def apply[A: Decoder](name: String): A = c.get[A](name).fold(e => throw e, identity)

  /** A field that is written only if its value differs from the usual one. */
  def or[A: Decoder](name: String, usual: A): A = apply[Option[A]](name).getOrElse(usual)

  def has(name: String): Boolean = c.downField(name).succeeded
}

private[sparkrest] object JsonFields {

  /** @param read a field that is missing or wrong ends it with circe's error */
  def decoder[A](read: JsonFields => A): Decoder[A] = Decoder.instance { c =>
    try Right(read(new JsonFields(c)))
    catch { case e: DecodingFailure => Left(e) }
  }
}
