// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.store

import java.io.FileNotFoundException

import scala.annotation.nowarn
import scala.collection.concurrent.TrieMap

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FSDataOutputStream, FileSystem, Path}
import org.apache.hadoop.security.UserGroupInformation

/** Hadoop's client of an object store that creates an object on a condition. The store itself checks the condition: the object
  * appears when the stream is closed, and closing fails if the condition does not hold.
  */
sealed private[store] trait ObjectClient {

  /** For all other requests. */
  def fs: FileSystem

  /** Creates an object unless one of this name exists. */
  def absentOnly(path: Path): FSDataOutputStream

  /** Creates an object in place of the object of this name, if there is one. */
  def replacing(path: Path): FSDataOutputStream

  /** Sends one request if the client can: most calls also list the name, to see whether it is a folder. */
  def exists(path: Path): Boolean
}

private[store] object ObjectClient {

  /** Switches the operation of S3A off; on by default, where S3A has it. */
  val S3Switch = "fs.s3a.create.conditional.enabled"

  // `FileSystem` has a constant for this name since Hadoop 3.4.2.
  private val AbsentOnly = "fs.option.create.conditional.overwrite"
  // Hadoop's own client, since 3.5, does the same. It cannot be pointed at an emulator, so it is not tested, and not here.
  private val GoogleClient = "com.google.cloud.hadoop.fs.gcs.GoogleHadoopFileSystem"

  /** `None`: the client has no such operation, or it is switched off. */
  def of(fs: FileSystem, root: Path): Option[ObjectClient] =
    if (fs.hasPathCapability(root, AbsentOnly)) Some(new S3a(fs))
    else if (fs.getClass.getName == GoogleClient) Some(new Google(Google.client(fs, root)))
    else None

  /** S3A since Hadoop 3.4.2 has an option for the condition, and sends `If-None-Match: *`. A client without the option rejects it,
    * because it is a `must`.
    */
  final private class S3a(val fs: FileSystem) extends ObjectClient {
    def absentOnly(path: Path): FSDataOutputStream =
      fs.createFile(path).recursive().must(AbsentOnly, "true").build()

    /** Without the performance flag S3A lists the name first, to see whether it is a folder. */
    def replacing(path: Path): FSDataOutputStream =
      fs.createFile(path).recursive().overwrite(true).opt("fs.s3a.create.performance", "true").build()

    /** `isFile` is deprecated because its callers may not expect a request. Here it is the only call that sends one request. */
    @nowarn("cat=deprecation")
    def exists(path: Path): Boolean = fs.isFile(path)
  }

  /** Google's connector sends the condition `ifGenerationMatch=0` with each `create` that does not overwrite. */
  final private class Google(val fs: FileSystem) extends ObjectClient {
    def absentOnly(path: Path): FSDataOutputStream = fs.create(path, false)
    def replacing(path: Path): FSDataOutputStream = fs.create(path, true)

    /** All other calls list the name if it is absent. */
    def exists(path: Path): Boolean =
      try {
        fs.open(path).close()
        true
      } catch { case _: FileNotFoundException => false }
  }

  private object Google {

    /** About the size of a block of a page file. */
    private val LeastReadBytes = 256L << 10
    private val clients = TrieMap.empty[(String, UserGroupInformation), FileSystem]

    /** A client like `fs` that does not look for folders before it creates, deletes or finds an object: each look lists a name.
      * Nothing in a page log depends on it, because no name is both an object and a folder.
      *
      * It lives as long as the JVM, like the clients that Hadoop keeps, and like them, one for each bucket and user.
      */
    def client(fs: FileSystem, root: Path): FileSystem =
      clients.getOrElseUpdate(
        (root.toUri.getAuthority, UserGroupInformation.getCurrentUser), {
          val conf = new Configuration(fs.getConf)
          Seq("status.parallel", "create.items.conflict.check", "implicit.dir.repair").foreach(looksForFolders =>
            conf.setBoolean(s"fs.gs.$looksForFolders.enable", false)
          )
          // `open` then tells whether there is an object.
          conf.setBoolean("fs.gs.inputstream.fast.fail.on.not.found.enable", true)
          // A read then requests its bytes, and not all bytes up to the file's end.
          conf.set("fs.gs.inputstream.fadvise", "RANDOM")
          conf.setLong("fs.gs.inputstream.min.range.request.size", LeastReadBytes)
          FileSystem.newInstance(root.toUri, conf)
        }
      )
  }
}
