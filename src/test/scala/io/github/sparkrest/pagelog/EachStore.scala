// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.nio.file.{Files, Path}

import io.github.sparkrest.pagelog.format.PageFileWriter
import io.github.sparkrest.pagelog.store.{HadoopLogStore, LocalLogStore, LogStore, ObjectLogStore}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.seen.SeenRecords
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{Path => HadoopPath}
import org.scalatest.funsuite.AnyFunSuite

/** Runs each test on page logs of one endpoint: on java.nio, on Hadoop's file system, and on a file system that behaves as an
  * object store.
  */
trait EachStore extends AnyFunSuite {
  private def local(root: Path): LogStore = LogStore.at(root.toString, new Configuration)
  private def hadoop(root: Path): LogStore = {
    val path = new HadoopPath(root.toUri)
    new HadoopLogStore(path.getFileSystem(new Configuration), path)
  }

  private def objects(root: Path): LogStore = new ObjectsInFolder().store(root)

  private val withTemporary = Seq[(String, Path => LogStore)](("java.nio", local(_)), ("hadoop", hadoop(_)))
  private val all = withTemporary :+ (("objects", objects(_)))

  protected def testEach(name: String)(body: (Path, LogStore) => Any): Unit = testOn(all, name)(body)

  /** On the stores that write a file under another name first. */
  protected def testEachWithTemporary(name: String)(body: (Path, LogStore) => Any): Unit =
    testOn(withTemporary, name)(body)

  private def testOn(stores: Seq[(String, Path => LogStore)], name: String)(body: (Path, LogStore) => Any): Unit =
    stores.foreach { case (kind, make) =>
      test(s"$kind: $name") {
        val root = Files.createTempDirectory("log")
        body(root, make(root))
      }
    }

  /** A store of the same kind in another folder. */
  protected def elsewhere(s: LogStore): LogStore = {
    val root = Files.createTempDirectory("other")
    s match {
      case _: LocalLogStore  => local(root)
      case _: ObjectLogStore => objects(root)
      case _                 => hadoop(root)
    }
  }

  protected def open(s: LogStore, retain: Int = 2): PageLog = PageLog.open(s, retain)
  protected def start(l: PageLog, p: LogPosition = LogPosition.Start): Resumption = l.resume(p, Map("main" -> None))
  protected def state(offset: String): Progress = Progress(Some(offset), SeenRecords.of("h" -> 2))
  protected def of(state: Progress): Map[Endpoint, Progress] = Map(Endpoint.Only -> state)

  /** Writes a page file, as an executor does. */
  protected def page(store: LogStore, epoch: Long, records: String*): PolledFile = {
    val writer = new PageFileWriter(store, epoch, "")
    records.foreach(r => writer.append(r.getBytes("UTF-8"), 0, r.length))
    writer.endPage(Some("before"), None)
    writer.close().get
  }
}
