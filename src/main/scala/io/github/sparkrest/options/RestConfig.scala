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
    connectTimeoutMs: Long,
    readTimeoutMs: Long,
    dataField: Option[FieldPath],
    maxResponseBytes: Long,
    offsetType: String,
    offsetName: String,
    offsetField: FieldPath,
    initialOffset: String,
    boundary: String,
    streamingIntervalMs: Long,
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
  def hasPlaceholder: Boolean =
    (url +: (params ++ headers).map(_._2)).exists(t => Template.parse(t).names.nonEmpty)

  override def toString: String = s"RestConfig($offsetType on $offsetName)"
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

  /** Reads and checks all options at once.
    *
    * @return all problems in one error, each naming the option, its value and what is allowed
    */
  def parse(options: Map[String, String]): Either[RestError, RestConfig] = {
    import RestOptions._
    val read = new OptionReader(options)
    val offsetName = read(OffsetField)
    val offsetType = read(OffsetType)
    val jsonNames = json.map(_.toLowerCase).toSet
    val config = RestConfig(
      options = new OptionMap(options),
      url = read(Url),
      method = read(Method),
      headers = read.opt(Headers).getOrElse(Nil),
      params = read.opt(Params).getOrElse(Nil),
      connectTimeoutMs = read(ConnectTimeout),
      readTimeoutMs = read(ReadTimeout),
      dataField = if (read.isGiven(DataField)) read.path(DataField) else None,
      maxResponseBytes = read(MaxResponseBytes),
      offsetType = offsetType,
      offsetName = offsetName,
      offsetField = read.path(OffsetField).getOrElse(FieldPath(List(offsetName))),
      initialOffset = read.opt(InitialOffset).getOrElse(if (offsetType == "cursor") "" else "0"),
      boundary = read(Boundary),
      streamingIntervalMs = read(StreamingInterval),
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
