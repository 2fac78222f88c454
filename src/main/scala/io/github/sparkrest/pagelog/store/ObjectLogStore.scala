// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.store

import java.io.{IOException, InputStream, InterruptedIOException, OutputStream}
import java.lang.reflect.InvocationTargetException
import java.net.SocketTimeoutException
import java.nio.channels.ClosedByInterruptException
import java.util.concurrent.ExecutionException
import java.util.{Collection, List => JavaList}

import scala.annotation.tailrec
import scala.jdk.CollectionConverters._
import scala.util.{Failure, Success, Try}

import org.apache.hadoop.fs.{FSDataOutputStream, FileSystem, Path}

/** An object store. An object appears whole when its stream is closed, or it does not appear. So there are no temporary files,
  * and no rename, which would be a copy that replaces whatever has the name.
  *
  * Every request costs time and money. Nothing here lists a folder except [[list]].
  */
final private[sparkrest] class ObjectLogStore(client: ObjectClient, root: Path) extends HadoopFiles(client.fs, root) {
  import ObjectLogStore._

  /** Only the driver deletes. */
  private lazy val bulk = BulkDelete.of(client.fs, root)

  override def noteMillis: Long = NoteMillis

  def create(name: String): OutputStream = client.absentOnly(path(name))

  /** Publishes nothing, and leaves no part of an upload behind, if the client can break off an upload. */
  override def abandon(name: String, half: OutputStream): Unit = half match {
    case upload: FSDataOutputStream if upload.hasCapability(Abortable) => upload.abort(); ()
    case _                                                             => super.abandon(name, half)
  }

  def writeIfAbsent(name: String, bytes: Array[Byte]): Boolean = writeIfAbsent(name, bytes, Tries)

  /** An error does not tell whether the object was written: the response may be lost, and a client that repeats its request then
    * finds the name taken, by itself. The content tells, because no two writers write the same bytes to a name unless either
    * write will do. Retries if the name is free: two writers at once may make the store refuse both.
    */
  @tailrec private def writeIfAbsent(name: String, bytes: Array[Byte], tries: Int): Boolean =
    Try(write(client.absentOnly(path(name)), bytes)) match {
      case Success(())                  => true
      case Failure(e) if isInterrupt(e) => throw e
      case Failure(e: IOException)      =>
        read(name) match {
          case Some(found)       => found.sameElements(bytes) // guard: I1.22
          case None if tries > 1 => writeIfAbsent(name, bytes, tries - 1)
          case None              => throw e
        }
      case Failure(e) => throw e
    }

  /** Retries, because Google's client fails if another run replaces the object at the same time. */
  def overwrite(name: String, bytes: Array[Byte]): Unit = overwrite(name, bytes, Tries)

  @tailrec private def overwrite(name: String, bytes: Array[Byte], tries: Int): Unit =
    Try(write(client.replacing(path(name)), bytes)) match {
      case Failure(e: IOException) if tries > 1 && !isInterrupt(e) => overwrite(name, bytes, tries - 1)
      case done                                                    => done.get
    }

  override def exists(name: String): Boolean = client.exists(path(name))

  /** With the length of the file, the client need not request it. It reads nothing beyond this length, so the end of the range will
    * do.
    */
  def open(name: String, from: Long, bytes: Long): InputStream = open(name, from, bytes, "whole-file")

  /** Sends one request for these bytes. In any other way the client of S3 in Hadoop 3.5 requests all bytes up to the file's end. */
  override def read(name: String, from: Long, length: Int, into: Array[Byte]): Int = {
    val in = open(name, from, length.toLong, "random")
    try in.readNBytes(into, 0, length)
    finally in.close()
  }

  private def open(name: String, from: Long, bytes: Long, policy: String): InputStream = {
    val builder = client.fs.openFile(path(name))
    builder.opt("fs.option.openfile.length", (from + bytes).toString)
    builder.opt("fs.option.openfile.read.policy", policy)
    val in =
      try builder.build().get()
      catch { case e: ExecutionException if e.getCause != null => throw e.getCause }
    in.seek(from)
    in
  }

  def list(folder: String): Seq[String] = entries(folder)

  def delete(name: String): Unit = delete(Seq(name))

  override def delete(names: Seq[String]): Unit = bulk match {
    case Some(delete) => delete(names.map(path))
    case None         => names.foreach(name => client.fs.delete(path(name), false))
  }

  /** There are none. */
  def deleteTemporary(folder: String): Unit = ()

  private def write(out: OutputStream, bytes: Array[Byte]): Unit =
    try out.write(bytes)
    finally out.close()
}

private[sparkrest] object ObjectLogStore {
  val NoteMillis: Long = 60 * 1000L

  /** The client retries too, for a longer time. */
  private val Tries = 3

  private val Abortable = "fs.capability.outputstream.abortable"

  /** A timeout of a connection has the same type as the interrupt of a thread. */
  private def isInterrupt(e: Throwable): Boolean = e match {
    case _: SocketTimeoutException                                 => false
    case _: InterruptedIOException | _: ClosedByInterruptException => true
    case _                                                         => false
  }
}

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
