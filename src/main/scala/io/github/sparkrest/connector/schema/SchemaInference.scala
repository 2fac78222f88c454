// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.schema

import java.util.concurrent.ThreadLocalRandom

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.config.jobs.JobConfig
import io.github.sparkrest.connector.session.SourceName
import io.github.sparkrest.connector.tasks.{DriverTokens, SparkJobs}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.Clock
import io.github.sparkrest.http.client.{ApiClient, FirstResponse}
import io.github.sparkrest.pagelog.Endpoint
import io.github.sparkrest.poll.{Backoff, Poll, Retries}
import io.github.sparkrest.preview.SampledRecords
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.request.InputRow
import io.github.sparkrest.rows.RecordTypes
import io.github.sparkrest.schedule.TokenLedger
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.types.StructType
import org.slf4j.LoggerFactory

/** What `load()` learns from one request: a schema without hints, whether the offset field is there, and a first page.
  *
  * @param askedAtMs when each request was over, at the latest
  */
final private[sparkrest] case class Inferred(schema: StructType, sample: Option[FirstResponse], askedAtMs: List[Long]) {

  /** The response, if it may be the first poll of a stream. It must be young: `load()` may be long ago. Where the moment of the
    * poll decides what arrives (`lag`, `window`, `initialOffset=latest`) only a poll of that moment will do; and
    * `Trigger.AvailableNow` and `Once` promise all that the API has when they start. A row's version (`inputVersion`) counts as
    * read if a poll began after the version was seen, and the response is older.
    */
  def firstPoll(
      config: RestConfig,
      mustComplete: Boolean,
      nowMs: Long,
      mostAgeMs: Long = Inferred.MostAgeMillis
  ): Option[FirstResponse] = {
    val o = config.offset
    sample.filter { s =>
      val age = nowMs - s.atMs
      val versions = config.input.exists(_.version.isDefined) // guard: I3.150
      !mustComplete && !versions && age >= 0 && age < mostAgeMs && o.lagMs == 0 && !o.kind.movesWithTime && !o.latest
    }
  }
}

private[sparkrest] object Inferred {
  val MostAgeMillis = 10000L
}

private[sparkrest] object SchemaInference {
  private val logger = LoggerFactory.getLogger("io.github.sparkrest.SchemaInference")

  /** Makes one request (and its retries), and runs the answer through the same pipeline as any poll, so that a response
    * without records or without the offset field fails here, at `load()`.
    *
    * @param endpoint to request, with an input
    */
  def apply(
      config: RestConfig,
      endpoint: Option[Endpoint],
      session: SparkSession,
      clock: Clock = Clock.System
  ): Inferred = {
    if (config.job.isDefined) throw JobConfig.nothingToInfer.toException
    val row = endpoint.flatMap(_.row).fold(InputRow.Empty)(InputRow.of(config.inputColumns, _))
    val (sample, whole, askedAtMs) =
      request(config, row, new SparkJobs(session, SourceName(config)), new DriverTokens(config), clock)
    val records = new SampledRecords
    val polled =
      new Poll(config, ApiClient.replaying(sample), clock, row)
        .page(Progress.Initial, records)
    if (whole) polled.left.foreach(f => throw f.error.toException)
    if (records.received.isEmpty) throw nothing(sample.status).toException
    Inferred(
      RecordTypes.of(records.received, config, session),
      if (whole) Some(sample) else None,
      askedAtMs
    )
  }

  /** @return the response, whether it is whole, and when all requests were over */
  private def request(
      config: RestConfig,
      row: InputRow,
      jobs: SparkJobs,
      tokens: DriverTokens,
      clock: Clock
  ): (FirstResponse, Boolean, List[Long]) = {
    def nowMs = clock.now().toEpochMilli
    var endedAtMs = List.empty[Long]
    // Under maxRequestRate, only the requests that are kept back for the inference.
    def left = config.limits.rate.fold(Long.MaxValue)(r =>
      math.max(
        if (endedAtMs.isEmpty) 1L else 0L,
        TokenLedger.reserve(r, config.maxRetries).toLong - endedAtMs.length
      )
    )
    def pause(until: Long, error: RestError): Unit = {
      val waitMs = math.max(0L, until - nowMs)
      logger.info(s"inferring the schema again in ${waitMs / 1000.0} s: ${error.text}")
      Thread.sleep(waitMs)
    }
    val result =
      Retries.blocking(new Backoff(config), clock, () => ThreadLocalRandom.current.nextDouble())(pause) { () =>
        val response = tokens.using { token =>
          val answer = jobs.sample(config, row, token, clock = clock, most = left)
          endedAtMs ++= List.fill(answer.sent)(nowMs)
          answer.result
        }
        response.left.map(e => if (left > 0) e else e.copy(repeatable = false))
      }
    val (sample, whole) = RestError.orThrow(result)
    (sample, whole, endedAtMs)
  }

  private def nothing(status: Int): RestError = Condition.NothingToInfer(
    s"The first response (status $status) has no record to infer a schema from.",
    "Give one by .schema(...), or set inferSchema=false for the records' own JSON text."
  )
}
