// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.store

import java.io.FileNotFoundException

import org.apache.hadoop.fs.{FileSystem, Path}

/** Looks at files that exist, in the same way on every Hadoop file system. */
abstract private[store] class HadoopFiles(fs: FileSystem, root: Path) extends LogStore {
  def location: String = root.toString

  def read(name: String): Option[Array[Byte]] = ifFound {
    val in = fs.open(path(name))
    try in.readAllBytes()
    finally in.close()
  }

  def length(name: String): Option[Long] = ifFound(fs.getFileStatus(path(name)).getLen)

  /** Names of all files in a folder, temporary ones too. */
  final protected def entries(folder: String): Seq[String] =
    ifFound(fs.listStatus(path(folder)).toList.map(_.getPath.getName)).getOrElse(Nil)

  final protected def path(name: String): Path = new Path(root, name)

  private def ifFound[A](request: => A): Option[A] =
    try Some(request)
    catch { case _: FileNotFoundException => None }
}
