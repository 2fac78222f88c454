// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import io.github.sparkrest.progress.strategies.OffsetKey
import org.scalatest.funsuite.AnyFunSuite

class OffsetKeySuite extends AnyFunSuite {
  private def compare(a: String, b: String): Option[Int] =
    OffsetKey.compare(OffsetKey.of(a), OffsetKey.of(b)).map(Integer.signum)

  test("numbers compare by value") {
    assert(compare("9", "10").contains(-1) && compare("1.10", "1.1").contains(0) && compare("-5", "3").contains(-1))
    assert(compare("99999999999999999999", "100000000000000000000").contains(-1))
  }

  test("times compare by instant, in any format and zone") {
    assert(compare("2024-01-01T00:00:00Z", "2024-01-01T01:00:00+01:00").contains(0))
    assert(compare("2024-01-01", "2024-01-01T00:00:00").contains(0))
    assert(compare("2024-01-01 10:00:00", "2024-01-01T09:59:59.999Z").contains(1))
    assert(compare("2024-01-01T00:00:00.123456Z", "2024-01-01T00:00:00.123457+0000").contains(-1))
  }

  test("texts compare as text, and values of different kinds do not compare") {
    assert(compare("b", "a").contains(1) && compare("2024-99-99", "2024-99-98").contains(1))
    assert(compare("a", "1").isEmpty && compare("2024-01-01", "5").isEmpty)
  }

  test("the rank of a key keeps the order of the keys of its kind") {
    val ladders = Seq(
      Seq("-9223372036854775809", "-9223372036854775808", "-1.5", "-1", "0", "0.5", "1", "9223372036854775807", "9e99"),
      Seq(
        "-5000000-01-01",
        "0001-01-01",
        "1969-12-31",
        "2024-01-01T00:00:00.0001Z",
        "2024-01-01T00:00:00.001Z",
        "2024-01-02"
      ),
      Seq("", "A", "Aa", "a", "aaaa", "aaaab", "b", "\ud800\udc00", "\uffff", "\uffff\uffff\uffff\uffff\uffff")
    )
    ladders.flatMap(l => l.zip(l.tail)).foreach { case (a, b) =>
      val (x, y) = (OffsetKey.of(a), OffsetKey.of(b))
      if (OffsetKey.compare(x, y).exists(_ < 0)) assert(OffsetKey.rank(x) <= OffsetKey.rank(y), s"$a, $b")
    }
    assert(OffsetKey.rank(OffsetKey.of("-1.5")) == -2 && OffsetKey.rank(OffsetKey.of("9e99")) == Long.MaxValue)
    assert(OffsetKey.rank(OffsetKey.of("1970-01-01T00:00:01.5Z")) == 1500)
    assert(OffsetKey.rank(OffsetKey.of("a")) < OffsetKey.rank(OffsetKey.of("b")))
  }

  test("a number with too many digits counts as text, without being expanded") {
    Seq("12345678901234e567890123", "1e900000000", "1e-900000000", "0e-900000000", "1e2147483647", "1e99999999999")
      .foreach { t =>
        assert(OffsetKey.of(t) == OffsetKey.Words(t), t)
      }
    assert(
      OffsetKey.of("1e900").isInstanceOf[OffsetKey.Number] && OffsetKey.of("1" * 1001) == OffsetKey.Words("1" * 1001)
    )
    val epoch = io.github.sparkrest.options.values.TimeFormat.Epoch(1)
    assert(
      epoch.parse("1e900000000", java.time.ZoneOffset.UTC).isEmpty && epoch
        .parse("17e8", java.time.ZoneOffset.UTC)
        .isDefined
    )
  }
}
