// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.io.{IOException, InterruptedIOException}
import java.nio.file.Files

import io.github.sparkrest.pagelog.store.HadoopLogStore
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.permission.FsPermission
import org.apache.hadoop.fs.viewfs.ViewFileSystem
import org.apache.hadoop.fs.{FSDataOutputStream, FileSystem, FilterFileSystem, Path}
import org.apache.hadoop.hdfs.DistributedFileSystem
import org.apache.hadoop.util.Progressable
import org.scalatest.funsuite.AnyFunSuite

/** How the store handles errors of a file system. `test_stores.py` checks on HDFS that each name is given once. */
class HadoopLogStoreSuite extends AnyFunSuite {

  /** `onRename` runs before each rename, and may replace its result. */
  private class Watched(onRename: Path => Option[Boolean])
      extends FilterFileSystem(FileSystem.getLocal(new Configuration)) {
    override def rename(from: Path, to: Path): Boolean = onRename(from).getOrElse(super.rename(from, to))
    def sweep(file: Path): Unit = { delete(file, false); () }
  }

  private def storeOn(fs: FileSystem) =
    new HadoopLogStore(fs, new Path(Files.createTempDirectory("log").toUri))

  /** HDFS refuses to rename a file that is gone, and Hadoop's local file system throws. */
  Seq("is refused" -> Some(false), "throws" -> None).foreach { case (kind, answer) =>
    test(s"a temporary file that another run swept is written once more, if its rename $kind") {
      var sweeps = 3
      lazy val fs: Watched = new Watched(from =>
        if (sweeps == 0) None
        else {
          sweeps -= 1
          fs.sweep(from)
          answer
        }
      )
      val store = storeOn(fs)
      assert(store.writeIfAbsent("manifests/1", "a".getBytes("UTF-8")) && sweeps == 0)
      assert(!store.writeIfAbsent("manifests/1", "b".getBytes("UTF-8")))
      assert(store.read("manifests/1").map(new String(_, "UTF-8")).contains("a") && store.list("manifests") == Seq("1"))
    }
  }

  test("a file that can never be renamed is an error, not a name that is taken") {
    val store = storeOn(new Watched(_ => Some(false)))
    val e = intercept[IOException](store.writeIfAbsent("manifests/1", Array[Byte](1)))
    assert(e.getMessage.contains("cannot be renamed") && store.list("manifests").isEmpty)
  }

  test("an exception of the file system is passed on unchanged") {
    val store = storeOn(new Watched(_ => throw new IOException("no space")))
    assert(intercept[IOException](store.writeIfAbsent("manifests/1", Array[Byte](1))).getMessage == "no space")
  }

  /** `onWritten` runs when the bytes of a new file are written, and before the file is closed. */
  private class Creating(onWritten: Path => Unit) extends Watched(_ => None) {
    override def create(
        file: Path,
        permission: FsPermission,
        overwrite: Boolean,
        bufferSize: Int,
        replication: Short,
        blockSize: Long,
        progress: Progressable
    ): FSDataOutputStream = {
      val out = super.create(file, permission, overwrite, bufferSize, replication, blockSize, progress)
      new FSDataOutputStream(out, null) {
        override def close(): Unit = {
          super.close()
          onWritten(file)
        }
      }
    }
  }

  private def replacing(fs: FileSystem) =
    new HadoopLogStore(fs, new Path(Files.createTempDirectory("log").toUri), replaces = true)

  private def text(store: HadoopLogStore) = store.read("note").map(new String(_, "UTF-8"))

  test("an overwritten file stays as it is after an error, until the new one is whole") {
    for (e <- Seq(new InterruptedIOException, new IOException("no space"))) withClue(s"$e: ") {
      var fails = false
      val store = replacing(new Creating(_ => if (fails) throw e))
      store.overwrite("note", "old".getBytes("UTF-8"))
      fails = true
      assert(intercept[IOException](store.overwrite("note", "new".getBytes("UTF-8"))) == e)
      assert(text(store).contains("old"))
      fails = false
      store.overwrite("note", "newer".getBytes("UTF-8"))
      store.deleteTemporary(".")
      assert(text(store).contains("newer") && store.list(".").filterNot(_.endsWith(".crc")) == Seq("note"))
    }
  }

  test("an overwrite whose temporary file another run swept is written once more") {
    var sweeps = 3
    lazy val fs: Creating = new Creating(file =>
      if (sweeps > 0) {
        sweeps -= 1
        fs.sweep(file)
      }
    )
    val store = replacing(fs)
    store.overwrite("note", "whole".getBytes("UTF-8"))
    assert(text(store).contains("whole") && sweeps == 0)
  }

  test("a file is replaced in one step where HDFS does it") {
    val root = new Path("/log")
    val onHdfs = Seq(new DistributedFileSystem, new ViewFileSystem).map(HadoopLogStore.on(_, root).replaces)
    assert(onHdfs == Seq(true, true) && !HadoopLogStore.on(FileSystem.getLocal(new Configuration), root).replaces)
  }
}
