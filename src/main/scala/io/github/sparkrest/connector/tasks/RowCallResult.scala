// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.io.{ByteArrayInputStream, ByteArrayOutputStream, DataInputStream, DataOutputStream}
import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.error.{Condition, RestError}

/** The result of one call: JSON texts, one for each row of the result. No texts: the API has nothing for this call. */
final private[sparkrest] case class RowCallResult(outcome: Either[RestError, Vector[Array[Byte]]])

/** Results of many calls as bytes. The driver decodes them one by one, so that it does not hold them twice; [[Wire]] would. */
private[sparkrest] object RowCallResult {

  /** The driver may get an error for each of many rows. */
  private val MaxText = 10000

  def encode(results: Iterator[RowCallResult]): Array[Byte] = {
    val bytes = new ByteArrayOutputStream
    val out = new DataOutputStream(bytes)
    results.foreach(_.outcome match {
      case Right(texts) =>
        out.writeInt(texts.length)
        texts.foreach(write(out, _))
      case Left(e) =>
        out.writeInt(-1)
        Seq(e.condition.name, e.message, e.hint).foreach(t => write(out, t.take(MaxText).getBytes(UTF_8)))
    })
    bytes.toByteArray
  }

  def decode(bytes: Array[Byte]): Iterator[RowCallResult] = {
    val in = new DataInputStream(new ByteArrayInputStream(bytes))
    Iterator.continually(in).takeWhile(_.available > 0).map(one)
  }

  private def one(in: DataInputStream): RowCallResult = in.readInt() match {
    case -1 => RowCallResult(Left(error(in)))
    case n  => RowCallResult(Right(Vector.fill(n)(read(in))))
  }

  /** `retryAfterMs` and `repeatable` are not sent, because no further retry follows. */
  private def error(in: DataInputStream): RestError = {
    def text() = new String(read(in), UTF_8)
    val name = text()
    RestError(Condition.named(name).getOrElse(throw new IllegalStateException(name)), text(), text())
  }

  private def write(out: DataOutputStream, bytes: Array[Byte]): Unit = {
    out.writeInt(bytes.length)
    out.write(bytes)
  }

  private def read(in: DataInputStream): Array[Byte] = in.readNBytes(in.readInt())
}
