// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.files

import java.io.{EOFException, IOException, InputStream}
import java.nio.charset.StandardCharsets.ISO_8859_1
import java.util.zip.{ZipEntry, ZipException, ZipInputStream}

import scala.annotation.tailrec

import io.github.sparkrest.http.BlockStream
import io.github.sparkrest.http.transport.ContentCoding
import io.github.sparkrest.json.TooLarge

/** The archive cannot be read. */
final private[files] class BrokenArchive(val reason: String, cause: Throwable = null) extends IOException(reason, cause)

/** The files of a zip archive, one after the other, while the archive arrives. Memory does not grow with the archive.
  *
  * @param maxBytes of all files together, so that a small archive cannot become an endless response
  */
final private[files] class ZipArchive(body: InputStream, maxBytes: Long) {
  private val end = new EndOfArchive(body)
  // The charset of names without a mark for UTF-8. Names only appear in messages.
  private val zip = new ZipInputStream(end, ISO_8859_1)
  private var entries, total = 0L

  /** Moves to the next file, and returns its name. `None` after the last one.
    *
    * @throws BrokenArchive the archive is cut, damaged or encrypted
    */
  @tailrec def next(): Option[String] = guarded(zip.getNextEntry) match {
    case null =>
      end.check(entries)
      None
    case entry =>
      entries += 1
      // An archive may have any number of empty files.
      count(entry.getName.length + ZipArchive.HeaderBytes)
      if (ZipArchive.isFile(entry)) Some(entry.getName) else next()
  }

  /** The content of the file at which [[next]] stopped. A file that is compressed once more is decoded. */
  def content: InputStream = {
    val file = ContentCoding.ofFile(new Bytes((b, off, len) => guarded(zip.read(b, off, len))))
    new Bytes((b, off, len) => {
      val n = file.read(b, off, len)
      if (n > 0) count(n)
      n
    })
  }

  private def count(bytes: Int): Unit = {
    total += bytes
    if (total > maxBytes) throw new TooLarge(maxBytes) // guard: I4.60
  }

  private def guarded[A](read: => A): A =
    try read
    catch {
      case e: ZipException =>
        throw new BrokenArchive(
          if (String.valueOf(e.getMessage).contains("encrypted")) "a file in it is encrypted" else s"${e.getMessage}",
          e
        )
      case e: EOFException => throw new BrokenArchive("it ends early", e)
    }
}

private[files] object ZipArchive {

  /** The first bytes of an entry, or of the end of an empty archive. */
  val Magics: Seq[Seq[Int]] = Seq(Seq('P', 'K', 3, 4), Seq('P', 'K', 5, 6))
  private val HeaderBytes = 30

  /** macOS adds a description of each file. */
  private def isFile(entry: ZipEntry): Boolean = !entry.isDirectory && !entry.getName.startsWith("__MACOSX/")
}

/** A parser closes what it has read, but the next file follows in the same stream. */
final private class Bytes(next: (Array[Byte], Int, Int) => Int) extends BlockStream {
  override def read(b: Array[Byte], off: Int, len: Int): Int = next(b, off, len)
}

/** The bytes of an archive. It keeps the last ones, because only the directory at the end of an archive tells that it is complete:
  * `ZipInputStream` takes an archive that is cut between two files for a shorter one.
  */
final private class EndOfArchive(in: InputStream) extends BlockStream {
  import EndOfArchive._
  private val last = new Array[Byte](Longest)
  private var total = 0L

  override def read(b: Array[Byte], off: Int, len: Int): Int = {
    val n = in.read(b, off, len)
    if (n > 0) {
      val kept = math.min(n, Longest)
      val from = off + n - kept
      val at = ((total + n - kept) % Longest).toInt
      val first = math.min(kept, Longest - at)
      System.arraycopy(b, from, last, at, first)
      System.arraycopy(b, from + first, last, 0, kept - first)
      total += n
    }
    n
  }

  /** Reads to the end.
    *
    * @param entries that were read
    */
  def check(entries: Long): Unit = {
    val rest = new Array[Byte](1 << 13)
    while (read(rest, 0, rest.length) >= 0) {}
    val least = math.max(0L, total - Longest)
    val record = Iterator.iterate(total - Record)(_ - 1).takeWhile(_ >= least).find(isRecord)
    val listed = record.map(at => number(at + 10)).getOrElse(throw new BrokenArchive("it ends early"))
    if (listed != Many && listed != entries % (Many + 1)) // guard: I1.60
      throw new BrokenArchive(s"its directory lists $listed entries, and it has $entries")
  }

  /** `PK\5\6`, and behind it the length of a comment that reaches to the end. */
  private def isRecord(at: Long): Boolean =
    byte(at) == 'P' && byte(at + 1) == 'K' && byte(at + 2) == 5 && byte(at + 3) == 6 &&
      at + Record + number(at + 20) == total

  private def byte(at: Long): Int = last((at % Longest).toInt) & 0xff
  private def number(at: Long): Int = byte(at) | byte(at + 1) << 8
}

private object EndOfArchive {
  val Record = 22

  /** The record, and the longest comment. */
  val Longest: Int = Record + 0xffff

  /** Stands for a number that is elsewhere (Zip64). */
  val Many = 0xffff
}
