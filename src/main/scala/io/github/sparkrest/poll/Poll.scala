// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.auth.KnownSecrets
import io.github.sparkrest.http.client.StatusPolicy
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse}
import io.github.sparkrest.pagelog.{PageOrigin, PageSink}
import io.github.sparkrest.progress.seen.{SeenInMemory, SeenStore}
import io.github.sparkrest.progress.{CoreLimits, PageOutcome, Progress, Progression, RequestPlan}
import io.github.sparkrest.request.InputRow
import io.github.sparkrest.response.files.BodyStore
import io.github.sparkrest.response.{Envelope, PageFacts, ResponseReader}
import io.github.sparkrest.secret.Redact

/** The data path of a poll: state → request → response → records → new state. Runs in a task, on an executor.
  *
  * @param client adds the credentials (`AuthorizedClient`)
  * @param row of the endpoint, with an input
  * @param collected the secrets to remove from texts, if the caller has collected them
  * @param seen stores the memory of delivered records, if it is large
  * @param bodies where `saveTo` puts files; nowhere for a sample
  * @param acks takes the values that acknowledge the records of a queue; `None`: nobody acknowledges them
  * @param background runs the requests that are sent early
  */
final class Poll(
    config: RestConfig,
    client: HttpClient,
    clock: Clock,
    row: InputRow = InputRow.Empty,
    collected: Option[KnownSecrets] = None,
    limits: CoreLimits = CoreLimits.Default,
    seen: SeenStore = new SeenInMemory,
    background: Option[Background] = None,
    bodies: BodyStore = BodyStore.Nowhere,
    acks: Option[PageSink] = None
) {
  private val requests = new PollRequests(config, row, secrets)
  private val ahead =
    new ReadAhead(config, client, clock, background.getOrElse(new BackgroundThreads(config.paging.inFlight)))
  private val core = new Progression(config, limits, seen)
  private val reader = new ResponseReader(config, core.fieldsRead, config.maxResponseBytes, bodies)
  private val conditional = new ConditionalRequests(config)
  private val judgement = new Judgement(config, core)
  private val namedPlace = new NamedPlace(config)
  private val jobs = config.job.map(new JobSteps(config, _, core, requests, clock))
  private val unread = new UnreadTime(config.offset)
  private val ackValues = acks.flatMap(AckValues.of(config, _))

  /** The limits of the API in the last response. */
  private var limit = ServerLimits.Unknown

  /** Bytes of all responses so far, and of the largest one. */
  private var received, largest = 0L

  /** URL and status of the last response. */
  private var lastResponse = ("", 0)
  private lazy val secrets = collected.getOrElse(KnownSecrets(config)).and(row)

  /** One request. An error leaves neither records nor a changed state.
    *
    * @param wasRead called when the response has been read, before the page counts
    */
  def page(
      state: Progress,
      sink: PageSink,
      wasRead: PageOutcome => Unit = _ => ()
  ): Either[PageFailure, PageOutcome] =
    core.obstacle(state, clock.now()).map(PageFailure(_)).toLeft(core.plan(state, clock.now())).flatMap {
      case None          => Right(PageOutcome(state, 0, atEnd = true, None))
      case Some(planned) =>
        val step = jobs.filter(_.isNext(planned.state))
        val request = step.fold(requests(planned.values))(_.request(planned))
        val plan = planned.copy(at = request.toOption.flatMap(ahead.answeredAt).getOrElse(planned.at))
        val result = request.left
          .map(PageFailure(_))
          .flatMap(r => send(state, plan, conditional.conditioned(state, plan, r), r, sink, step))
        result.foreach(wasRead)
        result match {
          case Right(r) =>
            unread.counted(plan, r.next)
            val isFull = r.records + r.removed > 0
            sink.endPage(plan.state.offset, if (isFull) Some(origin(plan)) else None) // guard: I5.1
            ackValues.foreach(_.endPage())
          case Left(_) =>
            sink.discardPage() // guard: I1.1
            ackValues.foreach(_.discardPage()) // guard: I9.1
        }
        result
    }

  private def origin(plan: RequestPlan) =
    PageOrigin(lastResponse._1, lastResponse._2, plan.at.toEpochMilli, plan.state.traversal.fold(0L)(_.pages) + 1)

  /** @param plain the request without its condition
    * @param step the request is one about a job
    */
  private def send(
      state: Progress,
      plan: RequestPlan,
      request: HttpRequest,
      plain: HttpRequest,
      sink: PageSink,
      step: Option[JobSteps]
  ): Either[PageFailure, PageOutcome] = {
    var status = 0
    var place = Option.empty[String]
    limit = ServerLimits.Unknown
    val result = ahead.send(request) { received =>
      status = received.status
      val allSecrets = secrets.and(received.tokens)
      val (named, response) = namedPlace.in(received, allSecrets.hold)
      place = named
      lastResponse = (allSecrets.hide(Redact.url(response.url)), status)
      limit = ServerLimits.of(response.headers, config.limits, clock.now().toEpochMilli)
      unread.arrived(ahead.arrived, response.date)
      val ofOldToken = step.isEmpty && plan.isOfOldToken(Poll.YoungMillis + config.paging.intervalMs)
      (StatusPolicy(response, request.method, clock.now(), config, ofOldToken), step) match {
        case (StatusPolicy.Failed(error), _) => Left(error)
        case (verdict, Some(job))            => job.read(plan, response, verdict, allSecrets.hold, sink)
        case (StatusPolicy.Empty, _) if status == 304 && request != plain =>
          Right(PageOutcome(state, 0, atEnd = true, None))
        case (verdict, None) =>
          val step = new NewRecords(core.begin(plan, ahead.arrived, response.date, sink), sink, ackValues)
          val sliced =
            if (verdict == StatusPolicy.Empty) Right(Envelope.Empty)
            else counted(response)(reader.read(_, step, plan.state.recognized))
          sliced
            .flatMap { envelope =>
              limit = limit.copy(waitMs = (limit.waitMs ++ reader.waitMs(envelope)).reduceOption(math.max(_, _)))
              step.finish(factsOf(response, envelope, allSecrets))
            }
            .map(core.released)
            .map { r =>
              val known = conditional.validatorsOf(plan, plain, response, r.next, clock.now())
              // A response in doubt did not count, so "unchanged since then" would say nothing.
              val counts = !r.awaits && r.waitMs.isEmpty // guard: I8.13, I8.18
              r.copy(next = r.next.copy(validators = known.filter(_ => counts)))
            }
      }
    }
    // What a queue did not get acknowledged comes again. A job that nobody knows does no harm.
    val mayRepeat = config.offset.isQueue || step.isDefined
    result.left.map(e => PageFailure(secrets.hide(e.copy(repeatable = e.repeatable || mayRepeat)), status, place))
  }

  private def factsOf(response: HttpResponse, envelope: Envelope, secrets: KnownSecrets) =
    PageFacts(
      secrets.hold(response.url),
      response.headers,
      envelope,
      refused = response.status >= 400,
      hold = secrets.hold // guard: I6.2
    )

  private def counted[A](response: HttpResponse)(read: HttpResponse => A): A = {
    val body = new CountedBody(response.body)
    try read(response.copy(body = body))
    finally {
      received += body.bytes
      largest = math.max(largest, body.bytes)
    }
  }

  /** Polls until the API has nothing more, or a limit is reached. A poll reads all pages of a traversal. With
    * `streamingInterval` 0, one traversal follows the other.
    */
  def run(start: Progress, limits: TaskBudget, sink: PageSink): PollOutcome = {
    val began = clock.now().toEpochMilli
    val receivedBefore = received
    val additionalBefore = ahead.additional
    var pages = 0
    var outcome = PollOutcome(start, requests = 0, records = 0, more = false, error = None, warning = None, tookMs = 0)
    def sent = pages + ahead.additional - additionalBefore
    def reached(bytes: Long) = limits.reached(bytes, clock.now().toEpochMilli - began, sent.toLong)
    // A page that would not fit into the budget is not requested early.
    def mayBegin() = limit.left.forall(ahead.inFlight < _) && !reached(sink.bytes + (ahead.inFlight + 2) * largest)
    var go = true
    try {
      // A task goes on where the last one ended. A request that is in doubt is repeated alone.
      val goesOnAtOnce = start.traversal.isDefined || config.catchesUpAtOnce
      if (goesOnAtOnce && start.doubt.isEmpty && config.paging.intervalMs == 0) expect(start, limits, mayBegin _)
      while (go) {
        pages += 1
        val before = outcome.state
        val bytesBefore = sink.bytes
        def goOn(result: PageOutcome) = if (goesOn(before, result, kept = false)) expect(result.next, limits, mayBegin _)
        page(before, sink, goOn) match {
          case Left(failure) =>
            // After a failure, the next request is unconditional.
            val failed = outcome.copy(before.copy(validators = None), sent, limit = failure.waits(limit)) // guard: I3.6
            outcome = judgement(failed, failure, clock.now().toEpochMilli)
            go = false
          case Right(result) =>
            val kept = sink.bytes > bytesBefore
            outcome = outcome.copy(
              state = result.next,
              requests = sent,
              records = outcome.records + result.records,
              more = isMore(before, result, kept),
              warning = outcome.warning.orElse(result.warning.map(secrets.hide(_))),
              limit = limit,
              waitMs = result.waitMs,
              awaits = result.awaits,
              lastPage = result.items,
              largestPage = math.max(outcome.largestPage, result.items)
            )
            // Responses to early requests are read, although the budget is used up meanwhile.
            go = goesOn(before, result, kept) && (ahead.inFlight > 0 || !reached(sink.bytes))
        }
      }
    } finally ahead.close()
    outcome.copy(
      state = core.settled(outcome.state),
      requests = sent,
      tookMs = clock.now().toEpochMilli - began,
      bytes = received - receivedBefore,
      unreadMs = unread.ms
    )
  }

  private def isMore(before: Progress, result: PageOutcome, kept: Boolean): Boolean =
    result.waitMs.isDefined || result.next.begunMs.isDefined || result.unfinished ||
      (kept || config.offset.isQueue || result.next.offset != before.offset) && !result.atEnd && core.asksForMore

  /** Whether the next request of the poll may follow at once.
    *
    * @param kept the page had a new record
    */
  private def goesOn(before: Progress, result: PageOutcome, kept: Boolean): Boolean = {
    val inTraversal = result.next.begunMs.isDefined
    isMore(before, result, kept) && result.waitMs.isEmpty && config.paging.intervalMs == 0 && limit.waitMs.isEmpty &&
    (inTraversal || config.paging.isPaged && !result.atEnd || config.catchesUpAtOnce) &&
    // Outside a traversal, a response without a new record ends the task, so that the next poll waits.
    (inTraversal || kept || config.offset.kind.movesWithTime) &&
    // A queue that has no more may answer late, and its records wait for their acknowledgement.
    (!config.offset.isQueue || config.paging.pageSize.exists(_ <= result.items))
  }

  /** Sends the requests that follow. All responses that wait have the memory of one task. */
  private def expect(next: Progress, limits: TaskBudget, mayBegin: () => Boolean): Unit =
    if (config.paging.inFlight > 1) {
      val share =
        math.min(limits.maxBytes, TaskBudget.TaskBytes) / config.input.fold(1)(_.concurrency) / config.paging.inFlight
      val following = core.forecast(next, clock.now()).map(requests(_)).takeWhile(_.isRight).flatMap(_.toOption)
      ahead.expect(following, math.max(Poll.LeastShare, math.min(share, Poll.MostShare)).toInt) { () =>
        ahead.inFlight < config.paging.inFlight && mayBegin()
      }
    }
}

private object Poll {

  /** Bytes of a response that may wait in memory. */
  val LeastShare: Long = 16L << 10
  val MostShare: Long = 8L << 20

  /** APIs keep a page token for a minute or longer. */
  val YoungMillis: Long = 30000
}
