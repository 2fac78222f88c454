// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.io.{BufferedInputStream, BufferedOutputStream, DataInputStream, DataOutputStream, EOFException, InputStream}
import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}
import java.util.UUID

import scala.collection.mutable

import io.github.sparkrest.error.{Condition, RestException}
import io.github.sparkrest.pagelog.format.{LastPoll, Manifest}
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.progress.seen.{SeenAt, SeenCursor, SeenFile, SeenStore, SeenWriter}

/** Files of records that were seen, in the page log's folder: `seen/<epoch>-<uuid>`. For one task, and the thread that polls.
  *
  * A file is a header line, then sorted entries of 28 bytes: two halves of the identity, a count, and the rank. Keys are in a
  * second file: each as its length and its bytes, in the order of the entries. Only what reads all entries reads it. A file of
  * marks has 64-bit words after its header.
  *
  * A file counts once a valid state names it. A task whose result is lost leaves files that nothing names; the next run deletes
  * them.
  *
  * @param scratch names a file on a disk of this machine that does not exist yet, or is empty: see [[MappedFiles]]
  * @param mapFrom bytes from which on a file is mapped into memory
  */
final class SeenFiles(
    store: LogStore,
    epoch: Long,
    scratch: () => Path = () => SeenFiles.temporary,
    mapFrom: Long = SeenFiles.MapFrom
) extends SeenStore {
  import SeenFiles._

  private val made = mutable.LinkedHashSet.empty[String]
  private val index = new SeenIndex(store, scratch, mapFrom)

  private[sparkrest] def write(fill: SeenWriter => Unit): Option[SeenFile] = {
    val writer = new Writer(SeenFile(newName, 0, Long.MaxValue, Long.MinValue))
    try fill(writer)
    finally writer.close()
    writer.written
  }

  private def newName = f"$epoch%010d-${UUID.randomUUID()}"

  private def created(name: String) = {
    made += name
    new DataOutputStream(new BufferedOutputStream(store.create(path(name)), 1 << 16))
  }

  /** Creates its files with their first entry. */
  final private class Writer(file: SeenFile) extends SeenWriter {
    private var out, keys: DataOutputStream = _
    private val bytes = ByteBuffer.allocate(EntryBytes)
    private var n, keyBytes = 0L
    private var lowest = file.lowest
    private var highest = file.highest

    def add(high: Long, low: Long, count: Int, rank: Long, key: Array[Byte]): Unit = {
      if (out == null) {
        out = created(file.name)
        out.write(Header)
      }
      bytes.clear()
      bytes.putLong(high).putLong(low).putInt(count).putLong(rank)
      out.write(bytes.array)
      if (key.length > 0) {
        if (keys == null) keys = created(file.keys)
        keys.writeInt(key.length)
        keys.write(key)
        keyBytes += 4 + key.length
      }
      lowest = math.min(lowest, rank)
      highest = math.max(highest, rank)
      n += 1
    }
    def close(): Unit =
      try if (out != null) out.close()
      finally if (keys != null) keys.close()
    def written: Option[SeenFile] =
      if (n == 0) None
      else Some(file.copy(entries = n, lowest = lowest, highest = highest, keyBytes = keyBytes))
  }

  private[sparkrest] def cursor(file: SeenFile, keys: Boolean): SeenCursor =
    new FileCursor(file, keys && file.keyBytes > 0)

  /** Reads block after block, or from the mapping: a store elsewhere need not send the file again. */
  final private class FileCursor(file: SeenFile, hasKeys: Boolean) extends SeenCursor {
    private val mapped = index.known(file)
    private val in = if (mapped.isEmpty) Some(stream(opened(store, file, 0, file.entries * EntryBytes))) else None
    private var block = ByteBuffer.allocate(if (mapped.isEmpty) BlockEntries * EntryBytes else 0)
    private var at = 0
    private var texts = Option.empty[DataInputStream]
    private var n, read = -1L
    private var text = SeenCursor.NoKey

    def next(): Boolean = {
      n += 1
      val more = n < file.entries
      if (!more) close()
      else if (mapped.isDefined) mapped.foreach { m => block = m.chunk(n); at = m.offset(n) }
      else {
        at = (n % BlockEntries).toInt * EntryBytes
        if (at == 0) fill(math.min(BlockEntries.toLong, file.entries - n).toInt * EntryBytes)
      }
      more
    }
    private def fill(bytes: Int): Unit =
      try in.foreach(_.readFully(block.array, 0, bytes))
      catch { case _: EOFException => throw missing(store, file, "is cut short") }
    def high: Long = block.getLong(at)
    def low: Long = block.getLong(at + 8)
    def count: Int = block.getInt(at + 16)
    def rank: Long = block.getLong(at + 20)
    def place: Long = n

    def key: Array[Byte] =
      if (!hasKeys) SeenCursor.NoKey
      else {
        if (texts.isEmpty) texts = Some(stream(openedKeys(file)))
        try texts.foreach(readKey)
        catch { case _: EOFException => throw missing(store, file, "has too few keys") }
        text
      }

    /** Skips the keys of the entries before it. */
    private def readKey(from: DataInputStream): Unit = while (read < n) {
      val length = from.readInt()
      read += 1
      if (read < n) from.skipBytes(length)
      else text = new Array[Byte](length)
      if (read == n) from.readFully(text)
    }
    def close(): Unit = {
      in.foreach(_.close())
      texts.foreach(_.close())
    }
  }

  private def stream(in: InputStream) = new DataInputStream(new BufferedInputStream(in, 1 << 16))

  private def openedKeys(file: SeenFile) = {
    if (!store.length(path(file.keys)).contains(file.keyBytes)) throw missing(store, file, "has no keys")
    store.open(path(file.keys), 0, file.keyBytes)
  }

  private[sparkrest] def find(file: SeenFile, high: Long, low: Long): Option[SeenAt] = index.find(file, high, low)

  private[sparkrest] def writeBits(words: Array[Long]): SeenFile = {
    val name = newName
    val out = created(name)
    try {
      out.write(Header)
      words.foreach(out.writeLong)
    } finally out.close()
    SeenFile(name, words.length.toLong, 0, 0)
  }

  private[sparkrest] def readBits(file: SeenFile): Array[Long] = {
    val in = stream(opened(store, file, 0, file.entries * 8, entryBytes = 8))
    try Array.fill(file.entries.toInt)(in.readLong())
    finally in.close()
  }

  /** Deletes the files of this task that no result names: merged files, and after a failure all of them. */
  def keepOnly(named: Set[String]): Unit = {
    made.filterNot(named).foreach { name =>
      index.forget(name)
      store.delete(path(name))
    }
    made.clear()
  }
}

object SeenFiles {
  val Folder = "seen"
  val Version = 1
  val Header: Array[Byte] = s"""{"sparkRestSeen":$Version}\n""".getBytes(UTF_8)
  val EntryBytes = 28
  val BlockEntries = 1024

  /** A smaller file is read in blocks, which the executor caches. */
  val MapFrom: Long = 1L << 20

  def path(name: String): String = s"$Folder/$name"

  private[sparkrest] def temporary: Path = Files.createTempFile("spark-rest-", ".seen")

  /** From an entry on. */
  private[pagelog] def opened(store: LogStore, file: SeenFile, at: Long, bytes: Long, entryBytes: Int = EntryBytes) = {
    if (!store.length(path(file.name)).contains(Header.length + file.entries * entryBytes))
      throw missing(store, file, "is not whole")
    store.open(path(file.name), Header.length + at, bytes)
  }

  private[pagelog] def missing(store: LogStore, file: SeenFile, why: String): RestException =
    Condition.CheckpointUnreadable.exception(
      s"The file of delivered records ${path(file.name)} in ${store.location} $why.",
      "Restore the page log, or start with a new checkpoint."
    )
}

/** The files of records seen that a manifest or note of this log named. A file is deleted when the last of them is gone.
  *
  * A file that only a lost attempt or a state between two notes named is deleted by the next run. Guarded by the page log.
  */
final private[sparkrest] class NamedSeenFiles(store: LogStore, ledger: ManifestIndex, note: Option[LastPoll]) {
  private var inNote = note.fold(Set.empty[String])(_.seenFiles)
  private var named = ledger.seenFiles ++ inNote

  def appended(m: Manifest): Unit = named ++= m.endpoints.valuesIterator.flatMap(_.seenFiles)

  def noted(written: LastPoll, ledger: ManifestIndex): Unit = {
    val lastNamed = inNote
    inNote = written.seenFiles
    named ++= inNote
    if (!lastNamed.subsetOf(inNote)) drop(ledger)
  }

  /** After the log has forgotten manifests or a note. */
  def drop(ledger: ManifestIndex): Unit = {
    val needed = ledger.seenFiles ++ inNote
    named.filterNot(needed).foreach(name => store.delete(SeenFiles.path(name)))
    named = needed
  }
}
