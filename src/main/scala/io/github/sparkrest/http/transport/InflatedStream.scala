// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.io.{EOFException, IOException, InputStream}
import java.util.zip.{CRC32, DataFormatException, Inflater}

/** DEFLATE data (RFC 1951) as the bytes it stands for; an empty body is an empty body.
  *
  * The JDK's own streams do not do: `GZIPInputStream` takes a connection that breaks where a further member may begin for the
  * end, and what is not there yet for what is not there at all; so they lose records of NDJSON.
  *
  * @param in its end is always read, so that a connection that broke is seen
  */
abstract private[http] class InflatedStream(in: InputStream) extends InputStream {
  private val buf = new Array[Byte](16 << 10)
  private var from, to = 0
  private var inflater: Inflater = _
  private var ended = false

  /** Reads what stands before data, by [[next]]; `None`: there is no more. */
  protected def begin(): Option[Inflater]

  /** Reads what stands behind data. */
  protected def end(inflater: Inflater): Unit

  /** Sees what was inflated. */
  protected def inflated(b: Array[Byte], off: Int, len: Int): Unit

  /** The next encoded byte, left where it is; -1 at the end. */
  final protected def peek(): Int = if (from < to || fill()) buf(from) & 0xff else -1

  final protected def next(): Int = {
    val b = peek()
    if (b < 0) throw new EOFException("it ends early")
    from += 1
    b
  }

  final protected def nextAt(i: Int): Int = {
    while (to - from <= i && more()) ()
    if (to - from > i) buf(from + i) & 0xff else -1
  }

  private def fill(): Boolean = { from = 0; to = 0; more() }

  /** Keeps what is there. */
  private def more(): Boolean = {
    if (to == buf.length) { System.arraycopy(buf, from, buf, 0, to - from); to -= from; from = 0 }
    val n = in.read(buf, to, buf.length - to)
    if (n > 0) to += n
    n > 0
  }

  override def read(): Int = {
    val one = new Array[Byte](1)
    if (read(one, 0, 1) < 0) -1 else one(0) & 0xff
  }

  override def read(b: Array[Byte], off: Int, len: Int): Int = {
    var n = 0
    while (n == 0 && len > 0 && !ended)
      if (inflater == null) begin().fold[Unit] { ended = true }(inflater = _)
      else n = inflate(b, off, len)
    if (n == 0 && len > 0) -1 else n
  }

  private def inflate(b: Array[Byte], off: Int, len: Int): Int = {
    val n =
      try inflater.inflate(b, off, len)
      catch { case e: DataFormatException => throw new IOException(e.getMessage) }
    inflated(b, off, n)
    if (inflater.finished) {
      from = to - inflater.getRemaining
      end(inflater)
      release()
    } else if (n == 0) {
      if (inflater.needsDictionary) throw new IOException("it needs a dictionary")
      if (!fill()) throw new EOFException("it ends early")
      feed(inflater)
    }
    n
  }

  /** Gives it what was read; it tells at its end how much of that it left. */
  final protected def feed(i: Inflater): Inflater = { i.setInput(buf, from, to - from); from = to; i }

  private def release(): Unit = if (inflater != null) { inflater.end(); inflater = null }
  override def close(): Unit = { ended = true; release(); in.close() }
}

/** gzip (RFC 1952): members one after the other, each with its checksum. Zero bytes may stand behind the last. */
final private[http] class GzipStream(in: InputStream) extends InflatedStream(in) {
  private val crc = new CRC32
  private var first = true

  protected def begin(): Option[Inflater] = {
    if (!first) while (peek() == 0) next()
    if (peek() < 0) None
    else {
      first = false
      if (next() != 0x1f || next() != 0x8b || next() != 8) throw new IOException("it is no gzip")
      val flags = next()
      skip(6)
      if ((flags & 4) != 0) skip(next() | next() << 8) // extra field
      if ((flags & 8) != 0) while (next() != 0) () // file name
      if ((flags & 16) != 0) while (next() != 0) () // comment
      if ((flags & 2) != 0) skip(2) // checksum of the header
      crc.reset()
      Some(feed(new Inflater(true)))
    }
  }

  protected def inflated(b: Array[Byte], off: Int, len: Int): Unit = crc.update(b, off, len)

  protected def end(i: Inflater): Unit =
    if (int() != crc.getValue || int() != (i.getBytesWritten & 0xffffffffL))
      throw new IOException("its checksum is wrong")

  private def int(): Long = (0 until 4).foldLeft(0L)((n, i) => n | next().toLong << (8 * i))
  private def skip(n: Int): Unit = (0 until n).foreach(_ => next())
}

/** `deflate`: zlib (RFC 1950) by the standard (RFC 9110 §8.4.1.2), and bare DEFLATE data by many servers. */
final private[http] class DeflateStream(in: InputStream) extends InflatedStream(in) {
  private var first = true

  protected def begin(): Option[Inflater] =
    if (peek() < 0) None
    else if (!first) throw new IOException("something stands behind its end")
    else {
      first = false
      val (a, b) = (nextAt(0), nextAt(1))
      val zlib = (a & 0x0f) == 8 && b >= 0 && (a << 8 | b) % 31 == 0
      Some(feed(new Inflater(!zlib)))
    }

  protected def inflated(b: Array[Byte], off: Int, len: Int): Unit = ()
  protected def end(i: Inflater): Unit = ()
}
