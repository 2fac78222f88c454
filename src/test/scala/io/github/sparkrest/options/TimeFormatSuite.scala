// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import java.time.{Instant, ZoneId, ZoneOffset}

import scala.util.Random

import io.github.sparkrest.RandomCases
import io.github.sparkrest.options.values.TimeFormat
import org.scalatest.funsuite.AnyFunSuite

/** The fast parser of times must agree with the formatters. */
class TimeFormatSuite extends AnyFunSuite {
  private val random = new Random(3)
  private def oneOf[A](values: A*): A = values(random.nextInt(values.length))
  private def two(below: Int) = f"${random.nextInt(below)}%02d"

  private def anyTime: String = {
    val date = s"${oneOf("2024", "2025", "1900", "0000", "9999", "1969", "202", "20250")}-${two(14)}-${two(33)}"
    val fraction = oneOf("", "", ".", ".5", ".000", ".123456", ".999999999", ".1234567890", ",5")
    val offset = oneOf(
      "Z",
      "Z",
      "+01:00",
      "-05:30",
      "+18:00",
      "+17:59",
      "-00:00",
      "+24:00",
      "+01:60",
      "+0100",
      "+01",
      "",
      "z",
      "ZZ"
    )
    val time = s"${two(26)}:${two(62)}${oneOf(":" + two(62), ":" + two(62), "", ":")}"
    s"$date${oneOf("T", "T", " ", "t", "")}$time$fraction$offset"
  }

  test("any text parses to the same time, or to none, as with the formatters") {
    var valid, invalid = 0
    (1 to RandomCases(100000)).foreach { _ =>
      val text = anyTime
      val changed =
        if (random.nextInt(4) > 0 || text.isEmpty) text
        else text.updated(random.nextInt(text.length), oneOf('-', ':', 'x', '٣', '9', ' '))
      Seq(text, changed).foreach { t =>
        val zone = oneOf[ZoneId](ZoneOffset.UTC, ZoneId.of("Europe/Berlin"))
        val expected = TimeFormat.Iso.byFormatters(t, zone)
        assert(TimeFormat.Iso.parse(t, zone) == expected, t)
        if (expected.isDefined) valid += 1 else invalid += 1
      }
    }
    assert(valid > RandomCases(10000) && invalid > RandomCases(10000))
  }

  test("the usual spellings are parsed without a formatter") {
    // A formatter would return the same times, so only the allocated bytes reveal that none was used.
    val threads = java.lang.management.ManagementFactory.getThreadMXBean.asInstanceOf[com.sun.management.ThreadMXBean]
    def allocated(text: String) = {
      def before = threads.getThreadAllocatedBytes(Thread.currentThread.getId)
      val start = before
      (1 to 100).foreach(_ => TimeFormat.Iso.parse(text, ZoneOffset.UTC))
      (before - start) / 100
    }
    Seq("2025-01-31T23:59:59Z", "2025-01-31T23:59:59.123Z", "2025-01-31 23:59:59+01:00").foreach { text =>
      allocated(text)
      assert(TimeFormat.Iso.parse(text, ZoneOffset.UTC).exists(_.isAfter(Instant.EPOCH)))
      assert(allocated(text) < 500, text)
    }
    assert(allocated("2025-01-31T23:59:59") > 1000, "the control: the formatters parse a time without a zone")
  }
}
