// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.nio.file.{Files, Path}
import java.util.concurrent.{Callable, CyclicBarrier, Executors, TimeUnit}

import scala.jdk.CollectionConverters._

import io.github.sparkrest.pagelog.store.{LocalLogStore, LogStore, TemporaryFiles}
import org.apache.hadoop.conf.Configuration
import org.scalatest.funsuite.AnyFunSuite

/** The guarantees of a local disk with many concurrent writers. `test_stores.py` checks the same on HDFS. */
class LocalLogStoreSuite extends AnyFunSuite {
  private val Writers = 8
  private val Rounds = 200

  /** The results of all writers. Each has a separate store. `round()` waits until all writers call it, and fails if a writer
    * failed.
    */
  private def together[A](folder: Path)(body: (LogStore, Int, () => Unit) => A): Seq[A] = {
    val line = new CyclicBarrier(Writers)
    val round = () => { line.await(30, TimeUnit.SECONDS); () }
    val pool = Executors.newFixedThreadPool(Writers)
    try {
      val tasks = (0 until Writers).map { w =>
        new Callable[A] { def call(): A = body(LogStore.at(folder.toString, new Configuration), w, round) }
      }
      pool.invokeAll(tasks.asJava).asScala.toSeq.map(_.get)
    } finally pool.shutdown()
  }

  test("a path without a scheme and a file: path are accessed through java.nio") {
    val conf = new Configuration
    val folder = Files.createTempDirectory("log")
    assert(LogStore.at(folder.toUri.toString, conf).isInstanceOf[LocalLogStore])
    assert(LogStore.at(folder.toString, conf).isInstanceOf[LocalLogStore])
  }

  test("of many writers, exactly one gets each name with its whole content, and no other file remains") {
    val folder = Files.createTempDirectory("log")
    val got = together(folder) { (store, w, round) =>
      (0 until Rounds).filter { n =>
        round()
        store.writeIfAbsent(s"manifests/$n", Array.fill(10000)(w.toByte))
      }
    }
    val store = LogStore.at(folder.toString, new Configuration)
    assert(got.map(_.length).sum == Rounds)
    got.zipWithIndex.foreach { case (names, w) =>
      names.foreach(n => assert(store.read(s"manifests/$n").exists(b => b.length == 10000 && b.forall(_ == w))))
    }
    assert(folder.resolve("manifests").toFile.list.toSet == (0 until Rounds).map(_.toString).toSet)
  }

  test("a reader of a file that others overwrite sees the whole content of one writer") {
    val folder = Files.createTempDirectory("log")
    val whole = together(folder) { (store, w, round) =>
      (0 until Rounds).forall { _ =>
        round()
        store.overwrite("last-poll.json", Array.fill(10000)(w.toByte))
        store.read("last-poll.json").exists(b => b.length == 10000 && b.distinct.length == 1)
      }
    }
    assert(whole.forall(identity))
    assert(folder.toFile.list.toSeq == Seq("last-poll.json"))
  }

  test("a run that deletes temporary files while others write makes no writer fail") {
    val folder = Files.createTempDirectory("log")
    val got = together(folder) { (store, w, round) =>
      (0 until Rounds).filter { n =>
        round()
        val bytes = Array.fill(10000)(w.toByte)
        if (w == 0) {
          (1 until TemporaryFiles.Tries / 2).foreach(_ => Seq("manifests", ".").foreach(store.deleteTemporary))
          false
        } else {
          store.overwrite("last-poll.json", bytes)
          store.writeIfAbsent(s"manifests/$n", bytes)
        }
      }
    }
    assert(got.map(_.length).sum == Rounds, "a name was given to no writer or to several")
    val store = LogStore.at(folder.toString, new Configuration)
    assert(store.list("manifests").forall(n => store.read(s"manifests/$n").exists(_.length == 10000)))
    assert(store.list("manifests").length == Rounds)
  }
}
