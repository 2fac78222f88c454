// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.UTF_8
import java.security.MessageDigest
import java.util.Base64

import io.github.sparkrest.options.values.SignatureEncoding
import net.jpountz.xxhash.XXHashFactory

/** The content of a record as 128 bits: two 64-bit XXH64 with different seeds. */
object RecordHash {
  private val xxh64 = XXHashFactory.fastestJavaInstance().hash64()
  private val encoder = Base64.getUrlEncoder.withoutPadding

  /** As text. */
  def of(buf: Array[Byte], from: Int, to: Int): String = encoder.encodeToString(bits(buf, from, to))

  private def bits(buf: Array[Byte], from: Int, to: Int): Array[Byte] =
    ByteBuffer.allocate(16).putLong(high(buf, from, to)).putLong(low(buf, from, to)).array()

  /** The first half. */
  def high(buf: Array[Byte], from: Int, to: Int): Long = xxh64.hash(buf, from, to - from, 0L)

  /** The second half. */
  def low(buf: Array[Byte], from: Int, to: Int): Long = xxh64.hash(buf, from, to - from, 0x5bd1e995L)
}

/** A text as 16 hexadecimal digits, the same on every machine: for names and identities that are stored. */
object ShortHash {
  def of(text: String): String =
    SignatureEncoding.Hex.encode(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)).take(8))
}
