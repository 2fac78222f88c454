// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.util.concurrent.ThreadLocalRandom

import scala.annotation.tailrec
import scala.jdk.CollectionConverters._

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.{Clock, Sample, SampledClient}
import io.github.sparkrest.offset.EndpointState
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.poll.{Endpoint, Pace, PollPipeline, RequestBudget}
import io.github.sparkrest.preview.{NoNetwork, SampledRecords}
import io.github.sparkrest.request.InputRow
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.{Encoders, SparkSession}
import org.slf4j.LoggerFactory

/** What `load()` learns from one request: a schema without hints, whether the offset field is there, and a first page.
  *
  * @param askedAtMs when each try was over
  */
final private[connector] case class Inferred(schema: StructType, sample: Option[Sample], askedAtMs: List[Long])

private[connector] object SchemaInference {
  private val logger = LoggerFactory.getLogger("io.github.sparkrest.SchemaInference")

  /** Makes one request (and its retries), and runs the answer through the same pipeline as any poll, so that a response
    * without records or without the offset field fails here, at `load()`.
    *
    * @param endpoint to ask, with an input
    */
  def apply(config: RestConfig, endpoint: Option[Endpoint], session: SparkSession): Inferred = {
    val columns = config.input.fold(Vector.empty[String])(_.columns)
    val row = endpoint.flatMap(_.row).fold(InputRow.Empty)(InputRow.of(columns, _))
    val ((sample, whole), failedAtMs) =
      request(config, row, new ExecutorJobs(session, SourceName(config)), new DriverTokens(config), Nil)
    val records = new SampledRecords
    val polled =
      new PollPipeline(config, new SampledClient(sample, NoNetwork, any = true), Clock.System, row)
        .page(EndpointState.Initial, records)
    if (whole) polled.left.foreach(f => throw f.error.toException)
    if (records.received.isEmpty) throw nothing(sample.status).toException
    val json = session.createDataset(records.received.asJava)(Encoders.STRING)
    val found = session.read.options(config.jsonOptions).json(json).schema
    Inferred(
      found,
      if (whole) Some(sample) else None,
      failedAtMs :+ sample.atMs
    )
  }

  /** @param failed when earlier tries were over */
  @tailrec private def request(
      config: RestConfig,
      row: InputRow,
      jobs: ExecutorJobs,
      tokens: DriverTokens,
      failed: List[Long]
  ): ((Sample, Boolean), List[Long]) =
    tokens.using(jobs.sample(config, row, _)) match {
      case Right(found) => (found, failed)
      case Left(error)  =>
        val now = System.currentTimeMillis()
        val tries = failed.length + 1
        // Under maxRequestRate no more than is kept back for it.
        val allowed = config.limits.rate.forall(r => tries < RequestBudget.reserve(r, config.maxRetries))
        new Pace(config).retry(error, tries, now, ThreadLocalRandom.current.nextDouble()).filter(_ => allowed) match {
          case Some(at) =>
            logger.info(s"inferring the schema again in ${(at - now) / 1000.0} s: ${error.text}")
            Thread.sleep(math.max(0L, at - now))
            request(config, row, jobs, tokens, failed :+ now)
          case None => throw error.toException
        }
    }

  private def nothing(status: Int): RestError = RestError(
    Condition.NothingToInfer,
    s"The first response (status $status) has no record to infer a schema from.",
    "Give one by .schema(...), or set inferSchema=false for the records' own JSON text."
  )
}
