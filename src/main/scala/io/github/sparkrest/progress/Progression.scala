// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.progress.mirror.Mirror
import io.github.sparkrest.progress.pages.{PageErrors, PageSequence}
import io.github.sparkrest.progress.seen.{SeenInMemory, SeenMemory, SeenStore}
import io.github.sparkrest.progress.strategies._
import io.github.sparkrest.request.{PageToken, RequestValues}
import io.github.sparkrest.response.PageFacts

/** The core: `(state, response) -> (records to keep, next state)`. It decides the next request, and which records are new. Pure.
  *
  * A traversal is all pages from one offset on. The offset moves only when the traversal is complete, because the remaining
  * pages may contain any value. Requests for later pages send the same offset as the first request.
  */
final class Progression(
    config: RestConfig,
    limits: CoreLimits = CoreLimits.Default,
    store: SeenStore = new SeenInMemory,
    clock: ApiClock = ApiClock()
) {
  private val options = config.offset
  private val core = CoreParts(config, limits, new SeenMemory(store, limits), clock)
  import core.{latest, memory, pages, strategy, time, window}

  /** The fields that the core reads from the body, in addition to the records. */
  val fieldsRead: Seq[FieldPath] = options.fields ++ pages.wanted :+ PageErrors.ErrorsPath

  def asksForMore: Boolean = strategy.asksForMore

  /** Why the state does not fit the options, if there is a reason. */
  def obstacle(state: Progress, now: Instant): Option[RestError] =
    Mirror.obstacle(config, state).orElse(core.stored.problem(state, now))

  /** The next request; `None`: no request before some time has passed. */
  def plan(known: Progress, now: Instant): Option[RequestPlan] = {
    val from = core.stored.understood(core.mirror.fold(known)(_.adopted(known)))
    def isSame = from.offset == known.offset
    // A page token of another request leads elsewhere: page 24 of 1,000 records is not page 24 of 100.
    val state =
      if (from.traversal.flatMap(_.request).forall(core.identity(from).is) && isOfOptions(from) && isSame) from // guard: I1.7
      // Pages may have another size now.
      else from.restarted(memory).copy(largestPage = 0)
    val base = latest.begun(state, now)
    // The records of a job are those that were requested when it was created.
    base.job.map(_.query).orElse(strategy.ask(base, now)).map { fresh => // guard: I1.51
      val ask = base.traversal.fold(fresh)(d => fresh.copy(until = d.until))
      val began = base.begunMs.getOrElse(now.toEpochMilli)
      // Of the first traversal all pages.
      val initial = base.offset.isEmpty
      RequestPlan(
        base,
        ask,
        RequestValues(
          ask.offset,
          window(ask),
          base.traversal.map(_.page),
          initial,
          now = time.now(began),
          job = base.job.map(_.id),
          file = base.job.flatMap(_.file)
        ),
        now
      )
    }
  }

  /** The progress after a poll for which there was no request to plan. */
  def waiting(state: Progress, now: Instant): Progress = latest.waiting(state, now) // guard: I1.138

  /** A traversal that began without jobs has pages of another list. */
  private def isOfOptions(state: Progress): Boolean =
    state.job.fold(config.job.isEmpty || state.traversal.isEmpty)( // guard: I1.84
      j => config.job.isDefined && core.identity(state).is(j.request)
    )

  /** The next request, and those that follow it if nothing special happens: see [[Forecast]]. The requests about a job are not
    * foreseen.
    */
  def forecast(next: Progress, now: Instant): Iterator[RequestValues] =
    if (config.job.isDefined && !next.job.exists(_.isReady)) Iterator.empty
    else plan(next, now).iterator.flatMap(new Forecast(core).from(_, now))

  /** The state after the API created a job for this request. */
  def created(plan: RequestPlan, id: String, now: Instant, date: Option[Long]): Progress = {
    val times = timesOf(plan, now, date)
    val request = core.identity(plan.state).text
    val job = Job(id, plan.ask, times.began, request, JobPhase.Running, Some(times.horizon))
    plan.state.copy(doubt = None, job = Some(job))
  }

  private def timesOf(plan: RequestPlan, now: Instant, date: Option[Long]): TraversalTimes =
    clock.times(options, latest.reads(plan.state), plan.at.toEpochMilli, now.toEpochMilli, date)

  /** After the last page the job has no further records: the next traversal needs another job. */
  def released(outcome: PageOutcome): PageOutcome =
    if (outcome.next.traversal.isDefined || outcome.waitMs.isDefined || outcome.unfinished) outcome // guard: I1.52
    else outcome.copy(next = outcome.next.copy(job = None))

  /** @param now when the response began to come
    * @param date of the response by the API's own clock (RFC 9110 `Date`), epoch milliseconds
    * @param kept where the records go that the reader keeps
    */
  def begin(
      plan: RequestPlan,
      now: Instant,
      date: Option[Long] = None,
      kept: KeptRecords = KeptRecords.Forgotten
  ): PageReader = {
    val began = now.toEpochMilli
    // A job has the records that existed when it was created.
    val asked = plan.state.job.fold(plan)(j => plan.copy(at = Instant.ofEpochMilli(j.createdMs))) // guard: I1.53
    val times =
      plan.state.traversal.map(_.times).orElse(plan.state.job.flatMap(_.times)).getOrElse(timesOf(asked, now, date))
    val step = latest
      .moved(plan, times)
      .getOrElse(
        new TraversalPage(
          core,
          plan,
          times,
          strategy.read(plan.state, plan.ask, times),
          began,
          kept,
          () => begin(plan, now, date, kept)
        )
      )
    clock.warning(options, latest.reads(plan.state), began, date).fold(step)(new WarnedStep(step, _))
  }

  /** The API refused a page token, a cursor or a job that it had returned. A single refusal may be a mistake of a load balancer. So it
    * counts only when the same refusal comes again some time later.
    *
    * @param now epoch milliseconds
    * @param named the cursor that the API names in place of the refused one
    */
  def refused(state: Progress, status: Int, now: Long, named: Option[String] = None): Refusal = {
    def once(certain: => Refusal): Refusal = Doubt.of(state, status, now, limits.refusalMillis) match { // guard: I1.10
      case None        => certain
      case Some(doubt) =>
        val again = state.copy(doubt = Some(doubt), job = state.job.map(_.relocated))
        Refusal.Doubtful(again, doubt.wait(now, limits.refusalMillis))
    }
    state.traversal.map(_.page) match {
      case _ if state.job.isDefined => once(Refusal.Certain(state.restarted(memory)))
      // A page number does not expire.
      case Some(_: PageToken.Number) => Refusal.OfOtherThings
      case Some(_)                   => once(Refusal.Certain(state.restarted(memory)))
      case None                      =>
        if (!options.kind.isToken || state.offset.isEmpty) Refusal.OfOtherThings
        else
          // The refused cursor itself would be refused forever.
          once(named.filterNot(state.offset.contains) match {
            case Some(place) => Refusal.Moved(state.copy(offset = Some(place), doubt = None))
            case None        =>
              Refusal.Certain(state.copy(offset = if (options.restartsExpired) None else state.offset, doubt = None))
          })
    }
  }

  /** The pages ended before the records that the API names: the list is read again from its beginning. */
  def restarted(state: Progress): Progress = state.restarted(memory)

  /** As it is stored. */
  def settled(state: Progress): Progress = state.settled(memory)
}

/** What all pages of a source share. */
final private[sparkrest] case class CoreParts(
    config: RestConfig,
    limits: CoreLimits,
    memory: SeenMemory,
    clock: ApiClock
) {
  val time: OffsetTime = new OffsetTime(config.offset)
  val strategy: OffsetStrategy = OffsetStrategy(config, clock)
  val stored: StoredOffset = new StoredOffset(config.offset)
  val latest: LatestStart = new LatestStart(config, clock, stored)
  val pages: PageSequence = PageSequence(config)
  val mirror: Option[Mirror] = config.changes.filter(_.mirrors).map(new Mirror(config, _, memory))
  private lazy val first = RequestIdentity.of(config, isFirst = true)
  private lazy val later = RequestIdentity.of(config)

  /** The request that the traversal of this progress belongs to. */
  def identity(state: Progress): RequestIdentity = if (state.offset.isEmpty) first else later // guard: I1.81

  /** Hash of the request of this source, if its lists have pages. */
  lazy val pagesOf: Option[Int] = if (config.paging.isPaged) Some(later.text.hashCode) else None

  /** `{windowStart}` and `{windowEnd}` of a request, as sent. */
  def window(query: OffsetQuery): (String, String) = (query.offset, time.windowEnd(query.until))
}

/** The meaning of a refusal (400, 404, 410). */
sealed trait Refusal
object Refusal {

  /** Neither of a page token nor of a cursor. */
  case object OfOtherThings extends Refusal

  /** Send the same request again after `waitMs`. */
  final case class Doubtful(state: Progress, waitMs: Long) extends Refusal

  /** Polling goes on from this state. */
  final case class Certain(state: Progress) extends Refusal

  /** Polling goes on at the cursor that the API named. */
  final case class Moved(state: Progress) extends Refusal
}

/** One response on its way: each record once, in order, then [[finish]]. Used once. */
trait PageReader {

  /** Whether to keep the record in `[from, to)`: false for a record that was delivered before.
    *
    * @param maybeLast false: another record follows in this response
    */
  def keep(buf: Array[Byte], from: Int, to: Int, maybeLast: Boolean = true): Boolean

  /** With `readChanges`, the change that the record stands for. Call it after [[keep]] was true. */
  def change(buf: Array[Byte], from: Int, to: Int): Option[Change]

  /** Forgets the records so far: they were not records (see `RecordSink.restart`). */
  def restart(): PageReader

  /** @return the state after this response; the error fails the poll, which then leaves no trace */
  def finish(facts: PageFacts): Either[RestError, PageOutcome]
}

/** @param records in the response, kept or not
  * @param items in the response: see `PageFacts.items`
  * @param atEnd the API has no further records now
  * @param warning logged once per query
  * @param waitMs the response does not count yet: send the same request again after this time
  * @param unfinished read the pages again from the first page
  * @param removed number of records that disappeared
  * @param awaits the next poll decides about a record, so its request needs a full response
  */
final case class PageOutcome(
    next: Progress,
    records: Long,
    atEnd: Boolean,
    warning: Option[String],
    waitMs: Option[Long] = None,
    unfinished: Boolean = false,
    removed: Long = 0,
    awaits: Boolean = false,
    items: Long = 0
)
