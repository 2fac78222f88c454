// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import org.scalatest.funsuite.AnyFunSuite

class OffsetKeySuite extends AnyFunSuite {
  private def compare(a: String, b: String): Option[Int] =
    OffsetKey.compare(OffsetKey.of(a), OffsetKey.of(b)).map(Integer.signum)

  test("numbers") {
    assert(compare("9", "10").contains(-1) && compare("1.10", "1.1").contains(0) && compare("-5", "3").contains(-1))
    assert(compare("99999999999999999999", "100000000000000000000").contains(-1))
  }

  test("instants over formats and zones") {
    assert(compare("2024-01-01T00:00:00Z", "2024-01-01T01:00:00+01:00").contains(0))
    assert(compare("2024-01-01", "2024-01-01T00:00:00").contains(0))
    assert(compare("2024-01-01 10:00:00", "2024-01-01T09:59:59.999Z").contains(1))
    assert(compare("2024-01-01T00:00:00.123456Z", "2024-01-01T00:00:00.123457+0000").contains(-1))
  }

  test("text, and what does not compare") {
    assert(compare("b", "a").contains(1) && compare("2024-99-99", "2024-99-98").contains(1))
    assert(compare("a", "1").isEmpty && compare("2024-01-01", "5").isEmpty)
  }
}
