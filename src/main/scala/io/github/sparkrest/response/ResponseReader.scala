// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.{FirstBytes, HttpResponse, RetryPolicy}
import io.github.sparkrest.json.SliceRules
import io.github.sparkrest.options.RestOptions
import io.github.sparkrest.options.tables.ResponseFormat
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.response.csv.CsvRecords
import io.github.sparkrest.response.files.{BinaryRecord, BodyStore, SavedRecord, ZippedFiles}
import io.github.sparkrest.response.forms.RecordForm
import io.github.sparkrest.response.xml.XmlRecords
import io.github.sparkrest.secret.Redact

/** Reads the records of successful responses, for polls, row calls, batch reads and previews alike. The only place that chooses
  * a [[RecordReader]]. May be shared by threads.
  *
  * @param outside paths of fields next to the records that the caller needs
  * @param bodies where `saveTo` puts files
  * @param wholeResponse without a `dataField`, a response that is one JSON value is one record
  */
final class ResponseReader(
    config: RestConfig,
    outside: Seq[FieldPath],
    maxBytes: Long,
    bodies: BodyStore = BodyStore.Nowhere,
    wholeResponse: Boolean = false
) {
  private val policy = new BodyPolicy(config)
  private val settings = ReaderSettings(
    maxBytes,
    outside ++ policy.paths,
    policy.error,
    policy.isEmpty,
    SliceRules.of(config.jsonOptions)
  )
  private val form = RecordForm.of(config.records)
  private val json: RecordReader = form match {
    case Some(f)                                           => new FormedRecords(f, lines = false, settings)
    case None if wholeResponse && config.dataField.isEmpty => new WholeJson(settings)
    case None                                              => new JsonRecords(config.dataField, settings)
  }
  private val ndjson: RecordReader = form.fold[RecordReader](new NdjsonRecords(config.dataField, settings))(
    new FormedRecords(_, lines = true, settings)
  )

  /** Columns that the options name. The default of `offsetField` may be a column that nobody has. */
  private lazy val needed: Seq[String] =
    (config.offset.source.inBody.filter(_ =>
      config.options.get(RestOptions.OffsetField).isDefined
    ) ++ config.offset.recordKey).collect {
      case path if path.isPlain && path.segments.length == 1 => path.names.head
    }.toSeq

  /** @param recognized where the records of an earlier response were (`Envelope.recognized`) */
  def read(
      response: HttpResponse,
      sink: RecordSink,
      recognized: Option[String] = None
  ): Either[RestError, Envelope] = {
    val body = new FirstBytes(response.body, ZippedFiles.HeadBytes)
    val reader = readerOf(response)
    // The files of other programs (.xlsx, .jar) are archives too, so a binary body stays as it is.
    val isArchive = !config.records.isBinary && ZippedFiles.isArchive(body)
    (if (isArchive) new ZippedFiles(reader, maxBytes) else reader)
      .read(body, named(sink), recognized)
      .left
      .map(e => e.copy(message = s"${Redact.url(response.url)}${typeOf(response, e)}: ${e.message}"))
  }

  private def readerOf(response: HttpResponse): RecordReader = config.records.format match {
    case ResponseFormat.Auto => if (response.header("Content-Type").exists(ResponseReader.namesLines)) ndjson else json
    case ResponseFormat.Ndjson                        => ndjson
    case ResponseFormat.Json | ResponseFormat.Columns => json
    case ResponseFormat.Binary                        =>
      val kind = response.header("Content-Type")
      if (config.records.saveTo.isDefined) new SavedRecord(kind, bodies, settings) else new BinaryRecord(kind, settings)
    case ResponseFormat.Csv =>
      new CsvRecords(config.records, charset(response), settings, needed = needed)
    case ResponseFormat.Xml => new XmlRecords(config.records.xml, charset(response), settings)
  }

  private def charset(response: HttpResponse) = response.header("Content-Type").flatMap(ResponseReader.charset)

  /** How long the API wants the next request to wait, as the body says. */
  def waitMs(envelope: Envelope): Option[Long] = policy.waitMs(envelope)

  /** Formed records and CSV have their names already. */
  private def named(sink: RecordSink): RecordSink =
    if (config.records.names.isEmpty || form.isDefined || config.records.isCsv) sink
    else new NamedFields(config.records.names, sink)

  /** The media type of a body that is not JSON often explains the error. */
  private def typeOf(response: HttpResponse, error: RestError): String =
    response
      .header("Content-Type")
      .filter(t => error.condition == Condition.InvalidResponse && !t.toLowerCase.contains(expected))
      .fold("")(t =>
        s" (Content-Type ${t.take(60)}${Seq("csv", "xml").find(t.contains).fold("")("; set responseFormat=" + _)})"
      )
  private def expected = if (config.records.isCsv) "csv" else if (config.records.isXml) "xml" else "json"
}

object ResponseReader {
  private val lineTypes = Set("ndjson", "jsonl", "json-lines", "jsonlines")

  /** Longer than any media type with its parameters. */
  private val MostChars = 500

  private val charsetParameter = """(?i).*;\s*charset\s*=\s*"?([\w.:+-]{1,40})"?.*""".r

  /** The charset that a `Content-Type` names. */
  def charset(contentType: String): Option[String] = contentType match {
    case charsetParameter(name) if contentType.length <= MostChars => Some(name)
    case _                                                         => None
  }

  /** Whether a `Content-Type` says that the body has a JSON value on each line. */
  def namesLines(contentType: String): Boolean = contentType.length <= MostChars &&
    contentType.toLowerCase.split("[^a-z0-9_-]+").exists(word => lineTypes(word.stripPrefix("x-")))
}

/** Recognizes successful responses that report an error (`errorWhen`), a used-up quota (`rateLimitWhen`) or the absence of records
  * (`emptyWhen`).
  */
final private[sparkrest] class BodyPolicy(config: RestConfig) {

  private val isGraphQl = config.errorWhen.exists(_.path == BodyPolicy.GraphQlErrors)
  private val spentWhen = config.limits.spentWhen

  /** The fields that the options read. */
  val paths: Seq[FieldPath] = (config.errorWhen ++ config.emptyWhen ++ spentWhen).map(_.path).toSeq ++
    (if (isGraphQl) Seq(QueryCost.path) else Nil)

  def waitMs(envelope: Envelope): Option[Long] = if (isGraphQl) QueryCost.waitMs(envelope) else None

  def isEmpty(envelope: Envelope): Boolean = config.emptyWhen.exists(c => c.holds(envelope(c.path)))

  def error(envelope: Envelope): Option[RestError] = spent(envelope).orElse(reported(envelope))

  private def spent(envelope: Envelope): Option[RestError] = spentWhen.filter(c => c.holds(envelope(c.path))).map { _ =>
    Condition.ApiError(
      "the response reports a used-up quota (rateLimitWhen).",
      RestError.Retried,
      waitMs(envelope)
    )
  }

  private def reported(envelope: Envelope): Option[RestError] = config.errorWhen
    .filter(c => c.holds(envelope(c.path)))
    .map { c =>
      val value = envelope.values.collectFirst {
        case (p, j) if p == c.path => Redact.snippet(j.noSpaces)
      }
      Condition.ApiReportedError(
        s"the response reports an error (errorWhen=${config.options.get(RestOptions.ErrorWhen).getOrElse("")}): ${c.path} is ${value.getOrElse("")}.",
        RestError.Retried,
        waitMs(envelope),
        repeatable = RetryPolicy.isIdempotent(config.method.text)
      )
    }
}

private object BodyPolicy {

  /** Where GraphQL reports errors (specification, October 2021, §7.1.2). */
  val GraphQlErrors: FieldPath = FieldPath(List("errors"))
}

/** The cost of a GraphQL query in points, as Shopify reports it in `extensions.cost`. The points come back with time. */
private[sparkrest] object QueryCost {
  val path: FieldPath = FieldPath(List("extensions", "cost"))
  private val MostMillis = 24L * 3600 * 1000

  /** Until there are enough points for the same query again; `None`: there are enough. */
  def waitMs(envelope: Envelope): Option[Long] = for {
    cost <- envelope(path).map(_.hcursor)
    status = cost.downField("throttleStatus")
    needed <- cost.get[Double]("requestedQueryCost").toOption
    left <- status.get[Double]("currentlyAvailable").toOption
    perSecond <- status.get[Double]("restoreRate").toOption
    if perSecond > 0 && left < needed
  } yield math.min(math.ceil((needed - left) / perSecond * 1000), MostMillis.toDouble).toLong
}
