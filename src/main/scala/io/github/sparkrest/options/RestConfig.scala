// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import io.github.sparkrest.error.RestError

/** The options of one source, checked and typed. Made by [[RestConfig.parse]], the only place that reads options.
  *
  * Durations are milliseconds, sizes bytes. `options` is the map it was made from, for sending to executors, where it is
  * parsed again: it holds secrets, so it is never printed.
  */
final case class RestConfig(
    options: RestConfig.OptionMap,
    url: String,
    method: String,
    headers: Seq[(String, String)],
    params: Seq[(String, String)],
    body: Option[String],
    formBody: Boolean,
    initialUrl: Option[String],
    initialBody: Option[String],
    connectTimeoutMs: Long,
    readTimeoutMs: Long,
    dataField: Option[FieldPath],
    responseFormat: String,
    recordFields: Seq[String],
    emptyStatusCodes: StatusCodes,
    emptyWhen: Option[BodyCondition],
    errorWhen: Option[BodyCondition],
    maxResponseBytes: Long,
    offset: OffsetOptions,
    paging: PagingOptions,
    streamingIntervalMs: Long,
    catchUpIntervalMs: Long,
    streaming: Boolean,
    batchSize: Long,
    maxBytesPerBatch: Long,
    maxBufferedBytes: Long,
    retainBatches: Int,
    pageLogLocation: Option[String],
    maxRetries: Int,
    retryBackoffMs: Long,
    failOnError: Boolean,
    maxConsecutiveErrors: Option[Long],
    maxRequestsPerTrigger: Option[Long],
    auth: AuthOptions,
    inferSchema: Boolean,
    jsonOptions: Map[String, String]
) {

  /** Whether a request depends on the offset. */
  def hasPlaceholder: Boolean = {
    val names = RestConfig.offsetPlaceholders(offset.name) ++ RestConfig.WindowPlaceholders
    RestConfig.placeholdersIn(this).exists(names.contains)
  }

  /** Whether a placeholder stands anywhere in a request. */
  def mentions(name: String): Boolean = RestConfig.placeholdersIn(this).contains(name)

  /** Whether later requests go to addresses that the API itself gives. */
  def followsLinks: Boolean = offset.source.isInstanceOf[ValueSource.InLink] ||
    offset.kind == "cursor" && !hasPlaceholder && body.isEmpty

  override def toString: String = s"RestConfig(${offset.kind} on ${offset.name})"
}

/** How requests are authenticated. */
sealed trait AuthOptions
object AuthOptions {
  case object Anonymous extends AuthOptions
  final case class Basic(user: String, password: Secret) extends AuthOptions

  /** @param scheme the word before the token in `Authorization` (RFC 9110 §11.6.2) */
  final case class Token(scheme: String, token: Secret) extends AuthOptions
}

object RestConfig {

  /** What the user gave, keys as written. A class of its own so that it cannot be printed by accident. */
  final class OptionMap(val toMap: Map[String, String]) extends Serializable {
    override def toString: String = toMap.keys.toSeq.sorted.mkString("OptionMap(", ", ", ")")
    override def equals(other: Any): Boolean = other match {
      case o: OptionMap => o.toMap == toMap
      case _            => false
    }
    override def hashCode: Int = toMap.hashCode
  }

  /** Placeholders that stand for the offset. */
  def offsetPlaceholders(offsetName: String): Seq[String] = Seq(offsetName, "offset").distinct
  val WindowPlaceholders: Seq[String] = Seq("windowStart", "windowEnd")
  val PagePlaceholders: Seq[String] = Seq("page", "pageSize", "cursor")

  /** Names in braces, known or not; in bodies braces may mean something else. */
  private[options] def placeholdersIn(texts: Iterable[String]): Seq[String] =
    texts.toList.flatMap(t => Template.parse(t).names)

  private def placeholdersIn(c: RestConfig): Seq[String] =
    placeholdersIn(Seq(c.url) ++ c.initialUrl ++ c.body ++ c.initialBody ++ (c.params ++ c.headers).map(_._2))

  /** Reads and checks all options at once.
    *
    * @return all problems in one error, each naming the option, its value and what is allowed
    */
  def parse(options: Map[String, String]): Either[RestError, RestConfig] = {
    import RestOptions._
    val read = new OptionReader(options)
    val jsonNames = json.map(_.toLowerCase).toSet
    val url = read(Url)
    val headers = read.opt(Headers).getOrElse(Nil)
    val params = read.opt(Params).getOrElse(Nil)
    val templates = Seq(url) ++ Seq(Body, InitialUrl, InitialBody).flatMap(read.opt(_)) ++ (params ++ headers).map(_._2)
    val config = RestConfig(
      options = new OptionMap(options),
      url = url,
      method = if (read.isGiven(Method) || read.opt(Body).isEmpty) read(Method) else "POST",
      headers = headers,
      params = params,
      body = read.opt(Body),
      formBody = read(BodyFormat) == "form",
      initialUrl = read.opt(InitialUrl),
      initialBody = read.opt(InitialBody),
      connectTimeoutMs = read(ConnectTimeout),
      readTimeoutMs = read(ReadTimeout),
      dataField = if (read.isGiven(DataField)) read.path(DataField) else None,
      responseFormat = read(ResponseFormat),
      recordFields = read.opt(RecordFields).getOrElse(Nil),
      emptyStatusCodes = read.parsed(EmptyStatusCodes)(StatusCodes.parse).getOrElse(StatusCodes(Nil)),
      emptyWhen = read.parsed(EmptyWhen)(BodyCondition.parse),
      errorWhen = read.parsed(ErrorWhen)(BodyCondition.parse),
      maxResponseBytes = read(MaxResponseBytes),
      offset = OffsetOptions.read(read),
      paging = PagingOptions.read(read, placeholdersIn(templates)),
      streamingIntervalMs = read(StreamingInterval),
      catchUpIntervalMs = read.opt(CatchUpInterval).getOrElse(read(StreamingInterval)),
      streaming = read.opt(Streaming).contains(true),
      batchSize = read(BatchSize),
      maxBytesPerBatch = read(MaxBytesPerBatch),
      maxBufferedBytes = read(MaxBufferedBytes),
      retainBatches = read(RetainBatches).toInt,
      pageLogLocation = read.opt(PageLogLocation),
      maxRetries = read(MaxRetries).toInt,
      retryBackoffMs = read(RetryBackoff),
      failOnError = read(OnError) == "fail",
      maxConsecutiveErrors = read.opt(MaxConsecutiveErrors),
      maxRequestsPerTrigger = read.opt(MaxRequestsPerTrigger),
      auth = auth(read),
      inferSchema = read(InferSchema),
      jsonOptions = options.filter { case (k, _) => jsonNames(k.toLowerCase) }
    )
    if (read.opt(Streaming).contains(false))
      read.problem("streaming: false is not allowed on readStream; leave it out, or use spark.read")
    CrossChecks(config).foreach(read.problem)
    read.result(config)
  }

  private def auth(read: OptionReader): AuthOptions = {
    import RestOptions._
    read(AuthType) match {
      case "Basic" =>
        val user = read.needed(UserId, "authType=Basic")
        AuthOptions.Basic(user, Secret(read.opt(UserPassword).getOrElse("")))
      case "Bearer" => AuthOptions.Token(read(AuthScheme), Secret(read.needed(OauthToken, "authType=Bearer")))
      case _        => AuthOptions.Anonymous
    }
  }
}
