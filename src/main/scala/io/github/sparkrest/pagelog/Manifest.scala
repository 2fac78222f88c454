// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.syntax._
import io.circe.{Decoder, Json}
import io.github.sparkrest.offset.EndpointState
import io.github.sparkrest.poll.PollCodec._
import io.github.sparkrest.poll.PolledFile

/** Makes one poll count: the page file that it wrote, and the state of its endpoints after it. Never changed (I1).
  *
  * @param previous seq of the manifest before it, 0 for none: shows whether pages are missing between two
  * @param epoch of the run that wrote it
  */
final case class Manifest(seq: Long, previous: Long, epoch: Long, file: PolledFile, endpoints: Map[String, EndpointState]) {
  def records: Long = file.records

  /** The API offset before the page that holds record `n`, or after the last one. */
  def offsetAt(n: Long, endpoint: String): Option[String] = {
    val ends = file.pages.scanLeft(0L)(_ + _.records).tail
    file.pages
      .zip(ends)
      .collectFirst { case (p, end) if n < end => p.offsetBefore }
      .getOrElse(endpoints.get(endpoint).flatMap(_.offset))
  }
}

object Manifest {
  val Version = 1
  val Folder = "manifests"

  def path(seq: Long): String = f"$Folder/$seq%020d.json"
  def seqOf(name: String): Option[Long] = if (name.matches("\\d{20}\\.json")) Some(name.take(20).toLong) else None

  def encode(m: Manifest): Array[Byte] = Json
    .obj(
      "version" -> Version.asJson,
      "seq" -> m.seq.asJson,
      "previous" -> m.previous.asJson,
      "epoch" -> m.epoch.asJson,
      "file" -> m.file.asJson,
      "endpoints" -> m.endpoints.asJson
    )
    .noSpaces
    .getBytes(UTF_8)

  /** Left: why it cannot be read. */
  def decode(bytes: Array[Byte]): Either[String, Manifest] =
    io.circe.parser.decode(new String(bytes, UTF_8))(decoder).left.map(_.getMessage)

  private val decoder: Decoder[Manifest] = Decoder.instance { c =>
    for {
      _ <- c
        .get[Int]("version")
        .flatMap(v =>
          if (v <= Version) Right(v)
          else Left(io.circe.DecodingFailure(s"it has version $v, this spark-rest reads up to $Version", c.history))
        )
      seq <- c.get[Long]("seq")
      previous <- c.get[Long]("previous")
      epoch <- c.get[Long]("epoch")
      file <- c.get[PolledFile]("file")
      endpoints <- c.get[Map[String, EndpointState]]("endpoints")
    } yield Manifest(seq, previous, epoch, file, endpoints)
  }
}

/** What an idle stream writes, over and over, into one file: when it polled last, and a state that moved without records.
  *
  * @param after seq of the newest manifest at that time; a state for another one is out of date
  */
final case class PollNote(after: Long, polledAtMs: Long, endpoints: Map[String, EndpointState])

object PollNote {
  val Name = "last-poll.json"

  def encode(n: PollNote): Array[Byte] =
    Json
      .obj(
        "version" -> 1.asJson,
        "after" -> n.after.asJson,
        "polledAtMs" -> n.polledAtMs.asJson,
        "endpoints" -> n.endpoints.asJson
      )
      .noSpaces
      .getBytes(UTF_8)

  /** `None` for a torn file too: then the manifest's state holds, and the interval is not kept once. */
  def decode(bytes: Array[Byte]): Option[PollNote] =
    io.circe.parser
      .decode(new String(bytes, UTF_8))(Decoder.forProduct3("after", "polledAtMs", "endpoints")(PollNote.apply))
      .toOption
}
