// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.nio.charset.StandardCharsets.UTF_8
import java.time.Instant
import java.util.concurrent.atomic.AtomicReference

import scala.collection.mutable
import scala.util.Random

import io.github.sparkrest.RandomCases
import io.github.sparkrest.error.Condition
import io.github.sparkrest.http.Clock
import io.github.sparkrest.pagelog.{PageOrigin, PageSink}
import io.github.sparkrest.progress.Progress
import org.scalatest.funsuite.AnyFunSuite

/** Polls with mutated responses. Each poll ends soon and with an outcome, and the records of later correct responses are
  * delivered once.
  *
  * `HOSTILE_RUNS` sets the number of cases, and `HOSTILE_SEED` the first seed.
  */
class HostileResponsesSuite extends AnyFunSuite {
  import HostileResponsesSuite._

  private val runs = setting("hostile.runs").fold(RandomCases(20000).toLong)(_.toLong)
  private val firstSeed = setting("hostile.seed").fold(0L)(_.toLong)

  test(s"$runs mutated responses cause no crash, no hang, no growing memory, and no lost or repeated record afterwards") {
    val outcomes = mutable.TreeMap.empty[String, Long]
    val failed = mutable.LinkedHashMap.empty[String, String]
    // Only the watching thread can report a case that hangs.
    val now = new AtomicReference[(Long, Long)]((-1L, System.nanoTime))
    val hung = new AtomicReference[String]
    val worker = Thread.currentThread
    val watch = new Thread(() =>
      try
        while (true) {
          Thread.sleep(1000)
          val (seed, began) = now.get
          if (System.nanoTime - began > HangSeconds * 1000000000L) {
            hung.set(s"#$seed runs for more than $HangSeconds s: ${worker.getStackTrace.take(30).mkString("\n  ")}")
            println(hung.get)
          }
        }
      catch { case _: InterruptedException => () }
    )
    watch.setDaemon(true)
    watch.start()
    val before = used()
    val began = System.nanoTime
    var seed = firstSeed
    while (seed < firstSeed + runs) {
      now.set((seed, System.nanoTime))
      val result =
        try HostileResponsesSuite.run(seed)
        catch { case e: Throwable => Left(s"$e\n  ${e.getStackTrace.take(12).mkString("\n  ")}") }
      result match {
        case Right(outcome) => outcomes(outcome) = outcomes.getOrElse(outcome, 0L) + 1
        case Left(why)      =>
          val group = why.takeWhile(c => c != ':' && c != '\n')
          if (!failed.contains(group)) failed(group) = s"#$seed $why"
          outcomes("FAILED " + group) = outcomes.getOrElse("FAILED " + group, 0L) + 1
      }
      seed += 1
    }
    watch.interrupt()
    info(s"${(System.nanoTime - began) / 1000000000L} s; ${outcomes.mkString(", ")}")
    assert(failed.isEmpty, failed.values.mkString("\n", "\n\n", ""))
    assert(hung.get == null)
    assert(used() - before < (30L << 20), "memory grew")
    assert(outcomes.size >= 3, "all cases ended in the same way")
  }

  private def used(): Long = {
    System.gc()
    Runtime.getRuntime.totalMemory - Runtime.getRuntime.freeMemory
  }
}

object HostileResponsesSuite {
  private val HangSeconds = 30
  private def setting(name: String): Option[String] =
    sys.props.get(name).orElse(sys.env.get(name.toUpperCase.replace('.', '_')))

  /** The length of a state is limited, because each manifest contains it. */
  private val MostStateChars = 400000

  private val began = Instant.parse("2026-01-01T00:00:00Z")
  private val readers = HostileSetup.all.map(s => new Reader(s))

  final private class Reader(val setup: HostileSetup) {
    val api = new HostileApi(setup)
    private var now = began
    private val clock: Clock = () => now
    private val pipeline = new Poll(setup.config, api.client, clock)
    var state: Progress = Progress.Initial
    val got: mutable.ListBuffer[String] = mutable.ListBuffer.empty

    def restart(ids: Vector[Long]): Unit = {
      api.ids = ids
      api.mutate = identity
      state = Progress.Initial
      got.clear()
    }

    /** One poll. The state passes through its codec, as over a restart. */
    def poll(): PollOutcome = {
      val sink = new PolledSink
      val outcome = pipeline.run(state, TaskBudget(Long.MaxValue, Long.MaxValue, 20), sink)
      val json = Progress.encoder(outcome.state).noSpaces
      if (json.length > MostStateChars) throw new AssertionError(s"the state has ${json.length} characters")
      state = io.circe.parser.decode[Progress](json).fold(throw _, identity)
      got ++= sink.kept
      outcome.waitMs.foreach(ms => now = now.plusMillis(ms))
      outcome
    }

    /** Polls until `done`. A refused page token may need another poll to be forgotten. */
    def settle(done: => Boolean): Option[PollOutcome] =
      Iterator
        .continually(poll())
        .take(MostPolls)
        .find(o => o.error.isEmpty && o.waitMs.isEmpty && state.traversal.isEmpty && done)
  }

  private val MostPolls = 8
  private val Places = Set[Condition](Condition.PageRepeated, Condition.AddressRefused, Condition.DataFieldNotFound)

  /** The outcome of a case, or the error. */
  private def run(seed: Long): Either[String, String] = {
    val random = new Random(seed * 0x9e3779b97f4a7c15L)
    val reader = readers(random.nextInt(readers.length))
    val api = reader.api
    reader.restart((1L to 1L + random.nextInt(6)).toVector)
    if (random.nextBoolean()) {
      reader.poll()
      api.ids ++= (1 to 1 + random.nextInt(5)).map(api.ids.last + _)
    }
    val before = reader.got.toList
    val (offsetBefore, skipped) = (reader.state.offset, random.nextInt(3))
    var asked = 0
    val mutations = new Mutations(random)
    api.mutate = { a =>
      asked += 1
      // Mutates one page of the traversal, or the only page.
      if (asked == 1 + skipped || reader.setup.page > 50) mutations(a) else a
    }
    val met = reader.poll()
    val accepted = reader.got.toList.drop(before.length)
    api.mutate = identity
    val name = reader.setup.name
    def truth = api.ids.map(api.record).toList
    def tell(what: String) =
      s"$name, ${what.takeWhile(_ != ':')}: had $before, (${what.dropWhile(_ != ':').take(300)}) took $accepted (error ${met.error.map(_.text.take(300))}, offset $offsetBefore, " +
        s"state ${Progress.encoder(met.state).noSpaces.take(300)}), then ${reader.got.toList.drop(before.length + accepted.length)}"
    def exactly(what: String) = {
      val settled = reader.settle(done = true)
      if (reader.got.toList.sorted == truth.sorted) Right(what)
      else if (settled.isEmpty && stuck(reader).nonEmpty) Right(s"$what, and ${stuck(reader).mkString}")
      else Left(tell(s"$what, but records were lost or repeated: ended $settled"))
    }
    val asSent = truth.startsWith(before ++ accepted)
    // An earlier page of the same poll may have been accepted.
    if (met.error.nonEmpty && asSent) exactly("refused")
    else if (
      reader.setup.page > 50 && asSent && reader.state.offset
        .forall(o => truth.exists(_.contains(s""""id":$o,""")))
    )
      exactly("accepted unchanged")
    else afterwards(reader).left.map(tell)
  }

  /** A mutated response was accepted, so its records and pages count. Later records must still be delivered. */
  private def afterwards(reader: Reader): Either[String, String] = {
    val api = reader.api
    reader.state.offset
      .fold(scala.util.Try(0L))(o => scala.util.Try(o.toLong))
      .toOption
      .filter(o => o >= 0 && o < Long.MaxValue - 100) match {
      case None         => Right("accepted, with an offset that is not an id")
      case Some(offset) =>
        val fresh = (1 to 3).map(math.max(offset, api.ids.last) + _).toVector
        api.ids ++= fresh
        val wanted = fresh.map(api.record)
        val settled = reader.settle(wanted.forall(reader.got.contains))
        if (settled.isEmpty && stuck(reader).nonEmpty) Right(s"accepted, and ${stuck(reader).mkString}")
        else if (wanted.forall(w => reader.got.count(_ == w) == 1)) Right("accepted, and later records were delivered")
        else Left("accepted, but later records were lost or repeated")
    }
  }

  /** The error that each poll reports, because the state keeps a wrong next page, or a wrong field of records from the first
    * response.
    */
  private def stuck(reader: Reader): Option[String] =
    reader.poll().error.map(_.condition).filter(Places).map(c => s"then an error for its page or field: $c")

  final private class PolledSink extends PageSink {
    val kept: mutable.ListBuffer[String] = mutable.ListBuffer.empty
    private var whole = 0
    def append(buf: Array[Byte], from: Int, to: Int): Unit = {
      val line = new String(buf, from, to - from, UTF_8)
      if (line.exists(c => c == '\n' || c == '\r')) throw new AssertionError(s"a record of two lines: $line")
      kept += line
    }
    def discardPage(): Unit = kept.remove(whole, kept.size - whole)
    def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit = whole = kept.size
    def bytes: Long = kept.map(_.length.toLong).sum
  }
}
