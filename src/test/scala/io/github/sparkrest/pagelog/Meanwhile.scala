// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.io.{InputStream, OutputStream}

import io.github.sparkrest.pagelog.store.LogStore

/** A store that runs `happens` once, right before the first access to a file or folder that `seen` accepts. */
private[sparkrest] class Meanwhile(store: LogStore, seen: String => Boolean)(happens: => Unit) extends LogStore {
  private var over = false

  private def look(name: String): Unit = if (!over && seen(name)) {
    over = true
    happens
  }

  def location: String = store.location
  def create(name: String): OutputStream = store.create(name)
  def writeIfAbsent(name: String, bytes: Array[Byte]): Boolean = store.writeIfAbsent(name, bytes)
  def overwrite(name: String, bytes: Array[Byte]): Unit = store.overwrite(name, bytes)
  def read(name: String): Option[Array[Byte]] = { look(name); store.read(name) }
  def length(name: String): Option[Long] = { look(name); store.length(name) }
  def open(name: String, from: Long, bytes: Long): InputStream = store.open(name, from, bytes)
  def list(folder: String): Seq[String] = { look(folder); store.list(folder) }
  def delete(name: String): Unit = store.delete(name)
  def deleteTemporary(folder: String): Unit = store.deleteTemporary(folder)
}
