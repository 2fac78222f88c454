// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

import java.io.ByteArrayOutputStream

import scala.collection.mutable.ArrayBuffer

/** What an object consists of besides its values: brackets, separators, names and blanks, as the texts in front of each value
  * and behind the last one. The quotes of a value that is a string belong to these texts.
  *
  * @param text all texts, and seven bytes more, so that a word may reach beyond the last one
  * @param begins where each text begins, and where the last one ends: two more numbers than there are values
  * @param strings whether a value is a string
  * @param levels the open brackets in front of a value, see [[JsonScanner.skipOpen]]
  * @param depths how many these are
  */
final private[json] class RecordShape private (
    text: Array[Byte],
    begins: Array[Int],
    val strings: Array[Boolean],
    val levels: Array[Long],
    val depths: Array[Int]
) {
  val values: Int = strings.length

  def length(number: Int): Int = begins(number + 1) - begins(number)

  /** Whether text `number` is in `bytes` at `at`, where there are enough bytes for it. */
  def isAt(number: Int, bytes: Array[Byte], at: Int): Boolean = {
    val stop = begins(number + 1)
    var i = begins(number)
    var k = at
    if (at + (stop - i) + 7 > bytes.length) {
      while (i < stop && text(i) == bytes(k)) { i += 1; k += 1 }
      i == stop
    } else {
      while (stop - i >= 8 && Words.get(text, i) == Words.get(bytes, k)) { i += 8; k += 8 }
      val rest = stop - i
      rest == 0 || rest < 8 && (Words.get(text, i) ^ Words.get(bytes, k)) << (64 - 8 * rest) == 0 // guard: I1.75
    }
  }
}

private[json] object RecordShape {
  import ByteClasses._

  /** The shape of the object in `[from, to)`, past which a [[JsonScanner]] has moved. `None`: it has comments, single quotes,
    * control characters outside of its values, or more than 64 levels, so that more than equal bytes would have to be checked.
    */
  def of(bytes: Array[Byte], from: Int, to: Int): Option[RecordShape] = {
    val parts = new Parts(bytes, from)
    var i = from
    while (i >= 0 && i < to) {
      val c = bytes(i)
      if (c == '"') {
        val close = closingQuote(bytes, i + 1, to)
        if (!isName(bytes, close + 1, to)) { parts.value(i + 1, close, string = true); i = close + 1 }
        else i = if ((i to close).forall(k => bytes(k) < 0 || bytes(k) >= ' ')) close + 1 else -1
      } else if (ordinary(c & 0xff)) {
        val begin = i
        while (i < to && ordinary(bytes(i) & 0xff)) i += 1
        parts.value(begin, i, string = false)
      } else i = if (parts.separator(c)) i + 1 else -1
    }
    if (i < 0) None else Some(parts.shape(to))
  }

  private def closingQuote(bytes: Array[Byte], from: Int, to: Int): Int = {
    var i = from
    while (i < to && bytes(i) != '"') i += (if (bytes(i) == '\\') 2 else 1)
    i
  }

  private def isName(bytes: Array[Byte], from: Int, to: Int) = {
    var i = from
    while (i < to && isBlank(bytes(i))) i += 1
    i < to && bytes(i) == ':'
  }

  final private class Parts(bytes: Array[Byte], from: Int) {
    private val text = new ByteArrayOutputStream
    private var textFrom = from
    private val begins = ArrayBuffer(0)
    private val strings = ArrayBuffer.empty[Boolean]
    private val levels = ArrayBuffer.empty[Long]
    private val depths = ArrayBuffer.empty[Int]
    private var level = 0L
    private var depth = 0

    private def endText(end: Int): Unit = {
      text.write(bytes, textFrom, end - textFrom)
      begins += text.size
    }

    def value(begin: Int, end: Int, string: Boolean): Unit = {
      endText(begin)
      textFrom = end
      strings += string
      levels += level
      depths += depth
    }

    /** Whether a shape may have this byte between its values. */
    def separator(c: Byte): Boolean =
      if (c == '{' || c == '[') {
        if (depth < 64) level = if (c == '{') level | 1L << depth else level & ~(1L << depth)
        depth += 1
        depth <= 64
      } else if (c == '}' || c == ']') { depth -= 1; true }
      else c == ',' || c == ':' || c == ' ' || c == '\t'

    def shape(to: Int): RecordShape = {
      endText(to)
      text.write(new Array[Byte](7), 0, 7)
      new RecordShape(text.toByteArray, begins.toArray, strings.toArray, levels.toArray, depths.toArray)
    }
  }
}
