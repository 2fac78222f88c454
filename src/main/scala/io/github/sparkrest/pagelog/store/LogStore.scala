// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.store

import java.io.{InputStream, OutputStream}
import java.nio.file.Paths

import io.github.sparkrest.error.{Condition, RestError}
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FileSystem, Path}
import org.apache.hadoop.util.VersionInfo

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

  /** Gives up a file of [[create]] that is not closed: it does not stay. */
  def abandon(name: String, half: OutputStream): Unit =
    try half.close()
    finally delete(name)

  /** The whole file appears, or, if the name is taken, nothing does and the result is false. Two writers must not write the same
    * bytes to a name, unless each of them may take the other's file for its own.
    */
  def writeIfAbsent(name: String, bytes: Array[Byte]): Boolean

  /** Replaces the whole file. */
  def overwrite(name: String, bytes: Array[Byte]): Unit

  /** `None`: no such file. */
  def read(name: String): Option[Array[Byte]]

  /** `None`: no such file. */
  def length(name: String): Option[Long]

  /** As cheap as the store can tell it. No file of a log is empty. */
  def exists(name: String): Boolean = length(name).isDefined

  /** From byte `from` on.
    *
    * @param bytes that the caller reads at most
    */
  def open(name: String, from: Long, bytes: Long): InputStream

  /** Reads `length` bytes from byte `from` on into the beginning of an array. Returns how many there were. */
  def read(name: String, from: Long, length: Int, into: Array[Byte]): Int = {
    val in = open(name, from, length.toLong)
    try in.readNBytes(into, 0, length)
    finally in.close()
  }

  /** The log's folder on a disk that this machine mounts. `None`: the store is elsewhere. */
  def localFolder: Option[java.nio.file.Path] = None

  /** Names of the files in a folder, in any order; empty without the folder. */
  def list(folder: String): Seq[String]

  /** Does nothing if the file does not exist. */
  def delete(name: String): Unit

  /** As [[delete]], in any order. */
  def delete(names: Seq[String]): Unit = names.foreach(name => delete(name))

  /** How old a note of the last poll may be before an idle poll writes it again: 0, or longer where each write costs money. */
  def noteMillis: Long = 0

  /** Deletes the files that [[writeIfAbsent]] and [[overwrite]] left half-written in a folder when their process died. A process
    * that is writing such a file writes it again.
    */
  def deleteTemporary(folder: String): Unit
}

object LogStore {

  /** Their rename is a copy, which replaces what exists. Only clients with a conditional create can hold a page log. */
  private val ObjectStores = Set("s3a", "s3", "s3n", "gs", "wasb", "wasbs", "oss", "cosn", "obs", "swift")

  /** @param root a path or URI; without a scheme the default file system's */
  def at(root: String, conf: Configuration): LogStore = {
    val path = new Path(root)
    val fs = path.getFileSystem(conf)
    val qualified = fs.makeQualified(path)
    // On a `file:` path Hadoop's local file system forks processes at each write; java.nio does not.
    if (qualified.toUri.getScheme == "file") new LocalLogStore(Paths.get(qualified.toUri.getPath))
    else on(fs, qualified)
  }

  private[sparkrest] def on(fs: FileSystem, root: Path): LogStore = ObjectClient.of(fs, root) match {
    case Some(client)                               => new ObjectLogStore(client, root)
    case None if ObjectStores(root.toUri.getScheme) => throw unsupported(root, fs).toException // guard: I1.24
    case None                                       => HadoopLogStore.on(fs, root)
  }

  private def unsupported(root: Path, fs: FileSystem): RestError = {
    val (cause, remedy) =
      if (fs.getConf.getBoolean(ObjectClient.S3Switch, true))
        s"With Hadoop ${VersionInfo.getVersion}, ${fs.getClass.getName} does not create a file only if it is absent" ->
          "On S3 use s3a:// with Spark 4.1 or later and the hadoop-aws of its Hadoop version (3.4.2 or later), and on Google Cloud Storage use Google's gcs-connector."
      else
        s"${ObjectClient.S3Switch} is false, so ${fs.getClass.getName} does not create a file only if it is absent" ->
          s"Set ${ObjectClient.S3Switch} to true."
    Condition.StoreUnsupported(
      s"$root cannot hold the files of spark-rest. $cause, and two runs of the query would not notice each other.",
      s"$remedy Or put these files on HDFS or on a disk that all machines mount (options pageLogLocation and schemaLocation); the checkpoint can stay where it is."
    )
  }
}
