// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.store

import java.io.{InputStream, OutputStream}
import java.nio.channels.Channels
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardOpenOption.{CREATE_NEW, READ, WRITE}
import java.nio.file._
import java.util.UUID

import scala.jdk.CollectionConverters._

/** A local disk, or a network file system that is mounted on every machine. "Only if absent" is a hard link, which fails if
  * the name exists; "overwrite" is an atomic rename.
  */
final class LocalLogStore(root: Path) extends TemporaryFiles {
  def location: String = root.toString

  def create(name: String): OutputStream = Files.newOutputStream(inFolder(name), WRITE, CREATE_NEW)

  def writeIfAbsent(name: String, bytes: Array[Byte]): Boolean = withTemporary(name, bytes) { temporary =>
    try {
      Files.createLink(root.resolve(name), temporary)
      true
    } catch { case _: FileAlreadyExistsException => false }
    finally Files.deleteIfExists(temporary)
  }

  def overwrite(name: String, bytes: Array[Byte]): Unit = withTemporary(name, bytes) { temporary =>
    Files.move(temporary, root.resolve(name), ATOMIC_MOVE)
    ()
  }

  def read(name: String): Option[Array[Byte]] =
    try Some(Files.readAllBytes(root.resolve(name)))
    catch { case _: NoSuchFileException => None }

  def length(name: String): Option[Long] =
    try Some(Files.size(root.resolve(name)))
    catch { case _: NoSuchFileException => None }

  def open(name: String, from: Long, bytes: Long): InputStream =
    Channels.newInputStream(Files.newByteChannel(root.resolve(name), READ).position(from))

  override def localFolder: Option[Path] = Some(root)

  protected def entries(folder: String): Seq[String] =
    try {
      val entries = Files.newDirectoryStream(root.resolve(folder))
      try entries.iterator.asScala.map(_.getFileName.toString).toList
      finally entries.close()
    } catch { case _: NoSuchFileException => Nil }

  def delete(name: String): Unit = Files.deleteIfExists(root.resolve(name))

  /** Retries if an older run that is slow to start sweeps the temporary file. */
  private def withTemporary[A](name: String, bytes: Array[Byte], tries: Int = TemporaryFiles.Tries)(use: Path => A): A =
    try use(Files.write(inFolder(TemporaryFiles.of(name)), bytes, CREATE_NEW, WRITE))
    catch { case _: NoSuchFileException if tries > 1 => withTemporary(name, bytes, tries - 1)(use) } // guard: I1.19

  private def inFolder(name: String): Path = {
    val path = root.resolve(name)
    Files.createDirectories(path.getParent)
    path
  }
}

/** A store that writes a file under a temporary name first. */
private[store] trait TemporaryFiles extends LogStore {

  /** Names of all files in a folder, temporary ones too. */
  protected def entries(folder: String): Seq[String]

  def list(folder: String): Seq[String] = entries(folder).filterNot(TemporaryFiles.is)

  def deleteTemporary(folder: String): Unit =
    entries(folder).filter(TemporaryFiles.is).foreach(n => delete(s"$folder/$n"))
}

private[sparkrest] object TemporaryFiles {
  def of(name: String): String = s"$name.${UUID.randomUUID()}.tmp"
  def is(name: String): Boolean = name.endsWith(".tmp")

  /** How often a file is written whose temporary file disappears: each older run that is starting sweeps once. */
  val Tries = 10
}
