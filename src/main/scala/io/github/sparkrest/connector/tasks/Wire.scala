// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.io._
import java.util.zip.{DeflaterOutputStream, InflaterInputStream}

/** Results of tasks on their way to the driver, as bytes: Java serialization, compressed. Both ends run the same jar, so the
  * format may change with any class. It must never be stored.
  *
  * Spark deserializes a task result in a thread of the driver that does not see a jar attached to a running session. So a task
  * returns bytes, and [[read]] resolves classes by the class loader of the connector.
  */
private[sparkrest] object Wire {
  def write(value: Serializable): Array[Byte] = {
    val bytes = new ByteArrayOutputStream
    val out = new ObjectOutputStream(new DeflaterOutputStream(bytes))
    try out.writeObject(value)
    finally out.close()
    bytes.toByteArray
  }

  def read[A](bytes: Array[Byte]): A = {
    val in = new ObjectInputStream(new InflaterInputStream(new ByteArrayInputStream(bytes))) {
      override def resolveClass(c: ObjectStreamClass): Class[_] =
        try Class.forName(c.getName, false, Wire.getClass.getClassLoader)
        catch { case _: ClassNotFoundException => super.resolveClass(c) }
    }
    try in.readObject().asInstanceOf[A]
    finally in.close()
  }
}
