// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.io.{ByteArrayOutputStream, IOException}
import java.nio.file.StandardOpenOption.{CREATE, CREATE_NEW, TRUNCATE_EXISTING, WRITE}
import java.nio.file.{FileAlreadyExistsException, Files, Path, Paths}

import io.github.sparkrest.pagelog.store.LogStore
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{
  Abortable,
  FSDataOutputStream,
  FSDataOutputStreamBuilder,
  FileSystem,
  FilterFileSystem,
  Path => HadoopPath,
  StreamCapabilities
}

/** A file system with the manners of S3A: an object appears when its stream is closed, on condition. Its rename is a copy that
  * replaces what exists.
  */
private[sparkrest] class ObjectsInFolder extends FilterFileSystem(FileSystem.getLocal(new Configuration).getRaw) {

  /** The names that were written, in order. */
  @volatile var written = Vector.empty[String]

  /** Uploads that were broken off. */
  @volatile var aborted = 0

  /** As a store that does not know conditions. */
  protected def ignoresConditions: Boolean = false

  /** Before a write. */
  protected def closing(): Unit = ()

  /** After a write that succeeded. */
  protected def closed(): Unit = ()

  def store(root: Path): LogStore = LogStore.on(this, new HadoopPath(s"file:$root"))

  override def hasPathCapability(path: HadoopPath, capability: String): Boolean =
    capability == ObjectsInFolder.AbsentOnly || super.hasPathCapability(path, capability)

  override def rename(from: HadoopPath, to: HadoopPath): Boolean =
    throw new UnsupportedOperationException("no rename is needed")

  override def createFile(path: HadoopPath): Builder = new Builder(path)

  final class Builder(path: HadoopPath) extends FSDataOutputStreamBuilder[FSDataOutputStream, Builder](this, path) {
    override def getThisBuilder: Builder = this
    override def build(): FSDataOutputStream =
      new FSDataOutputStream(new Upload(path, getMandatoryKeys.contains(ObjectsInFolder.AbsentOnly)), null)
  }

  private class Upload(path: HadoopPath, absentOnly: Boolean)
      extends ByteArrayOutputStream
      with StreamCapabilities
      with Abortable {
    private var over = false

    override def hasCapability(capability: String): Boolean = capability == "fs.capability.outputstream.abortable"

    override def abort(): Abortable.AbortableResult = {
      over = true
      aborted += 1
      null
    }

    override def close(): Unit = if (!over) {
      over = true
      closing()
      val file = Paths.get(path.toUri.getPath)
      Files.createDirectories(file.getParent)
      try
        if (absentOnly && !ignoresConditions) Files.write(file, toByteArray, CREATE_NEW, WRITE)
        else Files.write(file, toByteArray, CREATE, TRUNCATE_EXISTING, WRITE)
      catch { case _: FileAlreadyExistsException => throw new IOException("412: the name is taken") }
      ObjectsInFolder.this.synchronized(written :+= path.getName)
      closed()
    }
  }
}

private object ObjectsInFolder {
  val AbsentOnly = "fs.option.create.conditional.overwrite"
}
