// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.io.{FilterInputStream, FilterOutputStream, InputStream, OutputStream}
import java.lang.management.{ManagementFactory, MemoryType}
import java.net.InetSocketAddress
import java.nio.charset.StandardCharsets.US_ASCII
import java.nio.file.{Files, Path}
import java.util.concurrent.atomic.AtomicLong

import scala.jdk.CollectionConverters._

import com.sun.net.httpserver.{HttpExchange, HttpServer}
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.client.ApiClient
import io.github.sparkrest.http.{Clock, HttpRequest}
import io.github.sparkrest.pagelog.format.PageFileWriter
import io.github.sparkrest.pagelog.store.{LocalLogStore, LogStore}
import io.github.sparkrest.pagelog.{PageOrigin, PageSink, SeenFiles}
import io.github.sparkrest.progress.{Change, CoreLimits, Progress}
import org.scalatest.funsuite.AnyFunSuite

/** A snapshot of many records with `readChanges`, from a server: right, and with little memory. What does not change is not written.
  *
  * `make bench-keys` runs it with ten million records of 200 bytes, and shows the time of each poll next to the time in which the same
  * client only receives the same bytes.
  */
class ManyKeysSuite extends AnyFunSuite {
  private val keys = sys.env.get("MIRROR_KEYS").fold(20000)(_.toInt)
  private val isLarge = keys >= 1000000
  private val pageSize = math.min(10000, keys / 20)
  private val limits =
    if (isLarge) CoreLimits.Default else CoreLimits(seenInTask = 1500, seenFiles = 3, filtered = 4000)

  /** Records from 1,000,000,000 on. In the second state of the list some have another content, and some are gone. */
  final private class Api {
    @volatile var isSecond = false
    val sent = new AtomicLong
    private val server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0)
    server.createContext("/", answer(_))
    server.start()
    val url: String = s"http://127.0.0.1:${server.getAddress.getPort}/x"
    def stop(): Unit = server.stop(0)

    private val record =
      s"""{"id":1000000000,"v":0,"name":"${"a record of a list " * 10}"}""".take(199).getBytes(US_ASCII)
    record(record.length - 2) = '"'
    record(record.length - 1) = '}'

    private def answer(exchange: HttpExchange): Unit = {
      val at = Option(exchange.getRequestURI.getQuery).fold(0)(_.drop(3).toInt)
      val end = math.min(keys, at + pageSize)
      val page = new Array[Byte](200 * pageSize + 100)
      var n = append("""{"data":[""", page, 0)
      val first = n
      (at until end).foreach { i =>
        if (!(isSecond && isGone(i))) {
          if (n > first) { page(n) = ','; n += 1 }
          System.arraycopy(record, 0, page, n, record.length)
          var (digit, rest) = (n + 15, i)
          while (rest > 0) { page(digit) = ('0' + rest % 10).toByte; digit -= 1; rest /= 10 }
          if (isSecond && isChanged(i)) page(n + 21) = '1'
          n += record.length
        }
      }
      n = append(if (end < keys) s"""],"next":"$end"}""" else "]}", page, n)
      sent.addAndGet(n.toLong)
      exchange.sendResponseHeaders(200, n.toLong)
      exchange.getResponseBody.write(page, 0, n)
      exchange.close()
    }
    private def append(text: String, to: Array[Byte], at: Int) = {
      System.arraycopy(text.getBytes(US_ASCII), 0, to, at, text.length)
      at + text.length
    }
  }
  private def isGone(i: Int) = i % 1000 == 7
  private def isChanged(i: Int) = i % 100 == 3

  /** Counts the bytes of streams. What is mapped into memory does not count. */
  final private class Counted(of: LogStore, isRemote: Boolean) extends LogStore {
    val read, written = new AtomicLong
    def location: String = of.location
    def create(name: String): OutputStream = new FilterOutputStream(of.create(name)) {
      override def write(b: Array[Byte], from: Int, length: Int): Unit = {
        written.addAndGet(length.toLong)
        out.write(b, from, length)
      }
    }
    def open(name: String, from: Long, bytes: Long): InputStream = new FilterInputStream(of.open(name, from, bytes)) {
      override def read(b: Array[Byte], from: Int, length: Int): Int = {
        val n = in.read(b, from, length)
        Counted.this.read.addAndGet(math.max(0, n).toLong)
        n
      }
    }
    override def localFolder: Option[Path] = if (isRemote) None else of.localFolder
    def writeIfAbsent(name: String, bytes: Array[Byte]): Boolean = of.writeIfAbsent(name, bytes)
    def overwrite(name: String, bytes: Array[Byte]): Unit = of.overwrite(name, bytes)
    def read(name: String): Option[Array[Byte]] = of.read(name)
    def length(name: String): Option[Long] = of.length(name)
    def list(folder: String): Seq[String] = of.list(folder)
    def delete(name: String): Unit = of.delete(name)
    def deleteTemporary(folder: String): Unit = of.deleteTemporary(folder)
  }

  private val threads = ManagementFactory.getThreadMXBean
  private val heap = ManagementFactory.getMemoryPoolMXBeans.asScala.filter(_.getType == MemoryType.HEAP).toSeq
  private def mb(bytes: Long) = bytes >> 20

  /** Seconds on the clock, and of this thread on a core. */
  private def timed[A](work: => A): (A, Double, Double) = {
    val (began, cpu) = (System.nanoTime, threads.getCurrentThreadCpuTime)
    val result = work
    (result, (System.nanoTime - began) / 1e9, (threads.getCurrentThreadCpuTime - cpu) / 1e9)
  }

  Seq("this machine" -> false, "another machine" -> true).foreach { case (place, isRemote) =>
    test(s"a snapshot of $keys records by HTTP, with files on $place") {
      val api = new Api
      val root = Files.createTempDirectory("keys")
      val store = new Counted(new LocalLogStore(root), isRemote)
      val options = Map("url" -> api.url, "offsetType" -> "snapshot", "recordKey" -> "id", "readChanges" -> "true") ++
        Map("dataField" -> "data", "pagination" -> "cursor", "nextField" -> "next", "pageParam" -> "at")
      val config = RestConfig.parse(options).fold(e => throw e.toException, identity)
      var state = Progress.Initial

      var (changes, pages, tasks) = (Map.empty[Change, Int], 0L, 0)

      /** One task: its files, and its state on the way to the driver. */
      def task(): Unit = {
        val writer = new PageFileWriter(store, 1, "", changes = true)
        val seen = new SeenFiles(store, 1, mapFrom = if (isLarge) SeenFiles.MapFrom else 4000)
        val network = ApiClient.network(config, () => false)
        val poll =
          new Poll(config, ApiClient(config, network, None, identity), Clock.steady(), limits = limits, seen = seen)
        val outcome = poll.run(state, TaskBudget(32L << 20, 60000, if (isLarge) 1000000 else 7), counting(writer))
        assert(outcome.error.isEmpty && outcome.warning.isEmpty)
        val file = writer.close()
        seen.keepOnly(outcome.state.seenFiles)
        val text = Progress.encoder(outcome.state).noSpaces
        state = io.circe.parser.decode[Progress](text).fold(throw _, identity)
        // As the driver does.
        store.list(SeenFiles.Folder).filterNot(state.seenFiles).foreach(n => store.delete(SeenFiles.path(n)))
        file.foreach(f => store.delete(s"pages/${f.name}"))
        pages += file.fold(0L)(_.bytes)
        tasks += 1
      }
      def counting(writer: PageFileWriter) = new PageSink {
        def append(buf: Array[Byte], from: Int, to: Int): Unit = fail("without a change")
        override def append(buf: Array[Byte], from: Int, to: Int, change: Change): Unit = {
          changes = changes.updated(change, changes.getOrElse(change, 0) + 1)
          writer.append(buf, from, to, change)
        }
        def discardPage(): Unit = writer.discardPage()
        def endPage(before: Option[String], origin: Option[PageOrigin]): Unit = writer.endPage(before, origin)
        def bytes: Long = writer.bytes
      }

      def poll(what: String): Map[Change, Int] = {
        heap.foreach(_.resetPeakUsage())
        Seq(store.read, store.written, api.sent).foreach(_.set(0))
        changes = Map.empty
        pages = 0
        tasks = 0
        val (_, seconds, cpu) = timed {
          task()
          while (state.traversal.isDefined) task()
        }
        val named = state.seenFiles.toSeq.map(n => store.length(SeenFiles.path(n)).getOrElse(fail(n))).sum
        val peak = heap.map(_.getPeakUsage.getUsed).sum
        info(
          f"$what%-9s $seconds%6.1f s, $cpu%6.1f s of a core, $tasks%3d tasks, heap at most ${mb(peak)} MB, ${mb(named)} MB of files; " +
            s"received ${mb(api.sent.get)}, read ${mb(store.read.get)}, wrote ${mb(store.written.get - pages)} MB next to the pages"
        )
        changes
      }
      def receive(what: String): Unit = {
        val client = ApiClient.network(config, () => false)
        val buffer = new Array[Byte](1 << 16)
        def page(at: Int) = client.send(HttpRequest("GET", s"${api.url}?at=$at", Nil, None)) { r =>
          Iterator.continually(r.body.read(buffer)).takeWhile(_ >= 0).foreach(_ => ())
          Right(())
        }
        val (_, seconds, cpu) = timed((0 until keys by pageSize).foreach(page))
        info(f"$what%-9s $seconds%6.1f s, $cpu%6.1f s of a core")
      }

      try {
        receive("received")
        assert(poll("first") == Map(Change.Insert -> keys))
        val first = state.boundary
        receive("received")
        assert(poll("same").isEmpty && state.boundary == first)
        assert(store.written.get <= tasks * (keys / 8 + 100L), "only marks")
        api.isSecond = true
        val (gone, changed) = ((0 until keys).count(isGone), (0 until keys).count(i => isChanged(i) && !isGone(i)))
        assert(poll("changed") == Map(Change.Update -> changed, Change.Delete -> gone))
        assert(state.boundary.files.take(1) == first.files, "the keys of all records are not written again")
        assert(poll("same").isEmpty)
      } finally api.stop()
    }
  }
}
