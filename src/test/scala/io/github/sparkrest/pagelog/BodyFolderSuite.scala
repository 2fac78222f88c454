// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.io.{ByteArrayInputStream, IOException, InputStream, SequenceInputStream}
import java.nio.file.{Files, Path}
import java.security.MessageDigest

import scala.jdk.CollectionConverters._

import io.github.sparkrest.json.TooLarge
import io.github.sparkrest.pagelog.store.BodyFolder
import org.apache.hadoop.conf.Configuration
import org.scalatest.funsuite.AnyFunSuite

class BodyFolderSuite extends AnyFunSuite {
  private def inFolder(use: (Path, BodyFolder) => Unit): Unit = {
    val folder = Files.createTempDirectory("bodies").resolve("of/files")
    use(folder, new BodyFolder(folder.toUri.toString, new Configuration(false)))
  }

  private def body(bytes: Array[Byte]) = new ByteArrayInputStream(bytes)

  private def names(folder: Path): List[String] = {
    val all = Files.list(folder)
    try all.iterator.asScala.map(_.getFileName.toString).toList.sorted
    finally all.close()
  }

  private def sha256(bytes: Array[Byte]) =
    MessageDigest.getInstance("SHA-256").digest(bytes).map(b => f"${b & 0xff}%02x").mkString

  test("a body is a file whose name is the hash of its content, and the same body is the same file") {
    inFolder { (folder, bodies) =>
      val bytes = Array.tabulate(200000)(i => (i * 7).toByte)
      val first = bodies.save(body(bytes), 1L << 20)
      val file = folder.resolve(sha256(bytes))
      assert(first.sha256 == sha256(bytes) && first.length == 200000 && first.path == s"file:$file")
      assert(Files.readAllBytes(file).sameElements(bytes))
      assert(bodies.save(body(bytes), 1L << 20) == first && names(folder) == List(sha256(bytes)))
    }
  }

  test("a file of another length under that name is replaced: it is not of a whole body") {
    inFolder { (folder, bodies) =>
      val bytes = Array[Byte](1, 2, 3)
      Files.createDirectories(folder)
      Files.write(folder.resolve(sha256(bytes)), Array[Byte](1))
      bodies.save(body(bytes), 10)
      assert(Files.readAllBytes(folder.resolve(sha256(bytes))).sameElements(bytes) && names(folder).length == 1)
    }
  }

  test("a body that is too large or breaks leaves nothing") {
    inFolder { (folder, bodies) =>
      assert(intercept[TooLarge](bodies.save(body(new Array[Byte](11)), 10)).limit == 10)
      val broken = new InputStream { def read(): Int = throw new IOException("reset") }
      val cut = new SequenceInputStream(body(new Array[Byte](5)), broken)
      assert(intercept[IOException](bodies.save(cut, 10)).getMessage == "reset")
      assert(names(folder) == Nil)
    }
  }
}
