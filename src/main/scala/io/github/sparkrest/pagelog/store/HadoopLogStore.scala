// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.store

import java.io.{FileNotFoundException, IOException, InputStream, InterruptedIOException, OutputStream}
import java.nio.channels.ClosedByInterruptException

import scala.annotation.tailrec
import scala.util.{Failure, Success, Try}

import org.apache.hadoop.fs.Options.Rename
import org.apache.hadoop.fs.{FileContext, FileSystem, Path}

/** HDFS, and any Hadoop file system that is not known as an object store. "Only if absent" is a rename, which HDFS refuses if the
  * name exists. An object store would not refuse it: see [[ObjectLogStore]].
  *
  * @param replaces whether a rename of [[FileContext]] replaces a file in one step, as that of HDFS does
  */
final class HadoopLogStore(fs: FileSystem, root: Path, private[sparkrest] val replaces: Boolean = false)
    extends HadoopFiles(fs, root)
    with TemporaryFiles {

  /** `FileSystem` has no public rename that replaces. */
  private lazy val context = FileContext.getFileContext(root.toUri, fs.getConf)

  def create(name: String): OutputStream = fs.create(path(name), false)

  def writeIfAbsent(name: String, bytes: Array[Byte]): Boolean = writeIfAbsent(name, bytes, TemporaryFiles.Tries)

  /** Retries if an older run that is slow to start sweeps the temporary file. The file system then reports any kind of error, or
    * refuses the rename.
    */
  @tailrec private def writeIfAbsent(name: String, bytes: Array[Byte], tries: Int): Boolean = {
    val temporary = TemporaryFiles.of(name)
    val done = Try {
      write(temporary, bytes, replace = false)
      !fs.exists(path(name)) && fs.rename(path(temporary), path(name))
    }
    done match {
      case Success(true)                               => true
      case Failure(e) if HadoopLogStore.isInterrupt(e) => throw e
      case other                                       =>
        val swept = !fs.exists(path(temporary))
        delete(temporary)
        if (fs.exists(path(name))) false
        else if (tries > 1 && (swept || other.isSuccess)) writeIfAbsent(name, bytes, tries - 1) // guard: I1.20
        else throw other.failed.getOrElse(new IOException(s"$temporary in $location cannot be renamed"))
    }
  }

  /** On HDFS the old file stays until the new one is whole. On another file system this is not atomic: a reader must treat a
    * half-written file as absent.
    */
  def overwrite(name: String, bytes: Array[Byte]): Unit =
    if (replaces) overwrite(name, bytes, TemporaryFiles.Tries) // guard: I3.130
    else write(name, bytes, replace = true)

  /** Retries if an older run that is slow to start sweeps the temporary file. */
  @tailrec private def overwrite(name: String, bytes: Array[Byte], tries: Int): Unit = {
    val temporary = TemporaryFiles.of(name)
    val done = Try {
      write(temporary, bytes, replace = false)
      context.rename(path(temporary), path(name), Rename.OVERWRITE)
    }
    done match {
      case Success(())                                 => ()
      case Failure(e) if HadoopLogStore.isInterrupt(e) => throw e
      case Failure(e)                                  =>
        val swept = !fs.exists(path(temporary))
        delete(temporary)
        if (tries > 1 && swept) overwrite(name, bytes, tries - 1) // guard: I3.131
        else throw e
    }
  }

  def open(name: String, from: Long, bytes: Long): InputStream = {
    val in = fs.open(path(name))
    in.seek(from)
    in
  }

  def delete(name: String): Unit = { fs.delete(path(name), false); () }

  private def write(name: String, bytes: Array[Byte], replace: Boolean): Unit = {
    val out = fs.create(path(name), replace)
    try out.write(bytes)
    finally out.close()
  }
}

private[sparkrest] object HadoopLogStore {

  /** Both lead to HDFS. The default of Hadoop's other file systems deletes the old file before it renames the new one. */
  private val Replacing =
    Set("org.apache.hadoop.hdfs.DistributedFileSystem", "org.apache.hadoop.fs.viewfs.ViewFileSystem")

  def on(fs: FileSystem, root: Path): HadoopLogStore =
    new HadoopLogStore(fs, root, replaces = Replacing(fs.getClass.getName))

  private def isInterrupt(e: Throwable): Boolean = e match {
    case _: InterruptedIOException | _: ClosedByInterruptException => true
    case _                                                         => false
  }
}

/** Looks at files that exist, in the same way on every Hadoop file system. */
abstract private[store] class HadoopFiles(fs: FileSystem, root: Path) extends LogStore {
  def location: String = root.toString

  def read(name: String): Option[Array[Byte]] = ifFound {
    val in = fs.open(path(name))
    try in.readAllBytes()
    finally in.close()
  }

  def length(name: String): Option[Long] = ifFound(fs.getFileStatus(path(name)).getLen)

  /** Names of all files in a folder. */
  protected def entries(folder: String): Seq[String] =
    ifFound(fs.listStatus(path(folder)).toList.map(_.getPath.getName)).getOrElse(Nil)

  final protected def path(name: String): Path = new Path(root, name)

  private def ifFound[A](request: => A): Option[A] =
    try Some(request)
    catch { case _: FileNotFoundException => None }
}
