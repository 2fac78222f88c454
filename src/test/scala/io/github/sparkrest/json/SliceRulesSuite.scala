// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

import java.io.{InputStream, SequenceInputStream}
import java.nio.charset.StandardCharsets.UTF_8

import scala.jdk.CollectionConverters._

import io.github.sparkrest.error.Condition
import io.github.sparkrest.response.{JsonRecords, ReaderSettings, RecordSink, Slices}
import org.scalatest.funsuite.AnyFunSuite

/** Limits of the slicer: nesting, names, and the length of values. */
class SliceRulesSuite extends AnyFunSuite with Slices {
  private val few = SliceRules(depth = 5, names = 3, valueBytes = 20)

  test("a record that is nested too deeply is refused") {
    assert(slice("[[[[[[1]]]]]]", rules = few).isRight, "five levels are allowed")
    Seq("[[[[[[[1]]]]]]]", "[[[[[[[", """[{"a":[{"b":[{"c":[]}]}]}]""").foreach { text =>
      val e = slice(text, rules = few).fold(identity, r => fail(s"taken: $r"))
      assert(e.condition == Condition.InvalidResponse && e.message.contains("more than 5 levels deep"), text)
    }
    val deep = "[" * 200000 + "]" * 200000
    Seq(None, Some("a"), Some("$")).foreach { at =>
      val text = if (at.contains("a")) s"""{"a":[$deep]}""" else s"[$deep]"
      assert(slice(text, at).left.map(_.condition) == Left(Condition.InvalidResponse))
    }
    assert(slice(s"""{"other":$deep,"data":[]}""").left.map(_.condition) == Left(Condition.InvalidResponse))
    assert(slice(deep, lines = true).left.map(_.condition) == Left(Condition.InvalidResponse))
  }

  test("a record of the greatest allowed depth overflows no stack, in any code that reads it") {
    val depth = SliceRules().depth
    val record = "{\"a\":" + "[" * (depth - 1) + "1" + "]" * (depth - 1) + "}"
    assert(records(s"[$record]") == List(record))
    val bytes = record.getBytes(UTF_8)
    val arrays = new FieldNames.Fields(Seq("a" -> new FieldNames.Fields(Nil)))
    onSmallStack {
      assert(!new FieldNames(arrays).cover(bytes, 0, bytes.length), "the names are unknown at this depth")
      assert(new FieldNames(FieldNames.Anything).cover(bytes, 0, bytes.length))
      assert(JsonBytes.names(bytes, 0, bytes.length) == List("a"))
      assert(JsonCursor.members(bytes, 0, bytes.length)(_ => ()))
    }
  }

  private def onSmallStack(body: => Any): Unit = {
    var thrown = Option.empty[Throwable]
    val thread = new Thread(
      null,
      () =>
        try { body; () }
        catch { case e: Throwable => thrown = Some(e) },
      "small",
      256 << 10
    )
    thread.start()
    thread.join()
    thrown.foreach(throw _)
  }

  test("only the first names, arrays and values next to the records are kept") {
    val text = """{"a":[],"b":[[1]],"c":[],"d":1,"e":2}"""
    val e = slice(text, Some("x"), rules = few).fold(identity, r => fail(s"found $r"))
    assert(e.message.contains("Arrays in it: a, b, c."))
    assert(slice("""{"a":1,"b":2,"c":3,"d":4,"data":[]}""", rules = few).map(_._2.names) == Right(List("a", "b", "c")))
    val long = "n" * 1000
    assert(slice(s"""{"$long":1,"data":[]}""").map(_._2.names.map(_.length)) == Right(List(201, 4)))
    assert(JsonBytes.names("""{"a":1,"b":2,"c":3}""".getBytes, 0, 19, most = 2) == List("a", "b"))
    val repeated = slice("{" + "\"a\":1," * 1000 + "\"data\":[]}", wanted = Seq("a")).fold(e => fail(e.text), _._2)
    assert(repeated.values.length == 1)
  }

  test("a wanted value that is too long is refused") {
    val e =
      slice(s"""{"next":"${"x" * 30}","data":[]}""", wanted = Seq("next"), rules = few).fold(identity, r => fail(s"$r"))
    assert(e.condition == Condition.InvalidResponse && e.message.contains("the value of next is longer than 20 bytes"))
    assert(slice(s"""{"other":"${"x" * 30}","data":[]}""", wanted = Seq("next"), rules = few).isRight)
  }

  /** A stream of `n` parts that is never in memory as a whole. */
  private def endless(head: String, n: Int)(part: Int => String, tail: String): InputStream = {
    def stream(s: String): InputStream = new java.io.ByteArrayInputStream(s.getBytes(UTF_8))
    val parts = Iterator
      .single(head) ++ Iterator.range(0, n / 1000).map(i => (0 until 1000).map(k => part(i * 1000 + k)).mkString) ++
      Iterator.single(tail)
    new SequenceInputStream(parts.map(stream).asJavaEnumeration)
  }

  test("a million fields need little memory") {
    val quiet = new RecordSink {
      def record(buf: Array[Byte], from: Int, to: Int): Unit = ()
      def restart(): Unit = ()
    }
    def used() = { System.gc(); Runtime.getRuntime.totalMemory - Runtime.getRuntime.freeMemory }
    Seq[(Option[String], Int => String)](
      None -> (i => s""""field$i":1,"""),
      None -> (i => s""""field$i":[],"""),
      None -> (i => s""""field$i":[{}],"""),
      Some("x.y") -> (i => s""""field$i":{"a":[]},""")
    ).foreach { case (at, part) =>
      val before = used()
      var held = 0L
      val body = endless("{", 1000000)(part, "\"end\":1}")
      // Measures at the last read, while the pass still references everything that it keeps.
      val measured = new java.io.FilterInputStream(body) {
        override def read(b: Array[Byte], off: Int, len: Int): Int = {
          val n = super.read(b, off, len)
          if (n < 0) held = math.max(held, used() - before)
          n
        }
      }
      new JsonRecords(at.map(path), ReaderSettings(1L << 40, Seq("next").map(path))).read(measured, quiet)
      assert(held < (20L << 20), s"$at: ${held >> 20} MB")
    }
  }
}
