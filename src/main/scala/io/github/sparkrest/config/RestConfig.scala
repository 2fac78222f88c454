// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import io.github.sparkrest.config.backfill.TimeLane
import io.github.sparkrest.config.checks.CrossChecks
import io.github.sparkrest.config.graphql.GraphQl
import io.github.sparkrest.config.jobs.JobConfig
import io.github.sparkrest.config.records.RecordsConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.values.{BodyCondition, ErrorAction, FieldPath, HttpMethod, StatusCodes, ValueSource}
import io.github.sparkrest.options.{GivenOptions, OptionReader, Policy, RestOptions, SparkSecrets, tables, values}
import io.github.sparkrest.secret.Secret

/** The options of one source, checked and typed. Only [[RestConfig.parse]] makes it, and only there options are read.
  *
  * Durations are milliseconds, sizes are bytes. `options` is the original map. It is sent to executors, which parse it again. It
  * contains secrets, so it is never printed.
  *
  * @param references secrets that the request refers to
  * @param secrets values for references that only Spark reaches
  */
final case class RestConfig(
    options: GivenOptions,
    url: String,
    method: HttpMethod,
    headers: Seq[(String, String)],
    params: Seq[(String, String)],
    body: Option[String],
    formBody: Boolean,
    initialUrl: Option[String],
    initialBody: Option[String],
    connectTimeoutMs: Long,
    readTimeoutMs: Long,
    responseTimeoutMs: Long,
    transport: TransportConfig,
    records: RecordsConfig,
    emptyStatusCodes: StatusCodes,
    emptyWhen: Option[BodyCondition],
    errorWhen: Option[BodyCondition],
    maxResponseBytes: Long,
    offset: OffsetConfig,
    paging: PagesConfig,
    changes: Option[ChangesConfig],
    job: Option[JobConfig],
    streamingIntervalMs: Long,
    catchUpIntervalMs: Option[Long],
    streaming: Boolean,
    batchSize: Long,
    maxBytesPerBatch: Long,
    maxBufferedBytes: Long,
    retainBatches: Int,
    endpointRetentionMs: Long,
    pageLogLocation: Option[String],
    maxRetries: Int,
    retryBackoffMs: Long,
    failOnError: Boolean,
    maxConsecutiveErrors: Option[Long],
    maxRequestsPerTrigger: Option[Long],
    limits: LimitConfig,
    auth: AuthConfig,
    tls: TlsConfig,
    references: References,
    outputType: values.OutputType,
    schemaHints: Option[String],
    evolution: EvolutionConfig,
    input: Option[InputConfig],
    cookie: Option[Secret],
    jsonOptions: Map[String, String],
    secrets: SparkSecrets
) {

  def policy: Policy = transport.policy

  /** The path of the records; the first of several. */
  def dataField: Option[FieldPath] = records.paths.headOption

  /** Whether `load()` sends a request to infer a schema. */
  def inferSchema: Boolean = outputType == values.OutputType.Struct

  def readChanges: Boolean = changes.isDefined

  def inputColumns: Vector[String] = input.fold(Vector.empty[String])(_.columns)

  /** Whether a request depends on the offset. Read for each page, and found by parsing each template. */
  @transient lazy val hasPlaceholder: Boolean = {
    val names = Placeholders.ofOffset(offset.name) ++ Placeholders.Window
    Placeholders.in(this).exists(names.contains)
  }

  /** With `order=asc` a page may lead to a request from the offset that it reached, instead of the page with the next number. */
  def mayReadFromValues: Boolean =
    offset.ascending && hasPlaceholder && !offset.kind.movesWithTime && job.isEmpty

  /** Each page does. */
  def readsFromValues: Boolean =
    mayReadFromValues && (offset.inclusive || offset.kind.valuesAreUnique)

  /** New records appear at the end of the list, so that they do not move other records to another page. */
  def appendsOnly: Boolean = offset.ascending && !offset.kind.isToken

  /** One request follows the other while a stream without pages catches up, without a pause and in one task. */
  def catchesUpAtOnce: Boolean =
    streamingIntervalMs == 0 || offset.kind.movesWithTime && catchUpIntervalMs.contains(0L)

  /** Names of the placeholders that a request may contain: columns of the input first, because they have precedence. */
  def placeholders: Seq[String] =
    inputColumns ++ Placeholders.ofOffset(offset.name) ++
      Placeholders.NotOfOffset ++ job.map(_ => JobConfig.Placeholder)

  /** Whether a request contains this placeholder. */
  def mentions(name: String): Boolean = Placeholders.in(this).contains(name)

  /** Whether later requests use URLs from responses. */
  def followsLinks: Boolean = offset.source.isInstanceOf[ValueSource.InLink] ||
    offset.kind.isToken && !hasPlaceholder && body.isEmpty

  /** The configuration of the polls of a lane. A backfill has no interval: it uses the requests that the live lane leaves. */
  def of(lane: TimeLane): RestConfig = lane match {
    case TimeLane.Whole       => this
    case TimeLane.Live(start) =>
      // A pattern may read another form of the time as another time.
      val initial = offset.requestFormat.fold(start.toString)(_.render(start, offset.zone)) // guard: I10.25
      copy(offset = offset.copy(lane = lane, initial = initial))
    case TimeLane.Backfill(_, _) => copy(offset = offset.copy(lane = lane), streamingIntervalMs = 0)
  }

  /** The configuration of a batch read. Without any option about offsets, it reads all records that the API has. */
  def forBatch: RestConfig =
    // The order alone says nothing of an offset.
    if (hasPlaceholder || RestOptions.offsets.exists(o => o != RestOptions.Order && options.has(o))) this
    else
      RestConfig
        .parse(
          options.toMap + (RestOptions.OffsetType.name -> tables.OffsetType.Snapshot.text),
          policy = policy,
          secrets = secrets
        )
        .getOrElse(this)

  override def toString: String = s"RestConfig(${offset.kind} on ${offset.name})"
}

object RestConfig {

  /** Reads and checks all options at once.
    *
    * @param viewColumns columns of the view that `input` names
    * @param policy the operator's policy, which options cannot change
    * @param secrets values for the references `conf:` and `hadoop:`
    * @return an error with all problems. Each names the option, its value and the allowed values.
    */
  def parse(
      userOptions: Map[String, String],
      viewColumns: Seq[String] = Nil,
      policy: Policy = Policy.Open,
      secrets: SparkSecrets = SparkSecrets.Absent
  ): Either[RestError, RestConfig] = {
    import RestOptions._
    val GraphQl.Expanded(options, graphQlProblems) = GraphQl.expand(new GivenOptions(userOptions))
    val read = new OptionReader(options, policy, secrets)
    graphQlProblems.foreach(read.problem)
    val url = read(Url)
    val headers = read.opt(Headers).getOrElse(Nil)
    val params = read.opt(Params).getOrElse(Nil)
    val names = Placeholders.in(
      Seq(url) ++ (InitialUrl +: JobConfig.UrlOptions).flatMap(read.opt(_)) ++ (params ++ headers).map(_._2),
      (Seq(Body, InitialBody) ++ JobConfig.BodyOptions).flatMap(read.opt(_))
    )
    val streams = read.opt(Streaming).contains(true)
    val input = InputConfig.read(read, viewColumns, names, streams)
    // The rules of older batch sources apply only to batch reads.
    val withInput = input.isDefined && !streams
    val outputType =
      read.opt(OutputType).getOrElse(if (read(InferSchema)) values.OutputType.Struct else values.OutputType.Text)
    val config = RestConfig(
      options = options,
      url = url,
      method = read.opt(Method).getOrElse(if (read.opt(Body).isDefined || withInput) HttpMethod.Post else HttpMethod.Get),
      headers = headers,
      params = params,
      body = read.opt(Body),
      formBody = read(BodyFormat) == values.BodyFormat.Form,
      initialUrl = read.opt(InitialUrl),
      initialBody = read.opt(InitialBody),
      connectTimeoutMs = read.millis(ConnectTimeout, bare = read.isGivenAs("connectionTimeout")),
      readTimeoutMs = read.millis(ReadTimeout, bare = withInput),
      responseTimeoutMs = read(ResponseTimeout),
      transport = TransportConfig.read(read),
      records = RecordsConfig.read(read, options),
      emptyStatusCodes = read.parsed(EmptyStatusCodes)(StatusCodes.parse).getOrElse(StatusCodes(Nil)),
      emptyWhen = read.parsed(EmptyWhen)(BodyCondition.parse),
      errorWhen = read.parsed(ErrorWhen)(BodyCondition.parse),
      maxResponseBytes = read(MaxResponseBytes),
      offset = OffsetConfig.read(read),
      paging = PagesConfig.read(read, names),
      changes = ChangesConfig.read(read),
      job = JobConfig.read(read, url),
      streamingIntervalMs = read(StreamingInterval),
      catchUpIntervalMs = read.opt(CatchUpInterval),
      streaming = streams,
      batchSize = read(BatchSize),
      maxBytesPerBatch = read(MaxBytesPerBatch),
      maxBufferedBytes = read(MaxBufferedBytes),
      retainBatches = read(RetainBatches).toInt,
      endpointRetentionMs = read(EndpointRetention),
      pageLogLocation = read.opt(PageLogLocation),
      maxRetries = read(MaxRetries).toInt,
      retryBackoffMs = read(RetryBackoff),
      failOnError = read.opt(OnError).contains(ErrorAction.Fail),
      maxConsecutiveErrors = read.opt(MaxConsecutiveErrors),
      maxRequestsPerTrigger = read.opt(MaxRequestsPerTrigger),
      limits = LimitConfig.read(read),
      auth = AuthConfig.read(read, withInput),
      tls = TlsConfig.read(read),
      references = References(
        read.references(
          Seq(Headers, Params),
          Seq(Url, InitialUrl, Body, InitialBody, AckUrl, AckBody) ++ JobConfig.UrlOptions ++ JobConfig.BodyOptions
        )
      ),
      outputType = outputType,
      schemaHints = read.opt(SchemaHints),
      evolution = EvolutionConfig.read(read, outputType),
      input = input,
      cookie = read.opt(Cookie).map(Secret(_)),
      jsonOptions = options.only(json),
      secrets = secrets
    )
    if (read.opt(Streaming).contains(false))
      read.problem("streaming: false is not allowed on readStream; leave it out, or use spark.read")
    if (read.opt(InferSchema).contains(false) && read.opt(OutputType).contains(values.OutputType.Struct))
      read.problem("outputType: struct is inferred, and inferSchema is false; give one of them")
    CrossChecks(config).foreach(read.problem)
    read.result(config)
  }
}
