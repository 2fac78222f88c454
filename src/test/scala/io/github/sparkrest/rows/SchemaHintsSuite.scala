// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import org.apache.spark.sql.types.StructType
import org.scalatest.funsuite.AnyFunSuite

class SchemaHintsSuite extends AnyFunSuite {
  private val inferred = StructType.fromDDL(
    "id STRING, user STRUCT<name: STRING, born: STRING>, tags ARRAY<STRUCT<n: STRING>>, counts STRUCT<a: BIGINT>"
  )
  private def hinted(hints: String) = SchemaHints(hints, inferred).fold(e => fail(e.text), identity)

  test("a hint replaces an inferred type at any depth, and nothing else changes") {
    assert(hinted("id BIGINT")("id").dataType.sql == "BIGINT")
    assert(
      hinted("ID BIGINT").fieldNames.toSeq == inferred.fieldNames.toSeq,
      "the names keep the spelling of the records"
    )
    assert(hinted("user.born DATE")("user").dataType.sql == "STRUCT<name: STRING, born: DATE>")
    assert(hinted("tags.element.n INT")("tags").dataType.sql == "ARRAY<STRUCT<n: INT>>")
    assert(hinted("counts MAP<STRING, DECIMAL(20, 2)>, id INT")("counts").dataType.sql == "MAP<STRING, DECIMAL(20,2)>")
    assert(hinted("counts MAP<STRING, INT>, counts.value BIGINT")("counts").dataType.sql == "MAP<STRING, BIGINT>")
  }

  test("a hint for a missing field adds the field") {
    val schema = hinted("`a.b` DATE, deep.er.est INT")
    assert(schema("a.b").dataType.sql == "DATE")
    assert(schema("deep").dataType.sql == "STRUCT<er: STRUCT<est: INT>>")
  }

  test("an invalid hint is an error that contains its text") {
    Seq("id", "id NUMBR", ".x INT", "id BIGINT, user.born").foreach { hints =>
      val e = SchemaHints(hints, inferred).left.toOption.getOrElse(fail(hints))
      assert(e.message.contains("schemaHints: \"" + hints.split(", ").last), e.message)
    }
  }
}
