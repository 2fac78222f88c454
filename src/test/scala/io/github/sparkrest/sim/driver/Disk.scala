// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim.driver

import java.io.{ByteArrayInputStream, ByteArrayOutputStream, InputStream, OutputStream}

import scala.collection.mutable
import scala.util.control.ControlThrowable

import io.github.sparkrest.pagelog.store.LogStore

/** The driver and its tasks die. Nothing that they would do afterwards happens. */
final private[driver] class Died extends ControlThrowable

/** Files that outlive a run. */
final private[driver] class Disk {
  val files: mutable.LinkedHashMap[String, Array[Byte]] = mutable.LinkedHashMap.empty
}

/** The files as one run sees them. Before and after each change is a step at which the run may die.
  *
  * Names are listed in the order of their creation: names of page files are random, and a history must repeat itself.
  *
  * @param isObjects a file appears when it is closed, as on an object store. Otherwise a crash leaves a part of it
  * @param step may end the run
  */
final private[driver] class RunStore(disk: Disk, isObjects: Boolean, step: String => Unit) extends LogStore {
  import disk.files

  def location: String = "memory"

  private def change[A](what: String)(make: => A): A = {
    step(what)
    val result = make
    step(s"$what, done")
    result
  }

  def create(name: String): OutputStream = {
    if (!isObjects) change(s"create $name") {
      require(!files.contains(name), s"$name exists")
      files(name) = Array.emptyByteArray
    }
    new ByteArrayOutputStream {
      private var isOpen = true
      override def close(): Unit = if (isOpen) {
        isOpen = false
        if (!isObjects) files(name) = toByteArray.take(size / 2)
        change(s"close $name")(files(name) = toByteArray)
      }
    }
  }

  override def abandon(name: String, half: OutputStream): Unit = delete(name)

  def writeIfAbsent(name: String, bytes: Array[Byte]): Boolean = change(s"write $name") {
    val isFree = !files.contains(name)
    if (isFree) files(name) = bytes
    isFree
  }

  def overwrite(name: String, bytes: Array[Byte]): Unit = change(s"overwrite $name")(files(name) = bytes)

  def delete(name: String): Unit = if (files.contains(name)) change(s"delete $name") {
    files.remove(name)
    ()
  }

  def read(name: String): Option[Array[Byte]] = files.get(name)
  def length(name: String): Option[Long] = files.get(name).map(_.length.toLong)

  def open(name: String, from: Long, bytes: Long): InputStream = {
    val all = files.getOrElse(name, throw new java.io.FileNotFoundException(name))
    new ByteArrayInputStream(all, from.toInt, all.length - from.toInt)
  }

  def list(folder: String): Seq[String] =
    files.keysIterator.filter(_.startsWith(s"$folder/")).map(_.drop(folder.length + 1)).toList

  /** As the stores on which a note may be a minute old. */
  override def noteMillis: Long = if (isObjects) 60000L else 0L

  def deleteTemporary(folder: String): Unit = ()
}
