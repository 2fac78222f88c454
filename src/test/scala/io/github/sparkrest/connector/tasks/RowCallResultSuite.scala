// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import io.github.sparkrest.error.{Condition, RestError}
import org.scalatest.funsuite.AnyFunSuite

class RowCallResultSuite extends AnyFunSuite {
  test("the driver receives results unchanged, and long texts of errors cut to 10,000 characters") {
    val texts = Vector("{}", "[1, \"\u00fc\"]", "x" * 100000).map(_.getBytes("UTF-8"))
    // JSON would escape each of these characters as six bytes.
    val long = RestError(Condition.ApiRefused, "\u0001" * 20000, "\u4e2d" * 20000, None, repeatable = true)
    val results = Seq(Right(texts), Left(long), Right(Vector.empty), Left(long.copy(message = "short", hint = "")))
    val back =
      RowCallResult.decode(RowCallResult.encode(results.iterator.map(RowCallResult(_)))).map(_.outcome).toVector
    assert(back(0).map(_.map(new String(_, "UTF-8"))) == Right(texts.map(new String(_, "UTF-8"))))
    assert(back(1) == Left(long.copy(message = "\u0001" * 10000, hint = "\u4e2d" * 10000)))
    assert(back(2).map(_.length) == Right(0) && back(3).left.map(_.message) == Left("short") && back.length == 4)
  }
}
