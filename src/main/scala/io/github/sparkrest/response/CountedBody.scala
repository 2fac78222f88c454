// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import java.io.{FilterInputStream, InputStream}

/** Counts the decoded bytes that are read from the body of a response. */
final private[sparkrest] class CountedBody(body: InputStream) extends FilterInputStream(body) {
  var bytes = 0L

  override def read(): Int = {
    val b = super.read()
    if (b >= 0) bytes += 1
    b
  }
  override def read(buf: Array[Byte], from: Int, length: Int): Int = {
    val n = super.read(buf, from, length)
    if (n > 0) bytes += n
    n
  }
}
