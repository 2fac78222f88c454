// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.io.{ByteArrayInputStream, ByteArrayOutputStream, DataInputStream, DataOutputStream}

import io.github.sparkrest.error.RestError
import io.github.sparkrest.poll.PollCodec

/** What one call came to: JSON texts, one for each row of the result; none if the API said that there is nothing. */
final private[sparkrest] case class RowCallResult(outcome: Either[RestError, Vector[Array[Byte]]])

private[sparkrest] object RowCallResult {

  /** As bytes, because a task returns JDK types only. */
  def encode(results: Iterator[RowCallResult]): Array[Byte] = {
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

  def decode(bytes: Array[Byte]): Iterator[RowCallResult] = {
    val in = new DataInputStream(new ByteArrayInputStream(bytes))
    Iterator.continually(in).takeWhile(_.available > 0).map(one)
  }

  private def one(in: DataInputStream): RowCallResult = in.readInt() match {
    case -1 => RowCallResult(Left(PollCodec.decodeError(SizedBytes.readText(in))))
    case n  => RowCallResult(Right(Vector.fill(n)(SizedBytes.read(in))))
  }
}
