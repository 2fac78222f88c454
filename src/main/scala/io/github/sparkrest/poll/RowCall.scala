// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.config.{InputConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.auth.KnownSecrets
import io.github.sparkrest.http.client.{Redirects, StatusPolicy}
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse}
import io.github.sparkrest.json.TooLarge
import io.github.sparkrest.progress.strategies.OffsetTime
import io.github.sparkrest.request.{InputRow, InputTemplate}
import io.github.sparkrest.response.files.BodyStore
import io.github.sparkrest.response.{RecordSink, ResponseReader}
import io.github.sparkrest.secret.Redact

/** One call for one input row, with its retries: row → request → response → JSON texts. Runs in a task, on an executor, and may
  * be shared by threads.
  *
  * Each record is one text. Without a `dataField`, a response that is one JSON value is one record.
  *
  * @param client adds the credentials (`AuthorizedClient`)
  * @param sleep waits so many milliseconds before a retry
  * @param bodies where `saveTo` puts files
  * @param jitter of the backoff, in [0, 1)
  */
final class RowCall(
    config: RestConfig,
    input: InputConfig,
    client: HttpClient,
    clock: Clock,
    sleep: Long => Unit,
    jitter: () => Double,
    bodies: BodyStore = BodyStore.Nowhere
) {
  private val template = new InputTemplate(config, input)
  private val time = new OffsetTime(config.offset)
  private val backoff = new Backoff(config)
  private val secrets = KnownSecrets(config)

  /** The bytes that one response may have. Calls in flight share an eighth of the memory, as much as a record of a stream may
    * take. A body that goes to a file takes no memory.
    */
  private val maxBytes: Long = {
    val share = math.max(RowCall.LeastBytes, Runtime.getRuntime.maxMemory / 8 / input.concurrency)
    if (config.records.saveTo.isDefined) config.maxResponseBytes
    else math.min(math.min(config.maxResponseBytes, share), RowCall.MaxBytes)
  }
  private val reader = new ResponseReader(config, Nil, maxBytes, bodies, wholeResponse = true)

  def apply(row: InputRow): Either[RestError, Vector[Array[Byte]]] =
    template
      .render(row, time.now(clock.now().toEpochMilli))
      .flatMap(called)
      .left
      .map(secrets.and(row).hide(_))

  private def called(request: HttpRequest): Either[RestError, Vector[Array[Byte]]] =
    if (input.strictlyOnce) send(request)
    else
      Retries.blocking(backoff, clock, jitter)((at, _) => sleep(at - clock.now().toEpochMilli))(() => send(request))

  private def send(request: HttpRequest): Either[RestError, Vector[Array[Byte]]] =
    new Redirects(config, client).send(request) { response =>
      StatusPolicy(response, request.method, clock.now(), config) match {
        case StatusPolicy.Failed(error) => Left(error)
        case StatusPolicy.Empty         => Right(Vector.empty)
        case StatusPolicy.Records       => texts(response)
      }
    }

  private def texts(response: HttpResponse): Either[RestError, Vector[Array[Byte]]] = {
    val records = new CopiedRecords(maxBytes)
    reader.read(response, records) match {
      case Left(e) if e.condition == Condition.ResponseTooLarge => Left(tooLarge(response.url))
      case result                                               => result.map(_ => records.all)
    }
  }

  private def tooLarge(url: String) = {
    val message = s"${Redact.url(url)}: The response is larger than $maxBytes bytes"
    if (maxBytes == config.maxResponseBytes)
      Condition.ResponseTooLarge(
        s"$message.",
        "Raise maxResponseBytes, or request less in one call."
      )
    else
      Condition.ResponseTooLarge(
        s"$message, the share of memory that each of ${input.concurrency} calls in flight (concurrency) may hold, though maxResponseBytes is ${config.maxResponseBytes}.",
        "Lower concurrency, give the executors more memory, or request less in one call."
      )
  }
}

private object RowCall {

  /** A response may become one array. */
  val MaxBytes: Long = Int.MaxValue - 64L

  /** With little memory and many calls in flight. */
  val LeastBytes: Long = 64L << 10
}

/** Keeps copies of the records of one response.
  *
  * @param maxBytes of the copies together. They may take more memory than the response: records of one byte, or of CSV, where each
  *   has the names of the header
  */
final private[poll] class CopiedRecords(maxBytes: Long) extends RecordSink {
  var all: Vector[Array[Byte]] = Vector.empty
  private var held = 0L
  def record(buf: Array[Byte], from: Int, to: Int): Unit = {
    held += to - from + CopiedRecords.Overhead
    if (held > 2 * maxBytes + CopiedRecords.Free) throw new TooLarge(maxBytes) // guard: I4.67
    all :+= java.util.Arrays.copyOfRange(buf, from, to)
  }
  def restart(): Unit = {
    all = Vector.empty
    held = 0
  }
}

private object CopiedRecords {

  /** Bytes of an array without its elements, and of its place. */
  private val Overhead = 24

  /** So many bytes do not matter. */
  private val Free = 1L << 20
}
