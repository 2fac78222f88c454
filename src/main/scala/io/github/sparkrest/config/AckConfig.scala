// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import io.github.sparkrest.options.values.{HttpMethod, JsonTemplate, StatusCodes, Template}
import io.github.sparkrest.options.{OptionReader, RestOptions, SecretReference, tables}

/** The request that acknowledges records of a queue.
  *
  * @param size the most records of one request
  * @param forgotten statuses that mean that the queue no longer knows the records, so that it will return them again
  */
final case class AckConfig(url: String, method: HttpMethod, body: Option[String], size: Int, forgotten: StatusCodes) {

  /** Names of the placeholders. */
  def placeholders: Seq[String] =
    (Template.parse(url).names ++ body.toList.flatMap(Template.parse(_, AckConfig.isPlaceholder).names)).distinct

  /** The fields of a record that a request needs: placeholders without the columns of the input and the secrets. */
  def fields(columns: Seq[String]): Seq[String] =
    placeholders.filterNot(name => columns.contains(name) || SecretReference.is(name))

  /** The body as a template; `None`: the text is not JSON, or there is none. */
  def template: Option[JsonTemplate] = body.flatMap(JsonTemplate.parse(_, AckConfig.isPlaceholder))
}

object AckConfig {

  /** The braces of a JSON object hold more than a path. */
  def isPlaceholder(name: String): Boolean = SecretReference.is(name) || name.matches("""[\w.@$-]+""")

  /** Where an API refuses a record that it no longer knows. A 400 more often means a wrong `ackBody`. */
  private val Forgotten = StatusCodes.parse("404,410")

  private[sparkrest] def read(read: OptionReader): Option[AckConfig] = {
    import RestOptions._
    val isQueue = read(OffsetType) == tables.OffsetType.Queue
    val url = if (isQueue) Some(read.needed(AckUrl, "offsetType=queue")) else None
    if (!isQueue)
      for (name <- acks.filter(read.isGiven).map(_.name))
        read.problem(s"$name: needs offsetType=queue, and offsetType is ${read(OffsetType)}")
    val codes = if (read.isGiven(ExpiredStatusCodes)) read.parsed(ExpiredStatusCodes)(StatusCodes.parse) else Forgotten
    url.map(AckConfig(_, read(AckMethod), read.opt(AckBody), read(AckSize).toInt, codes.getOrElse(StatusCodes(Nil))))
  }
}
