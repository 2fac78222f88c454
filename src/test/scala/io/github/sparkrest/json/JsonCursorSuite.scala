// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

import java.nio.charset.StandardCharsets.UTF_8

import org.scalatest.funsuite.AnyFunSuite

class JsonCursorSuite extends AnyFunSuite {

  /** The parts of a value, and whether it is well-formed. */
  private def parts(text: String, open: (JsonCursor, Array[Byte]) => Boolean): (List[String], Boolean) = {
    val bytes = text.getBytes(UTF_8)
    val cursor = new JsonCursor
    open(cursor, bytes)
    var parts = List.empty[String]
    while (cursor.next()) parts ::= new String(bytes, cursor.from, cursor.to - cursor.from, UTF_8)
    (parts.reverse, !cursor.broken)
  }
  private def members(text: String) = parts(text, (c, b) => c.openObject(b, 0, b.length))
  private def elements(text: String) = parts(text, (c, b) => c.openArray(b, 0, b.length))

  test("members and elements are found, with blanks, with nesting, and with brackets in strings") {
    assert(members("""{"a":1,"b":{"c":[2,"}"]}}""") == ((List("1", """{"c":[2,"}"]}"""), true)))
    assert(members(" { \"a\\\"b\" : \"x,\\\\\" ,\n\"c\":null } ") == ((List("\"x,\\\\\"", "null"), true)))
    assert(elements("""[1, [2], {"a":"]"}, "y"]""") == ((List("1", "[2]", """{"a":"]"}""", "\"y\""), true)))
    assert(members("{}") == ((Nil, true)))
    assert(elements(" [ ] ") == ((Nil, true)))
  }

  test("malformed JSON is reported as broken, after the parts before the error") {
    Seq("", "1", "[", "[1", "[1 2]", "[1,]", "[1]x", "{}").foreach(t => assert(!elements(t)._2, t))
    Seq("", "{", "{\"a\"}", "{\"a\" 1}", "{a:1}", "{\"a\":1,}", "{\"a\":1}}", "[]").foreach(t =>
      assert(!members(t)._2, t)
    )
    assert(elements("[1 2]") == ((List("1"), false)))
  }

  test("a cursor can be reused for the next value") {
    val cursor = new JsonCursor
    Seq("""{"a":1,"b":2}""", """{"c":3}""", "[]").foreach { text =>
      val bytes = text.getBytes(UTF_8)
      assert(cursor.openObject(bytes, 0, bytes.length) == (bytes(0) == '{'))
      assert(cursor.next() == (bytes(0) == '{'))
    }
  }
}
