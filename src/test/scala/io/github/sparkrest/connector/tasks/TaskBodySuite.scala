// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.io.{ByteArrayOutputStream, ObjectOutputStream}
import java.nio.charset.StandardCharsets.ISO_8859_1

import org.scalatest.funsuite.AnyFunSuite

/** The code that a poll job sends to an executor, in addition to the polls. */
class TaskBodySuite extends AnyFunSuite {
  private def serialized(value: AnyRef): String = {
    val bytes = new ByteArrayOutputStream
    val out = new ObjectOutputStream(bytes)
    out.writeObject(value)
    out.close()
    new String(bytes.toByteArray, ISO_8859_1)
  }

  test("the code of a poll job is a small instance of a named class") {
    val body = serialized(new RunPoll(null))
    assert(body.contains("RunPoll") && !body.contains("SerializedLambda"))
    assert(body.length < 500)
    // The control: a Scala function contains a lambda.
    val function: Int => Int = _ + body.length
    assert(serialized(function).contains("SerializedLambda"))
  }
}
