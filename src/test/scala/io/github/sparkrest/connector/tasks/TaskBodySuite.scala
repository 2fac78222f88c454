// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.io.{ByteArrayOutputStream, ObjectOutputStream}
import java.nio.charset.StandardCharsets.ISO_8859_1

import org.scalatest.funsuite.AnyFunSuite

/** What a poll job sends to an executor, in addition to the polls. */
class TaskBodySuite extends AnyFunSuite {
  private def serialized(value: AnyRef): String = {
    val bytes = new ByteArrayOutputStream
    val out = new ObjectOutputStream(bytes)
    out.writeObject(value)
    out.close()
    new String(bytes.toByteArray, ISO_8859_1)
  }

  test("the work of a poll job is a class with a name, and small") {
    val body = serialized(new RunPoll(null))
    assert(body.contains("RunPoll") && !body.contains("SerializedLambda"))
    assert(body.length < 500)
    // The control: what a Scala function looks like.
    val function: Int => Int = _ + body.length
    assert(serialized(function).contains("SerializedLambda"))
  }
}
