// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.nio.charset.StandardCharsets.UTF_8
import java.util.concurrent.ThreadLocalRandom

import scala.annotation.tailrec
import scala.collection.mutable
import scala.jdk.CollectionConverters._

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.{Clock, HttpClient, HttpResponse, Sample, SampledClient}
import io.github.sparkrest.offset.EndpointState
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.poll.{Pace, PageSink, PollPipeline}
import io.github.sparkrest.request.HttpRequest
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.{Encoders, SparkSession}

/** What `load()` learns from one request: a schema, whether the offset field is there, and a first page. */
final private[connector] case class Inferred(schema: StructType, sample: Option[Sample])

private[connector] object SchemaInference {

  /** Makes one request (and its retries), and runs the answer through the same pipeline as any poll, so that a response
    * without records or without the offset field fails here, at `load()`.
    */
  def apply(config: RestConfig, session: SparkSession): Inferred = {
    val (sample, whole) = request(config, new ExecutorJobs(session, SourceName(config)), tries = 1)
    val records = new SampledRecords
    val polled =
      new PollPipeline(config, new SampledClient(sample, NoNetwork, any = true), Clock.System)
        .page(EndpointState.Initial, records)
    if (whole) polled.left.foreach(f => throw f.error.toException)
    if (records.texts.isEmpty) throw nothing(sample.status).toException
    val json = session.createDataset(records.texts.asJava)(Encoders.STRING)
    Inferred(session.read.options(config.jsonOptions).json(json).schema, if (whole) Some(sample) else None)
  }

  @tailrec private def request(config: RestConfig, jobs: ExecutorJobs, tries: Int): (Sample, Boolean) =
    jobs.sample(config) match {
      case Right(found) => found
      case Left(error)  =>
        val now = System.currentTimeMillis()
        new Pace(config).retry(error, tries, now, ThreadLocalRandom.current.nextDouble()) match {
          case Some(at) => Thread.sleep(at - now); request(config, jobs, tries + 1)
          case None     => throw error.toException
        }
    }

  private def nothing(status: Int): RestError = RestError(
    Condition.NothingToInfer,
    s"The first response (status $status) has no record to infer a schema from.",
    "Give one by .schema(...), or set inferSchema=false for the records' own JSON text."
  )
}

/** Keeps the records of the sample as text. */
final private class SampledRecords extends PageSink {
  val texts: mutable.ArrayBuffer[String] = mutable.ArrayBuffer.empty
  def append(buf: Array[Byte], from: Int, to: Int): Unit = texts += new String(buf, from, to - from, UTF_8)
  def discardPage(): Unit = ()
  def endPage(offsetBefore: Option[String]): Unit = ()
  def bytes: Long = 0
}

private object NoNetwork extends HttpClient {
  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
    throw new IllegalStateException("the sample answers the first request")
}
