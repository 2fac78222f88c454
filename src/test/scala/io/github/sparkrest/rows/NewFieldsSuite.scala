// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import org.apache.spark.sql.types.{DataType, NullType, StructType}
import org.scalatest.funsuite.AnyFunSuite

class NewFieldsSuite extends AnyFunSuite {
  private def t(ddl: String): StructType = StructType.fromDDL(ddl)
  private val known = t(
    "id BIGINT, user STRUCT<name: STRING>, tags ARRAY<STRUCT<n: INT>>, by MAP<STRING, STRUCT<n: INT>>"
  )
  private def added(found: String): DataType = NewFields.add(known, t(found))

  test("new fields are added at the end of their struct, and known fields keep their types") {
    assert(added("zip STRING, id STRING, at DATE") == StructType(known.fields ++ t("zip STRING, at DATE").fields))
    assert(
      added("user STRUCT<born: DATE, name: INT>") == t(known.toDDL.replace("name: STRING", "name: STRING, born: DATE"))
    )
    assert(
      added("tags ARRAY<STRUCT<m: INT>>") == t(
        known.toDDL.replace("ARRAY<STRUCT<n: INT>>", "ARRAY<STRUCT<n: INT, m: INT>>")
      )
    )
    assert(
      added("by STRUCT<any: STRUCT<m: INT>, other: STRUCT<n: INT>>") ==
        t(known.toDDL.replace("MAP<STRING, STRUCT<n: INT>>", "MAP<STRING, STRUCT<n: INT, m: INT>>"))
    )
  }

  test("missing fields, other types and names in another case add nothing") {
    Seq("id STRING", "ID INT", "user STRING", "user STRUCT<NAME: INT>", "tags STRUCT<m: INT>", "by ARRAY<INT>")
      .foreach(found => assert(added(found) == known, found))
  }

  test("new fields are named by their paths") {
    assert(
      NewFields.names(
        known,
        t("a INT, user STRUCT<born: DATE>, tags ARRAY<STRUCT<m: INT>>, by STRUCT<x: STRUCT<m: INT>>, Id INT")
      ) ==
        Seq("a INT", "user.born DATE", "tags.element.m INT", "by.value.m INT")
    )
  }

  test("a field that only has null, {} or [] has no type yet") {
    val empty = t("a VOID, b ARRAY<VOID>, c STRUCT<d: VOID>").add("e", new StructType)
    assert(NewFields.informative(empty).isEmpty && NewFields.informative(NullType).isEmpty)
    assert(NewFields.informative(t("a VOID, c STRUCT<d: VOID, f: INT>")).contains(t("c STRUCT<f: INT>")))
  }

  test("a field that a hint covers is not new") {
    val watched = WatchedSchema(known, Some("user STRUCT<name: STRING>"), _ => throw new IllegalStateException)
    assert(!watched.lacks(t("user STRUCT<born: DATE>")) && watched.lacks(t("born DATE")))
  }
}
