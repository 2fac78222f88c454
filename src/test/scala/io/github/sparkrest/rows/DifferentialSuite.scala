// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import java.nio.charset.StandardCharsets.UTF_8

import scala.util.{Failure, Success, Try}

import io.github.sparkrest.rows.parser.RandomRecords
import org.apache.spark.SPARK_VERSION
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.{BoundReference, InterpretedUnsafeProjection, UnsafeRow}
import org.apache.spark.sql.types.StructType
import org.scalatest.funsuite.AnyFunSuite

/** The fast parser makes the same rows as Spark's parser, byte for byte, or it makes no row.
  *
  * `ROW_RECORDS` sets the number of random records, as in `make test-rows`. `ROW_SEED` repeats a failed run.
  */
class DifferentialSuite extends AnyFunSuite {
  import DifferentialSuite._
  private val records = sys.env.getOrElse("ROW_RECORDS", "1000000").toLong
  private val seed = sys.env.getOrElse("ROW_SEED", System.currentTimeMillis.toString).toLong

  private val settings = Vector(
    Map.empty[String, String],
    Map("timeZone" -> "Europe/Berlin"),
    Map("timeZone" -> "Asia/Kolkata"),
    Map(
      "timeZone" -> "-03:00",
      "allowComments" -> "true",
      "allowUnquotedFieldNames" -> "true",
      "allowSingleQuotes" -> "false"
    ),
    Map("timestampFormat" -> "yyyy-MM-dd HH:mm:ss", "dateFormat" -> "dd/MM/yyyy"),
    Map("timestampNTZFormat" -> "yyyy-MM-dd'T'HH:mm:ss"),
    Map("locale" -> "de-DE", "mode" -> "FAILFAST"),
    Map("primitivesAsString" -> "true", "prefersDecimal" -> "true", "mode" -> "DROPMALFORMED"),
    Map("allowNumericLeadingZeros" -> "true", "allowBackslashEscapingAnyCharacter" -> "true"),
    Map("allowNonNumericNumbers" -> "false", "allowUnquotedControlChars" -> "true"),
    Map("columnNameOfCorruptRecord" -> "id")
  )

  /** Both parsers, with the same schema. */
  final private class Sides(schema: StructType, options: Map[String, String]) {
    private val json = JsonRows(schema, JsonRowSettings(options, "UTC", "_corrupt_record"))
    private val (mine, sparks) = (projection, projection)
    private val names = NewFields.filter(schema)
    var answered = 0L

    /** The difference between the parsers, if any. The record is between other records, as in a page. */
    def difference(record: Array[Byte]): Option[String] = {
      val buf = "{\"id\":1}\n".getBytes(UTF_8) ++ record ++ "\n{\"id\":2}\n".getBytes(UTF_8)
      val (from, to) = (9, 9 + record.length)
      Option(json.row(buf, from, to)).flatMap { row =>
        answered += 1
        val covers = json.coversRecord
        val direct = mine(row)
        val expected = Try(json.rows(buf, from, to).map(sparks(_).copy()).toList)
        def told(what: String) =
          Some(s"$what\nschema: ${schema.toDDL}\noptions: $options\nrecord: ${new String(record, UTF_8)}")
        expected match {
          case Success(Seq(r)) if same(direct, r) =>
            if (covers == names.cover(buf, from, to) || options.contains("columnNameOfCorruptRecord")) None
            else told(s"new fields: ${!covers}")
          case Success(rows) => told(s"$direct instead of $rows")
          case Failure(e)    => told(s"$direct instead of $e")
        }
      }
    }
    // The interpreted projection, because a compiled projection would be generated for each schema.
    private def projection = InterpretedUnsafeProjection.createProjection(
      schema.fields.toSeq.zipWithIndex.map { case (f, i) => BoundReference(i, f.dataType, nullable = true) }
    )
    private def same(a: InternalRow, b: UnsafeRow) = b == a
  }

  test(s"$records random records give the same rows in both parsers (ROW_SEED=$seed)") {
    var compared = 0L
    var answered = 0L
    var round = 0L
    while (compared < records) {
      val make = new RandomRecords(seed + round, odd = Oddness((round % Oddness.length).toInt))
      val schema = make.schema()
      val sides = new Sides(schema, settings((round % settings.length).toInt))
      (0 until 500).foreach { _ =>
        val record = make.record(schema)
        Seq(record, make.mutated(record)).foreach { r =>
          sides.difference(r).foreach(d => fail(s"ROW_SEED=${seed + round} $d"))
        }
        compared += 2
      }
      answered += sides.answered
      round += 1
    }
    info(s"$answered answered without Spark's parser")
    assert(answered > compared / 5)
  }

  test("records without odd values never need Spark's parser") {
    (0 until 200).foreach { round =>
      val make = new RandomRecords(round.toLong, odd = 0, anyAsText = !SPARK_VERSION.startsWith("3."))
      val schema = make.schema()
      val clean = !schema.toDDL.contains("q\"uote")
      val json = JsonRows(schema, JsonRowSettings(Map("timeZone" -> "Europe/Berlin"), "UTC", "_corrupt_record"))
      if (clean) (0 until 50).foreach { _ =>
        val record = make.record(schema)
        assert(json.row(record, 0, record.length) != null, s"${schema.toDDL}: ${new String(record, UTF_8)}")
      }
    }
  }

  test("records that once made a difference give the same rows in both parsers") {
    cases.foreach { case (schema, record) =>
      val sides = new Sides(StructType.fromDDL(schema), Map.empty)
      assert(sides.difference(record.getBytes(UTF_8)).isEmpty)
    }
  }
}

object DifferentialSuite {
  private val Oddness = Vector(0, 0.03, 0.1, 0.3, 1)

  /** Each record once made a difference, here or in the prototype. */
  private val cases = Seq(
    "a bigint" -> "{\"skipped\":{\"\\ud800\":1},\"a\":1}",
    "`q\"` bigint, a bigint" -> """{"q"":2,"a":1}""",
    "a struct<x:string,y:bigint>, b string" -> """{"a":{"x":"left behind","y":1.5},"b":"c"}"""
  )
}
