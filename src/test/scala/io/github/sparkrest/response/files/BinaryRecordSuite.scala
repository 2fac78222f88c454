// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.files

import io.circe.parser.parse
import io.github.sparkrest.error.Condition
import io.github.sparkrest.response.{ReaderSettings, Slices}
import org.scalatest.funsuite.AnyFunSuite

class BinaryRecordSuite extends AnyFunSuite with Slices {
  private def read(bytes: Array[Byte], kind: Option[String], max: Long = 100, most: Int = 100) = {
    val sink = new Kept
    new BinaryRecord(kind, ReaderSettings(max), most).read(new Dribble(bytes, 3), sink).map(_ => sink.records.toList)
  }

  test("the body is one record, as Base64, with its type and length") {
    val bytes = Array.tabulate(100)(_.toByte)
    val records = read(bytes, Some("a/\"b\"")).fold(e => fail(e.text), identity)
    assert(records.length == 1)
    val json = parse(records.head).fold(throw _, identity).hcursor
    assert(json.get[String]("contentType") == Right("a/\"b\"") && json.get[Int]("length") == Right(100))
    assert(json.get[String]("content").exists(java.util.Base64.getDecoder.decode(_).sameElements(bytes)))
    assert(read(Array[Byte](1, 2, 3), None) == Right(List("""{"contentType":null,"length":3,"content":"AQID"}""")))
  }

  test("an empty body has no record") {
    assert(read(Array.emptyByteArray, Some("a/b")) == Right(Nil))
  }

  test("the body has a bound: that of maxResponseBytes, or of memory") {
    val bytes = new Array[Byte](101)
    Seq(read(bytes, None), read(bytes, None, most = 50), read(bytes, None, max = 50)).foreach { r =>
      assert(r.left.exists(_.condition == Condition.ResponseTooLarge))
    }
    assert(read(bytes, None, most = 50).left.exists(_.text.contains("memory")))
  }
}
