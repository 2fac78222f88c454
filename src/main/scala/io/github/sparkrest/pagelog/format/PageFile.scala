// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import java.nio.charset.StandardCharsets.UTF_8
import java.util.UUID

import scala.util.Try

import io.circe.Decoder
import io.circe.syntax._
import io.github.sparkrest.error.Condition
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.progress.JsonFields

/** A page file is text: a header line, the records as NDJSON, a footer line, and the footer's place as 20 digits.
  *
  * The footer's index names, every quarter of a megabyte, which record begins at which byte: so a cut at any record is found
  * by one small read. With `readChanges` each line begins with the mark of the change ([[io.github.sparkrest.progress.Change]]). Bytes that the index skips belong to a page that broke off.
  */
object PageFile {
  val Version = 1
  val Folder = "pages"

  /** Size of a write, and step of the index. */
  val BlockBytes: Int = 256 << 10

  val Header: Array[Byte] = s"""{"sparkRestPages":$Version}\n""".getBytes(UTF_8)
  val TrailerBytes = 21

  /** @param epoch of the run, so that a later run knows what it may sweep */
  def newName(epoch: Long): String = f"$epoch%010d-${UUID.randomUUID()}.ndjson" // guard: I1.11
  def epochOf(name: String): Option[Long] = name.takeWhile(_ != '-') match {
    case d if d.nonEmpty && d.forall(_.isDigit) => Some(d.toLong)
    case _                                      => None
  }
  def path(name: String): String = s"$Folder/$name"

  /** Record number -> first byte, for the first record of each block, and where the last block ends. */
  final case class Index(starts: Vector[(Long, Long)], ends: Vector[Long], records: Long)

  def footer(index: Index): Array[Byte] = {
    val blocks = index.starts.zip(index.ends).map { case ((record, from), to) => (record, from, to).asJson }
    VersionedJson.encode(Version, List("records" -> index.records.asJson, "blocks" -> blocks.asJson)) :+ '\n'.toByte
  }

  def trailer(footerAt: Long): Array[Byte] = f"$footerAt%020d\n".getBytes(UTF_8)

  def readIndex(store: LogStore, name: String): Index = {
    val length = store.length(path(name)).getOrElse(throw missing(store, name))
    readable(store, name, header(readRange(store, name, 0, Header.length)))
    val trailer = new String(readRange(store, name, length - TrailerBytes, TrailerBytes), UTF_8)
    val footerAt = Try(trailer.trim.toLong)
      .filter(at => at >= Header.length && at <= length - TrailerBytes)
      .getOrElse(throw broken(store, name, "its end is not that of a page file"))
    val footer = readRange(store, name, footerAt, (length - TrailerBytes - footerAt).toInt)
    readable(store, name, VersionedJson.decode(footer, Version, decoder))
  }

  /** The records of one block. */
  def readBlock(store: LogStore, name: String, index: Index, n: Int): RecordBlock = {
    val from = index.starts(n)._2
    val length = (index.ends(n) - from).toInt
    RecordBlock.ofLines(length)(readInto(store, name, from, length, _))
  }

  private def readRange(store: LogStore, name: String, from: Long, length: Int): Array[Byte] = {
    val bytes = new Array[Byte](length)
    readInto(store, name, from, length, bytes)
    bytes
  }

  private def readInto(store: LogStore, name: String, from: Long, length: Int, bytes: Array[Byte]): Unit =
    if (store.read(path(name), from, length, bytes) < length) throw broken(store, name, "it is cut short")

  /** For a reader that starts at the beginning. The footer's version applies to the whole file. */
  private def header(bytes: Array[Byte]): Either[Unreadable, Unit] =
    Begin.findFirstMatchIn(new String(bytes, UTF_8)).map(_.group(1).toInt) match {
      case Some(version) if version > Version => Left(Unreadable.Later(version, Version)) // guard: I2.9
      case Some(_)                            => Right(())
      case None                               => Left(Unreadable.Broken("its first line is not that of a page file"))
    }
  private val Begin = """^\{"sparkRestPages":(\d{1,9})\D""".r

  private val decoder: Decoder[Index] = JsonFields.decoder { f =>
    val blocks = f[Vector[(Long, Long, Long)]]("blocks")
    Index(blocks.map(b => (b._1, b._2)), blocks.map(_._3), f[Long]("records"))
  }

  private def missing(store: LogStore, name: String) =
    Condition.PageMissing.exception(
      s"The page file $name is not in ${store.location}.",
      "Restore the page log, or start with a new checkpoint."
    )

  private def readable[A](store: LogStore, name: String, read: Either[Unreadable, A]): A =
    read.fold(reason => throw reason.error(s"The page file $name", store.location).toException, identity)

  private def broken(store: LogStore, name: String, why: String) =
    Unreadable.Broken(why).error(s"The page file $name", store.location).toException
}
