// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

/** Moves past the records of a response, one at a time. Most records have the [[RecordShape]] of the one before. Then it compares
  * words of eight bytes, instead of looking at each bracket and name.
  *
  * Invariant: it moves to where [[JsonScanner.skipValue]] would move, with the same errors. At the first difference from the
  * shape, the scanner continues with the value in front of it.
  *
  * @param longest bytes of a record whose shape is kept
  * @param mostMisses the most records in a row that may have other shapes until the last one's is kept. It takes two at first,
  *   and twice as many each time, because finding a shape takes longer than moving past a record
  */
final private[sparkrest] class RecordSkipper(scanner: JsonScanner, longest: Int = 1 << 16, mostMisses: Int = 4096) {
  import scanner.window
  import window._

  private var shape: RecordShape = _
  private var misses = 0
  private var patience = 2

  /** Moves past the value at `pos`, which is also the `mark` of the window. Whether the value has the shape that is kept. */
  def skip(): Boolean = {
    val isObject = pos < end && buf(pos) == '{'
    val same = isObject && shape != null && follows()
    if (pos == mark) scanner.skipValue()
    if (same) misses = 0
    else if (isObject) {
      misses += 1
      if (misses >= patience) keepShape()
    }
    same
  }

  private def keepShape(): Unit = {
    shape = if (pos - mark <= longest) RecordShape.of(buf, mark, pos).orNull else null
    misses = 0
    patience = math.min(patience * 2, mostMisses)
  }

  /** Whether the record has the shape. If not, `pos` is past the record nevertheless, or still at its beginning. */
  private def follows(): Boolean = {
    var value = 0
    var i = pastText(0, pos)
    while (i >= 0 && value < shape.values) {
      // `pos` stays at the beginning of the value, where the scanner continues if something differs.
      val isString = shape.strings(value)
      pos = if (isString) i - 1 else i
      i = if (isString) pastString(i) else pastLiteral(i)
      if (i >= 0) i = pastText(value + 1, i)
      if (i >= 0) value += 1 else scanner.skipOpen(shape.levels(value), shape.depths(value))
    }
    if (i >= 0) pos = i
    i >= 0
  }

  // Each of these returns the position past what it read. -1: it differs from the shape, or the response ends.

  private def pastText(number: Int, from: Int): Int = {
    val at = available(from, shape.length(number))
    if (at >= 0 && shape.isAt(number, buf, at)) at + shape.length(number) else -1
  }

  /** The position of the closing quote. The scanner takes note of control characters. */
  private def pastString(from: Int): Int = {
    var at = Words.plainEnd(buf, from, end)
    while (at >= 0 && (at == end || buf(at) != '"')) {
      val length = if (at < end && buf(at) == '\\') 2 else 1
      at = available(at, length)
      if (at >= 0 && isControl(buf(at + length - 1))) at = -1
      else if (length == 2 && at >= 0) at += 2
      if (at >= 0) at = Words.plainEnd(buf, at, end)
    }
    at
  }

  private def isControl(c: Byte) = c >= 0 && c < ' '

  private def pastLiteral(from: Int): Int = {
    var at = from
    do while (at < end && ByteClasses.ordinary(buf(at) & 0xff)) at += 1
    while (at == end && { at = available(at, 1); at >= 0 })
    at
  }

  /** `at`, or where it is after the window has moved, with at least `length` bytes from there on; -1: the response ends before. */
  private def available(at: Int, length: Int): Int = {
    var i = at
    while (i >= 0 && end - i < length) {
      val ahead = i - pos
      i = if (refill()) pos + ahead else -1
    }
    i
  }
}
