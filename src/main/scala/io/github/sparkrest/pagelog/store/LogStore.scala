// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.store

import java.io.{InputStream, OutputStream}
import java.nio.file.Paths

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path

/** The few operations that the page log needs of a file system. Names are relative to the log's folder.
  *
  * A crash of the process may leave a half-written file of [[create]], or a temporary file. [[writeIfAbsent]] and
  * [[overwrite]] are all or nothing where the store says so.
  */
trait LogStore {

  /** For messages. */
  def location: String

  /** A new file, with its folder. Fails if it exists. */
  def create(name: String): OutputStream

  /** The whole file appears, or, if the name is taken, nothing does and the result is false. */
  def writeIfAbsent(name: String, bytes: Array[Byte]): Boolean

  /** Replaces the whole file. */
  def overwrite(name: String, bytes: Array[Byte]): Unit

  /** `None`: no such file. */
  def read(name: String): Option[Array[Byte]]

  /** `None`: no such file. */
  def length(name: String): Option[Long]

  /** From byte `from` on. */
  def open(name: String, from: Long): InputStream

  /** Names of the files in a folder, in any order; empty without the folder. */
  def list(folder: String): Seq[String]

  /** Does nothing if the file does not exist. */
  def delete(name: String): Unit

  /** Deletes the files that [[writeIfAbsent]] and [[overwrite]] left half-written in a folder when their process died. A process
    * that is writing such a file writes it again.
    */
  def deleteTemporary(folder: String): Unit
}

object LogStore {

  /** @param root a path or URI; without a scheme the default file system's */
  def at(root: String, conf: Configuration): LogStore = {
    val path = new Path(root)
    val fs = path.getFileSystem(conf)
    val qualified = fs.makeQualified(path)
    // On a `file:` path Hadoop's local file system forks processes at each write; java.nio does not.
    if (qualified.toUri.getScheme == "file") new LocalLogStore(Paths.get(qualified.toUri.getPath))
    else new HadoopLogStore(fs, qualified)
  }
}
