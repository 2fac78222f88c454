// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import org.scalatest.funsuite.AnyFunSuite

class RecentlyUsedSuite extends AnyFunSuite {
  private var now = 0L
  private var closed = List.empty[String]
  private def cache = new RecentlyUsed[Int, String](3, 100, v => closed ::= v, () => now)
  private def use(c: RecentlyUsed[Int, String], keys: Int*): Unit =
    keys.foreach(k => assert(c(k)(Right(s"v$k")) == Right(s"v$k")))

  test("a full cache keeps the entries that were used last, and closes the others") {
    val c = cache
    closed = Nil
    use(c, 1, 2, 3, 1, 4)
    assert(c.size == 3 && closed == List("v2"))
    assert(c(1)(fail("the entry was made twice")) == Right("v1"))
  }

  test("an entry that was not used for long is closed, and a failure is not cached") {
    val c = cache
    closed = Nil
    now = 0
    use(c, 1, 2)
    now = 90
    use(c, 2)
    now = 150
    use(c, 3)
    assert(c.size == 2 && closed == List("v1"))
    assert(c(9)(Left("no")) == Left("no") && c.size == 2)
  }
}
