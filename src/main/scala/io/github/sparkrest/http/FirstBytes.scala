// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.io.{InputStream, PushbackInputStream}

/** A body whose first bytes can be seen before anybody reads it: they tell compressed files, archives and charsets apart.
  *
  * @param most bytes of the head; the head of a shorter body is the body
  */
final private[sparkrest] class FirstBytes(in: InputStream, most: Int) extends PushbackInputStream(in, most) {

  /** Waits for the bytes. To be called before the first read. */
  lazy val head: Seq[Byte] = {
    val bytes = readNBytes(most)
    unread(bytes)
    bytes.toSeq
  }

  def beginsWith(magic: Int*): Boolean = head.startsWith(magic.map(_.toByte))
}
