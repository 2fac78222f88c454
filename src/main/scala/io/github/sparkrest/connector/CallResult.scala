// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.io.{ByteArrayInputStream, ByteArrayOutputStream, DataInputStream, DataOutputStream}
import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.error.RestError
import io.github.sparkrest.poll.PollCodec

/** What one call came to: JSON texts, one for each row of the result; none if the API said that there is nothing. */
final private[connector] case class CallResult(outcome: Either[RestError, Vector[Array[Byte]]])

private[connector] object CallResult {

  /** As bytes, for a task returns JDK types only. */
  def encode(results: Iterator[CallResult]): Array[Byte] = {
    val bytes = new ByteArrayOutputStream
    val out = new DataOutputStream(bytes)
    results.foreach(_.outcome match {
      case Right(texts) =>
        out.writeInt(texts.length)
        texts.foreach(write(out, _))
      case Left(e) =>
        out.writeInt(-1)
        write(out, PollCodec.encodeError(e).getBytes(UTF_8))
    })
    bytes.toByteArray
  }

  /** Of any length: `writeUTF` takes no more than 64 KB, and a character may be six bytes. */
  private def write(out: DataOutputStream, text: Array[Byte]): Unit = {
    out.writeInt(text.length)
    out.write(text)
  }

  def decode(bytes: Array[Byte]): Iterator[CallResult] = {
    val in = new DataInputStream(new ByteArrayInputStream(bytes))
    Iterator.continually(in).takeWhile(_.available > 0).map(one)
  }

  private def one(in: DataInputStream): CallResult = in.readInt() match {
    case -1 => CallResult(Left(PollCodec.decodeError(new String(in.readNBytes(in.readInt()), UTF_8))))
    case n  => CallResult(Right(Vector.fill(n)(in.readNBytes(in.readInt()))))
  }
}
