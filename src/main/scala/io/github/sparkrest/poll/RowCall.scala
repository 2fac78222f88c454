// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.io.InputStream
import java.util.concurrent.ThreadLocalRandom

import scala.annotation.tailrec

import io.github.sparkrest.config.{InputConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.auth.KnownSecrets
import io.github.sparkrest.http.client.{Redirects, StatusPolicy}
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest}
import io.github.sparkrest.json.SliceRules
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.request.{InputRow, InputTemplate}
import io.github.sparkrest.response.{BodyPolicy, RecordSink, RecordSlicer}
import io.github.sparkrest.secret.Redact

/** One call for one input row, with its retries: row → request → response → JSON texts. Runs in a task, on an executor.
  *
  * Without a `dataField` the response as a whole is the one text, whatever it is; with one, each of its records is.
  *
  * @param client adds the credentials (`AuthorizedClient`)
  * @param sleep waits before another try, so many milliseconds
  */
final class RowCall(config: RestConfig, input: InputConfig, client: HttpClient, clock: Clock, sleep: Long => Unit) {
  private val template = new InputTemplate(config, input)
  private val pace = new Schedule(config)
  private val body = new BodyPolicy(config)
  private val whole = config.dataField.isEmpty
  private val secrets = KnownSecrets(config)

  /** Bytes that a call may hold: calls in flight share an eighth of the memory, as much as a record of a stream may take. */
  private val most: Int = {
    val share = math.max(RowCall.LeastBytes, Runtime.getRuntime.maxMemory / 8 / input.concurrency)
    math.min(math.min(config.maxResponseBytes, share), RowCall.MaxBytes).toInt
  }
  private val slicer = new RecordSlicer(
    config.dataField.orElse(FieldPath.parse("$")),
    body.paths,
    most.toLong,
    body.error,
    body.isEmpty,
    SliceRules.of(config.jsonOptions)
  )

  def apply(row: InputRow): Either[RestError, Vector[Array[Byte]]] =
    template.render(row).flatMap(tried(_, 1)).left.map(secrets.and(row).hide(_))

  @tailrec private def tried(request: HttpRequest, tries: Int): Either[RestError, Vector[Array[Byte]]] = {
    val result = send(request)
    val now = clock.now().toEpochMilli
    result.left.toOption
      .filterNot(_ => input.strictlyOnce)
      .flatMap(pace.retry(_, tries, now, ThreadLocalRandom.current.nextDouble())) match {
      case Some(at) =>
        sleep(at - now)
        tried(request, tries + 1)
      case None => result
    }
  }

  private def send(request: HttpRequest): Either[RestError, Vector[Array[Byte]]] =
    new Redirects(config, client).send(request) { response =>
      StatusPolicy(response, request.copy(url = response.url), clock.now(), config) match {
        case StatusPolicy.Failed(error) => Left(error)
        case StatusPolicy.Empty         => Right(Vector.empty)
        case StatusPolicy.Records       =>
          texts(response.body).left.map(e => e.copy(message = s"${Redact.url(response.url)}: ${e.message}"))
      }
    }

  private def texts(body: InputStream): Either[RestError, Vector[Array[Byte]]] = {
    val records = new CopiedRecords
    if (!whole)
      slicer
        .slice(body, records)
        .map(_ => records.all)
        .left
        .map(e => if (e.condition == Condition.ResponseTooLarge) tooLarge else e)
    else {
      val bytes = body.readNBytes(most)
      if (bytes.length == most && body.read() >= 0) Left(tooLarge)
      else if (bytes.forall(b => b == ' ' || b == '\n' || b == '\r' || b == '\t')) Right(Vector.empty)
      else slicer.slice(new java.io.ByteArrayInputStream(bytes), NoSink).map(_ => Vector(bytes))
    }
  }

  private def tooLarge =
    if (most == config.maxResponseBytes)
      RestError(
        Condition.ResponseTooLarge,
        s"The response is larger than $most bytes.",
        "Raise maxResponseBytes, or ask for less in one call."
      )
    else
      RestError(
        Condition.ResponseTooLarge,
        s"The response is larger than $most bytes: each of ${input.concurrency} calls in flight (concurrency) may hold so much of the memory, though maxResponseBytes is ${config.maxResponseBytes}.",
        "Lower concurrency, give the executors more memory, or ask for less in one call."
      )
}

private object RowCall {

  /** Of a response that becomes one value. */
  val MaxBytes: Long = Int.MaxValue - 64L

  /** With little memory and many calls in flight. */
  val LeastBytes: Long = 64L << 10
}

/** Keeps the records of one response. */
final private class CopiedRecords extends RecordSink {
  var all: Vector[Array[Byte]] = Vector.empty
  def record(buf: Array[Byte], from: Int, to: Int): Unit = all :+= java.util.Arrays.copyOfRange(buf, from, to)
  def restart(): Unit = all = Vector.empty
}

/** The pass over the response only shows that it is JSON, and what it says of itself. */
private object NoSink extends RecordSink {
  def record(buf: Array[Byte], from: Int, to: Int): Unit = ()
  def restart(): Unit = ()
}
