// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.io.{IOException, InterruptedIOException}
import java.net.SocketTimeoutException
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import io.github.sparkrest.connector.schema.SchemaStore
import io.github.sparkrest.error.{Condition, RestException}
import io.github.sparkrest.pagelog.format.PageFileWriter
import io.github.sparkrest.pagelog.store.{HadoopLogStore, LogStore, ObjectLogStore}
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.RawLocalFileSystem
import org.scalatest.funsuite.AnyFunSuite

/** What the store makes of the answers of an object store. That S3 and Google Cloud Storage give each name once:
  * `test_object_stores.py`.
  */
class ObjectLogStoreSuite extends AnyFunSuite {
  private val name = "manifests/1"
  private def newFolder() = Files.createTempDirectory("objects")
  private def text(store: LogStore) = store.read(name).map(new String(_, UTF_8))

  /** Does something once, before or after the object is there. */
  private class Once(before: Path => Unit = _ => (), after: Path => Unit = _ => ()) extends ObjectsInFolder {
    private val root = newFolder()
    private var (isBefore, isAfter) = (true, true)
    val log: LogStore = store(root)

    override protected def closing(): Unit = if (isBefore) { isBefore = false; before(root) }
    override protected def closed(): Unit = if (isAfter) { isAfter = false; after(root) }
  }

  private def put(root: Path, content: String): Unit = {
    Files.createDirectories(root.resolve("manifests"))
    Files.write(root.resolve(name), content.getBytes(UTF_8))
    ()
  }

  test("a write whose response was lost counts, whatever the client makes of it") {
    Seq(new IOException("412"), new SocketTimeoutException("no response")).foreach { lost =>
      val objects = new Once(after = _ => throw lost)
      assert(objects.log.writeIfAbsent(name, "mine".getBytes(UTF_8)) && text(objects.log).contains("mine"))
      assert(objects.written.length == 1)
    }
  }

  test("a name that another writer took meanwhile is taken") {
    val objects = new Once(before = put(_, "another's"))
    assert(!objects.log.writeIfAbsent(name, "mine".getBytes(UTF_8)) && text(objects.log).contains("another's"))
  }

  test("a write that the store refused is tried again if the name is free, and is an error in the end") {
    val conflict = new Once(before = _ => throw new IOException("409"))
    assert(conflict.log.writeIfAbsent(name, "mine".getBytes(UTF_8)) && text(conflict.log).contains("mine"))
    val objects = new ObjectsInFolder { override protected def closing() = throw new IOException("403") }
    val e = intercept[IOException](objects.store(newFolder()).writeIfAbsent(name, Array[Byte](1)))
    assert(e.getMessage == "403")
  }

  test("a thread that is interrupted writes nothing again") {
    val objects = new Once(before = _ => throw new InterruptedIOException)
    intercept[InterruptedIOException](objects.log.writeIfAbsent(name, Array[Byte](1)))
    assert(objects.written.isEmpty)
  }

  test("an object that is replaced at the same time is replaced again") {
    val objects = new Once(before = _ => throw new IOException("412"))
    objects.log.overwrite(name, "newer".getBytes(UTF_8))
    assert(text(objects.log).contains("newer") && objects.log.exists(name) && !objects.log.exists("manifests/2"))
  }

  test("a page file that is given up is broken off and never appears") {
    val objects = new ObjectsInFolder
    val log = objects.store(newFolder())
    val writer = new PageFileWriter(log, 1, "")
    val record = Array.fill[Byte](600 << 10)('1')
    writer.append(record, 0, record.length)
    writer.append(record, 0, record.length)
    writer.abandon()
    assert(objects.aborted == 1 && objects.written.isEmpty && log.list("pages").isEmpty)
  }

  test("a range of an object is read as a whole, from any byte") {
    val log = new ObjectsInFolder().store(newFolder())
    log.writeIfAbsent(name, "0123456789".getBytes(UTF_8))
    val in = log.open(name, 3, 4)
    try assert(new String(in.readNBytes(4), UTF_8) == "3456")
    finally in.close()
  }

  test("several objects are deleted at once, whether they exist or not") {
    val log = new ObjectsInFolder().store(newFolder())
    Seq("a/1", "a/2", "a/3").foreach(log.writeIfAbsent(_, Array[Byte](1)))
    log.delete(Seq("a/1", "a/2", "a/9"))
    assert(log.list("a") == Seq("3"))
  }

  test("an object store whose client has no conditional create is refused, with what to do") {
    val conf = new Configuration
    conf.set("fs.s3a.impl", classOf[UnconditionalStore].getName)
    def refused(act: => Any) = intercept[RestException](act).error
    Seq(refused(LogStore.at("s3a://bucket/log", conf)), refused(SchemaStore.at("s3a://bucket/log", conf))).foreach {
      e =>
        assert(e.condition == Condition.StoreUnsupported && e.message.contains("s3a://bucket/log"))
        assert(e.message.contains("UnconditionalStore") && e.message.matches(".*With Hadoop 3\\.[34].*"))
        assert(e.hint.contains("Spark 4.1") && e.hint.contains("pageLogLocation"))
    }
    conf.setBoolean("fs.s3a.create.conditional.enabled", false)
    conf.setBoolean("fs.s3a.impl.disable.cache", true)
    val off = refused(LogStore.at("s3a://bucket/log", conf))
    assert(off.hint.contains("Set fs.s3a.create.conditional.enabled to true"))
  }

  test("a store that ignores the condition is refused when a run claims the log") {
    val objects = new ObjectsInFolder { override protected def ignoresConditions = true }
    val e = intercept[RestException](PageLog.open(objects.store(newFolder()), 2)).error
    assert(e.condition == Condition.StoreUnsupported && e.hint.contains("pageLogLocation"))
  }

  test("an object store with a conditional create holds a log; another file system renames") {
    val conf = new Configuration
    conf.set("fs.objects.impl", classOf[ConditionalStore].getName)
    conf.set("fs.other.impl", classOf[OtherStore].getName)
    assert(LogStore.at("objects://bucket/log", conf).isInstanceOf[ObjectLogStore])
    assert(LogStore.at("other://bucket/log", conf).isInstanceOf[HadoopLogStore])
  }
}

/** A file system by its name alone. */
sealed abstract class NamedStore(scheme: String) extends RawLocalFileSystem {
  override def getScheme: String = scheme
  override def getUri: java.net.URI = java.net.URI.create(s"$scheme://bucket")
}

final class UnconditionalStore extends NamedStore("s3a")
final class OtherStore extends NamedStore("other")
final class ConditionalStore extends NamedStore("objects") {
  override def hasPathCapability(path: org.apache.hadoop.fs.Path, capability: String): Boolean =
    capability == ObjectsInFolder.AbsentOnly
}
