// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.store

import java.io.IOException
import java.lang.reflect.InvocationTargetException
import java.util.{Collection, List => JavaList}

import scala.jdk.CollectionConverters._
import scala.util.Try

import org.apache.hadoop.fs.{FileSystem, Path}

/** Deletes many objects by one request. `FileSystem.delete` sends three or more requests for one object on S3, because the object
  * may be a folder, and because its folder may be empty now.
  *
  * Hadoop has this since 3.4.1, and a class that is made for calls by reflection.
  */
final private[store] class BulkDelete private (fs: FileSystem, root: Path, calls: BulkDelete.Calls) {
  private lazy val pageSize = calls.pageSize(fs, root)

  /** Does nothing for paths that do not exist. */
  def apply(paths: Seq[Path]): Unit = paths.grouped(math.max(1, pageSize)).foreach { page =>
    calls.delete(fs, root, page).headOption.foreach { case (path, why) =>
      throw new IOException(s"$path cannot be deleted: $why")
    }
  }
}

private[store] object BulkDelete {
  private val Capability = "fs.capability.bulk.delete"

  /** `None`: this Hadoop, or this file system, does not have it. */
  def of(fs: FileSystem, root: Path): Option[BulkDelete] =
    if (fs.hasPathCapability(root, Capability)) Try(new Calls).toOption.map(new BulkDelete(fs, root, _)) else None

  private class Calls {
    private val methods = Class.forName("org.apache.hadoop.io.wrappedio.WrappedIO")
    private val ofPageSize = methods.getMethod("bulkDelete_pageSize", classOf[FileSystem], classOf[Path])
    private val ofDelete =
      methods.getMethod("bulkDelete_delete", classOf[FileSystem], classOf[Path], classOf[Collection[_]])

    def pageSize(fs: FileSystem, root: Path): Int = call(ofPageSize.invoke(null, fs, root)).asInstanceOf[Int]

    /** The paths that could not be deleted, and why. */
    def delete(fs: FileSystem, root: Path, paths: Seq[Path]): Seq[(Path, String)] =
      call(ofDelete.invoke(null, fs, root, paths.asJava))
        .asInstanceOf[JavaList[java.util.Map.Entry[Path, String]]]
        .asScala
        .map(failure => failure.getKey -> failure.getValue)
        .toSeq

    private def call[A](invoke: => A): A =
      try invoke
      catch { case e: InvocationTargetException if e.getCause != null => throw e.getCause }
  }
}
