// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.io.{DataInputStream, DataOutputStream}
import java.nio.charset.StandardCharsets.UTF_8

/** Bytes after their length, in the result of a task. They have no length limit: `writeUTF` takes at most 64 KB, and a
  * character may take six bytes.
  */
private[sparkrest] object SizedBytes {
  def write(out: DataOutputStream, bytes: Array[Byte]): Unit = {
    out.writeInt(bytes.length)
    out.write(bytes)
  }

  def write(out: DataOutputStream, text: String): Unit = write(out, text.getBytes(UTF_8))

  def read(in: DataInputStream): Array[Byte] = in.readNBytes(in.readInt())

  def readText(in: DataInputStream): String = new String(read(in), UTF_8)
}
