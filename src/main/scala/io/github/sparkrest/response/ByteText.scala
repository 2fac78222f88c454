// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

/** Bytes that grow. */
final private[response] class ByteText {
  var bytes = new Array[Byte](1 << 10)
  var length = 0

  def clear(): Unit = length = 0

  def +=(c: Char): Unit = {
    room(1)
    bytes(length) = c.toByte
    length += 1
  }

  def +=(more: Array[Byte]): Unit = this.+=(more, 0, more.length)

  def +=(more: Array[Byte], from: Int, to: Int): Unit = {
    room(to - from)
    System.arraycopy(more, from, bytes, length, to - from)
    length += to - from
  }

  private def room(n: Int): Unit =
    if (length + n > bytes.length) bytes = java.util.Arrays.copyOf(bytes, math.max(bytes.length * 2, length + n))
}
