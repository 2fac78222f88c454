// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.io.{ByteArrayInputStream, ByteArrayOutputStream, DataInputStream, DataOutputStream}

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
        texts.foreach(SizedBytes.write(out, _))
      case Left(e) =>
        out.writeInt(-1)
        SizedBytes.write(out, PollCodec.encodeError(e))
    })
    bytes.toByteArray
  }

  def decode(bytes: Array[Byte]): Iterator[CallResult] = {
    val in = new DataInputStream(new ByteArrayInputStream(bytes))
    Iterator.continually(in).takeWhile(_.available > 0).map(one)
  }

  private def one(in: DataInputStream): CallResult = in.readInt() match {
    case -1 => CallResult(Left(PollCodec.decodeError(SizedBytes.readText(in))))
    case n  => CallResult(Right(Vector.fill(n)(SizedBytes.read(in))))
  }
}
