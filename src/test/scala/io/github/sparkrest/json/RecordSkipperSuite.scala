// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

import java.io.{ByteArrayInputStream, InputStream}
import java.nio.charset.StandardCharsets.{ISO_8859_1, UTF_8}

import scala.collection.mutable.ArrayBuffer
import scala.util.Random

import io.github.sparkrest.RandomCases
import org.scalatest.funsuite.AnyFunSuite

/** Records have the same borders and errors with and without a shape. */
class RecordSkipperSuite extends AnyFunSuite {
  private val random = new Random(11)

  /** Of each record: its bytes, the notes of the scanner, and whether it had the shape. Then the error that ended it, if any. */
  private case class Result(records: Vector[(String, Boolean, Boolean)], shaped: Int, error: Option[String])

  private def skipped(
      bytes: Array[Byte],
      step: Int,
      rules: SliceRules,
      longest: Int,
      mostMisses: Int = 4096
  ): Result = {
    val source = new ByteArrayInputStream(bytes)
    val slow = new InputStream {
      def read(): Int = source.read()
      override def read(b: Array[Byte], from: Int, length: Int): Int = source.read(b, from, math.min(length, step))
    }
    val scanner = new JsonScanner(new ByteWindow(slow, Long.MaxValue), rules)
    import scanner.window
    val skipper = new RecordSkipper(scanner, longest, mostMisses)
    val records = ArrayBuffer.empty[(String, Boolean, Boolean)]
    var shaped = 0
    val error =
      try {
        scanner.elements { () =>
          window.mark = window.pos
          scanner.controls = false
          scanner.breaks = false
          if (skipper.skip()) shaped += 1
          val record = new String(window.buf, window.mark, window.pos - window.mark, ISO_8859_1)
          records += ((record, scanner.controls, scanner.breaks))
          window.mark = -1
        }
        None
      } catch { case e: Malformed => Some(e.reason) }
    Result(records.toVector, shaped, error)
  }

  private def array(records: Seq[String]) = records.mkString("[", ",", "]").getBytes(UTF_8)

  /** How many records of `bytes` had the shape, after a comparison with the result without shapes, for reads of `step` bytes. */
  private def compared(bytes: Array[Byte], step: Int, rules: SliceRules = SliceRules(), mostMisses: Int = 4096): Int = {
    val plain = skipped(bytes, step, rules, longest = 0)
    val fast = skipped(bytes, step, rules, longest = 1 << 16, mostMisses)
    assert(plain.shaped == 0)
    assert(fast.copy(shaped = 0) == plain, s"reads of $step bytes of ${new String(bytes, UTF_8)}")
    fast.shaped
  }

  private def oneOf[A](all: A*): A = all(random.nextInt(all.length))

  private def text(): String = Seq
    .fill(random.nextInt(20))(oneOf("a", "Z", "é", "日", "{", "]", ",", ":", " ", "'", "\\n", "\\\"", "\\\\"))
    .mkString

  /** `hard`: values that only a lenient parser accepts, and others that end the response. */
  private def value(depth: Int, hard: Boolean): String = random.nextInt(if (depth == 0) 5 else 7) match {
    case 0 | 1 => s""""${text()}""""
    case 2     => random.nextInt().toString
    case 3     => oneOf("true", "null", "1.5e3", "-0", "\"\"")
    case 4     =>
      if (hard)
        oneOf("'it\"s'", "it's", "NaN", "/* } */ 1", "// ]\n2", "\"\n\"", "\"\t\"", "\"\\\n\"", "", "]", "\"open")
      else "0"
    case 5 => Seq.fill(random.nextInt(3))(value(depth - 1, hard)).mkString("[", oneOf(",", ", "), "]")
    case _ => record(depth - 1, hard)
  }

  private def record(depth: Int, hard: Boolean): String =
    Seq
      .tabulate(random.nextInt(4))(i =>
        s""""${oneOf("id", "name", "a name of many bytes", text())}$i"${oneOf(":", " : ")}${value(depth, hard)}"""
      )
      .mkString(oneOf("{", "{ "), ",", oneOf("}", " }"))

  test("records of one shape have it, from the third on") {
    val records = Seq.tabulate(50)(n =>
      s"""{"id":$n,"name":"user \\"$n\\"","tags":["a","b"],"in":{"deep":[{"x":null}],"e":{}},"t": true }"""
    )
    for (step <- Seq(1, 7, 64, 1 << 20)) assert(compared(array(records), step) == 48)
  }

  test("another shape takes the place of one that no record has any more, and a few others do not") {
    def of(name: String, count: Int) = Seq.fill(count)(s"""{"$name":1}""")
    assert(compared(array(of("a", 10) ++ of("b", 1) ++ of("a", 10)), 64) == 8 + 10)
    assert(compared(array(of("a", 10) ++ of("b", 10)), 64) == 8 + 6, "the fourth b in a row becomes the shape")
    assert(compared(array(Seq.fill(10)(of("a", 20) ++ of("b", 20)).flatten), 64, mostMisses = 2) == 20 * 18)
  }

  test("a difference in any byte is found") {
    val record = """{"id":1234567,"a long name":"text","in":{"x":[1,"y",{"z":""}]},"end":false}"""
    for {
      at <- record.indices
      c <- " \"'{}[],:/\\\n\tx1é".toSeq
      step <- Seq(3, 1 << 20)
    } {
      val other = record.updated(at, c)
      compared(array(Seq(record, record, record, other, record)), step)
      compared(array(Seq(record, record, other)), step, SliceRules(singleQuotes = false, comments = true))
    }
  }

  test("a record that ends early, at any byte") {
    val all = array(Seq.fill(4)("""{"id":12,"name":"a \" b","in":[{"x":"y"}]}"""))
    for (length <- all.indices; step <- Seq(1, 5, 1 << 20)) compared(all.take(length), step)
  }

  test("random records, most of them similar, in reads of any size") {
    var shaped = 0
    (1 to RandomCases(20000)).foreach { _ =>
      val hard = random.nextInt(4) == 0
      val kinds = Seq.fill(1 + random.nextInt(2))(record(3, hard))
      val records = Seq.fill(2 + random.nextInt(8)) {
        val kind = oneOf(kinds: _*)
        oneOf(
          kind,
          kind.replace("0", random.nextInt().toString),
          kind.replace("a", text()),
          if (random.nextInt(4) == 0) record(3, hard) else kind,
          if (random.nextInt(8) == 0) kind.patch(random.nextInt(kind.length), oneOf("\"", "{", "}", "x", "\n"), 1)
          else kind
        )
      }
      val rules = SliceRules(singleQuotes = random.nextBoolean(), comments = random.nextBoolean())
      shaped += compared(array(records), oneOf(1, 2, 3, 16, 1 << 20), rules, mostMisses = oneOf(2, 4096))
    }
    assert(shaped > RandomCases(20000))
  }

  test("a shape with 64 levels, and one more level without a shape") {
    def nested(levels: Int) = "{\"a\":[" * (levels / 2) + (if (levels % 2 == 1) "{}" else "1") + "]}" * (levels / 2)
    assert(compared(array(Seq.fill(5)(nested(64))), 64) == 3)
    assert(compared(array(Seq.fill(5)(nested(64)) :+ nested(64).replace("1", "'")), 64) == 3)
    assert(compared(array(Seq.fill(5)(nested(65))), 64) == 0)
    val wrong = nested(64).replaceFirst("\\]", "}")
    assert(
      skipped(array(Seq.fill(3)(nested(64)) :+ wrong), 64, SliceRules(), 1 << 16).error
        .exists(_.contains("the other bracket"))
    )
  }

  test("the shape of a long record is not kept") {
    val records = Seq.fill(5)(s"""{"a":"${"x" * 100}"}""")
    assert(skipped(array(records), 64, SliceRules(), longest = 107).shaped == 0)
    assert(skipped(array(records), 64, SliceRules(), longest = 108).shaped == 3)
  }
}
