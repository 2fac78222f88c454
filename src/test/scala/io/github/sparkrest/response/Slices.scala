// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import java.io.{ByteArrayInputStream, InputStream}
import java.nio.charset.StandardCharsets.UTF_8

import scala.collection.mutable

import io.circe.{Json, JsonObject}
import io.github.sparkrest.error.RestError
import io.github.sparkrest.json.SliceRules
import io.github.sparkrest.options.values.FieldPath
import org.scalacheck.{Arbitrary, Gen}
import org.scalatest.Assertions

/** Functions for the suites of this package that cut records out of texts. */
private[sparkrest] trait Slices { this: Assertions =>

  final protected class Kept extends RecordSink {
    val records = mutable.ArrayBuffer.empty[String]
    def record(buf: Array[Byte], from: Int, to: Int): Unit = records += new String(buf, from, to - from, UTF_8)
    def restart(): Unit = records.clear()
  }

  /** Each record, and whether it may be the last one. */
  final protected class Told extends RecordSink {
    val records = mutable.ArrayBuffer.empty[(String, Boolean)]
    def record(buf: Array[Byte], from: Int, to: Int): Unit = add(buf, from, to, maybeLast = false)
    override def maybeLast(buf: Array[Byte], from: Int, to: Int): Unit = add(buf, from, to, maybeLast = true)
    def restart(): Unit = records.clear()
    private def add(buf: Array[Byte], from: Int, to: Int, maybeLast: Boolean): Unit =
      records += new String(buf, from, to - from, UTF_8) -> maybeLast
  }

  /** Returns a few bytes at a time, so that values span several reads. */
  final protected class Dribble(bytes: Array[Byte], step: Int) extends InputStream {
    private val in = new ByteArrayInputStream(bytes)
    def read(): Int = in.read()
    override def read(b: Array[Byte], off: Int, len: Int): Int = in.read(b, off, math.min(len, step))
  }

  protected def path(text: String): FieldPath = FieldPath.parse(text).getOrElse(fail(s"'$text' does not parse as a path"))

  protected def slice(
      text: String,
      at: Option[String] = None,
      wanted: Seq[String] = Nil,
      step: Int = 1 << 20,
      max: Long = 1L << 30,
      lines: Boolean = false,
      rules: SliceRules = SliceRules(),
      recognized: Option[String] = None
  ): Either[RestError, (List[String], Envelope)] = {
    val sink = new Kept
    val settings = ReaderSettings(max, wanted.map(path), rules = rules)
    val field = at.map(path)
    val reader = if (lines) new NdjsonRecords(field, settings) else new JsonRecords(field, settings)
    reader.read(new Dribble(text.getBytes(UTF_8), step), sink, recognized).map(sink.records.toList -> _)
  }

  protected def records(text: String, at: Option[String] = None): List[String] =
    slice(text, at).fold(e => fail(e.text), _._1)

  protected def error(text: String, at: Option[String] = None, lines: Boolean = false): RestError =
    slice(text, at, lines = lines).fold(identity, r => fail(s"found $r"))

  /** The result of `run`, which must be the same for reads of any size. */
  protected def inAnyPieces[A](text: String)(run: Int => A): A = {
    val whole = run(1 << 20)
    (1 to text.getBytes(UTF_8).length).foreach(step => assert(run(step) == whole, s"reads of $step bytes of $text"))
    whole
  }

  protected val anyText: Gen[String] = Gen.oneOf(
    Gen.alphaNumStr,
    Arbitrary.arbitrary[String].map(_.filter(c => !c.isSurrogate)),
    Gen.const("a\"\\{[]}\n,: ")
  )

  protected def json(name: Gen[String], depth: Int): Gen[Json] = {
    val scalar = Gen.oneOf(
      anyText.map(Json.fromString),
      Gen.long.map(Json.fromLong),
      Gen.const(Json.True),
      Gen.const(Json.Null),
      Gen.double.map(Json.fromDoubleOrNull)
    )
    if (depth == 0) scalar
    else
      Gen.frequency(
        3 -> scalar,
        1 -> Gen.choose(0, 4).flatMap(Gen.listOfN(_, json(name, depth - 1))).map(Json.fromValues),
        2 -> Gen
          .choose(0, 4)
          .flatMap(Gen.listOfN(_, Gen.zip(name, json(name, depth - 1))))
          .map(f => Json.fromJsonObject(JsonObject.fromIterable(f)))
      )
  }
  protected val json: Gen[Json] = json(anyText, 4)
}
