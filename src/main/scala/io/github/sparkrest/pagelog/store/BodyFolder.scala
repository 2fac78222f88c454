// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.store

import java.io.{FileNotFoundException, IOException, InputStream}
import java.util.UUID

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.response.files.{BodyStore, SavedBody}
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FileSystem, LocalFileSystem, Path}

/** Files of bodies on any Hadoop file system. The name of a file is the SHA-256 of its content, so a body that is downloaded again
  * is the same file, and no file of a row ever changes.
  *
  * A crash leaves a file whose name begins with `_temporary-`, which Spark's readers pass over, or a whole file that no row names
  * until the body is downloaded again.
  */
final private[sparkrest] class BodyFolder(folder: String, conf: Configuration) extends BodyStore {
  private val root = new Path(folder)
  private lazy val fs: FileSystem = root.getFileSystem(conf) match {
    // It would put a file with a checksum next to each file.
    case local: LocalFileSystem => local.getRawFileSystem
    case other                  => other
  }

  def save(body: InputStream, most: Long): SavedBody = {
    val temporary = new Path(root, s"_temporary-${UUID.randomUUID()}")
    try {
      val out = fs.create(temporary, false)
      val saved =
        try BodyStore.copy(body, out, most)
        finally out.close()
      val file = new Path(root, saved.sha256)
      if (!isThere(file, saved.length) && !fs.rename(temporary, file) && !isThere(file, saved.length)) // guard: I1.61
        throw new IOException(s"$temporary cannot be renamed to $file")
      saved.copy(path = fs.makeQualified(file).toString)
    } finally { fs.delete(temporary, false); () }
  }

  private def isThere(file: Path, length: Long): Boolean =
    try fs.getFileStatus(file).getLen == length
    catch { case _: FileNotFoundException => false }
}

private[sparkrest] object BodyFolder {
  def of(config: RestConfig, conf: => Configuration): BodyStore =
    config.records.saveTo.fold(BodyStore.Nowhere)(new BodyFolder(_, conf))
}
