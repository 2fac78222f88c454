// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import java.nio.ByteBuffer
import java.util.Base64

import net.jpountz.xxhash.XXHashFactory

/** The content of a record as 128 bits: two 64-bit XXH64 with different seeds. */
object RecordHash {
  private val xxh64 = XXHashFactory.fastestJavaInstance().hash64()
  private val encoder = Base64.getUrlEncoder.withoutPadding

  /** As text. */
  def of(buf: Array[Byte], from: Int, to: Int): String = encoder.encodeToString(bits(buf, from, to))

  def bits(buf: Array[Byte], from: Int, to: Int): Array[Byte] =
    ByteBuffer.allocate(16).putLong(high(buf, from, to)).putLong(low(buf, from, to)).array()

  /** The first half. */
  def high(buf: Array[Byte], from: Int, to: Int): Long = xxh64.hash(buf, from, to - from, 0L)

  /** The second half. */
  def low(buf: Array[Byte], from: Int, to: Int): Long = xxh64.hash(buf, from, to - from, 0x5bd1e995L)
}
