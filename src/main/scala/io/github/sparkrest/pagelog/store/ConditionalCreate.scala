// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.store

import org.apache.hadoop.fs.{FSDataOutputStream, FileSystem, Path}

/** How the client of an object store creates an object on a condition that the store itself checks. The object appears when the
  * stream is closed, and closing fails if the condition does not hold.
  */
sealed private[store] trait ConditionalCreate {

  /** Only if there is no object of this name. */
  def absentOnly(fs: FileSystem, path: Path): FSDataOutputStream

  /** In place of the object of this name, if there is one. */
  def replacing(fs: FileSystem, path: Path): FSDataOutputStream
}

private[store] object ConditionalCreate {

  /** Switches the operation of S3A off; on by default, where S3A has it. */
  val S3Switch = "fs.s3a.create.conditional.enabled"

  /** The client has an option for it: S3A since Hadoop 3.4.2, which sends `If-None-Match: *`. A client without the option rejects
    * it, because it is a `must`.
    */
  private case object ByOption extends ConditionalCreate {
    // `FileSystem` has constants for these names since Hadoop 3.4.2.
    val AbsentOnly = "fs.option.create.conditional.overwrite"
    private val NoProbes = "fs.s3a.create.performance"

    def absentOnly(fs: FileSystem, path: Path): FSDataOutputStream =
      fs.createFile(path).recursive().must(AbsentOnly, "true").build()

    /** Without the performance flag S3A lists the name first, to see whether it is a folder. */
    def replacing(fs: FileSystem, path: Path): FSDataOutputStream =
      fs.createFile(path).recursive().overwrite(true).opt(NoProbes, "true").build()
  }

  /** The client sends the condition with each `create` that does not overwrite: Google's connector, with `ifGenerationMatch=0`. */
  private case object Always extends ConditionalCreate {
    def absentOnly(fs: FileSystem, path: Path): FSDataOutputStream = fs.create(path, false)
    def replacing(fs: FileSystem, path: Path): FSDataOutputStream = fs.create(path, true)

    // Hadoop's own client, since 3.5, does the same. It cannot be pointed at an emulator, so it is not tested, and not here.
    val Client = "com.google.cloud.hadoop.fs.gcs.GoogleHadoopFileSystem"
  }

  /** `None`: the client has no such operation, or it is switched off. */
  def of(fs: FileSystem, root: Path): Option[ConditionalCreate] =
    if (fs.hasPathCapability(root, ByOption.AbsentOnly)) Some(ByOption)
    else if (fs.getClass.getName == Always.Client) Some(Always)
    else None
}
