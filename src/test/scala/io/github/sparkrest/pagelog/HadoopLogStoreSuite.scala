// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.io.IOException
import java.nio.file.Files

import io.github.sparkrest.pagelog.store.HadoopLogStore
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FileSystem, FilterFileSystem, Path}
import org.scalatest.funsuite.AnyFunSuite

/** What the store makes of a file system's refusals. That HDFS gives each name once: `test_stores.py`. */
class HadoopLogStoreSuite extends AnyFunSuite {

  /** Sees its renames first. */
  private class Watched(onRename: Path => Option[Boolean])
      extends FilterFileSystem(FileSystem.getLocal(new Configuration)) {
    override def rename(from: Path, to: Path): Boolean = onRename(from).getOrElse(super.rename(from, to))
    def sweep(file: Path): Unit = { delete(file, false); () }
  }

  private def storeOn(fs: FileSystem) =
    new HadoopLogStore(fs, new Path(Files.createTempDirectory("log").toUri))

  /** As HDFS answers to the rename of a file that is gone, and as Hadoop's local file system does. */
  Seq("is refused" -> Some(false), "throws" -> None).foreach { case (kind, answer) =>
    test(s"a temporary file that another run swept is written once more; its rename $kind") {
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

  test("a file that cannot be renamed at all is an error, not a name that is taken") {
    val store = storeOn(new Watched(_ => Some(false)))
    val e = intercept[IOException](store.writeIfAbsent("manifests/1", Array[Byte](1)))
    assert(e.getMessage.contains("cannot be renamed") && store.list("manifests").isEmpty)
  }

  test("what the file system throws comes out as it is") {
    val store = storeOn(new Watched(_ => throw new IOException("no space")))
    assert(intercept[IOException](store.writeIfAbsent("manifests/1", Array[Byte](1))).getMessage == "no space")
  }
}
