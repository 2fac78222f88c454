// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.error

import java.io.{ByteArrayInputStream, ByteArrayOutputStream, ObjectInputStream, ObjectOutputStream}

import org.scalatest.funsuite.AnyFunSuite

class RestExceptionSuite extends AnyFunSuite {
  test("a serialized RestException becomes an exception of the JDK with the same message and stack trace") {
    val sent = RestError(Condition.ApiRefused, "status 403.", "Check the token.").toException
    val bytes = new ByteArrayOutputStream
    new ObjectOutputStream(bytes).writeObject(sent)
    val received = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray)).readObject()
    assert(received.getClass == classOf[IllegalArgumentException])
    val e = received.asInstanceOf[IllegalArgumentException]
    assert(e.getMessage == "[REST_API_REFUSED] status 403. Check the token.")
    assert(e.getStackTrace.toSeq == sent.getStackTrace.toSeq)
  }
}
