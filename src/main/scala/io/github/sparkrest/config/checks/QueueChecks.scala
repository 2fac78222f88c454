// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.checks

import io.github.sparkrest.config.{AckConfig, RestConfig}
import io.github.sparkrest.options.values.{FieldPath, HttpMethod, Template}

/** Checks of `offsetType=queue` and its acknowledgement. */
private[checks] object QueueChecks {
  def apply(config: RestConfig): Seq[String] = config.offset.ack.toList.filter(_.url.nonEmpty).flatMap { ack =>
    val columns = config.input.fold(Vector.empty[String])(_.columns)
    val fields = ack.fields(columns)
    val o = config.offset
    Seq(
      o.recordKey.isEmpty -> "recordKey: is required by offsetType=queue and was not given",
      !o.recordKey.forall(_.isPlain) -> "recordKey: offsetType=queue needs paths of names only, e.g. message.id",
      config.paging.isPaged -> s"pagination: offsetType=queue reads one response after the other, and pagination is ${config.paging.kind}",
      o.latest -> "initialOffset: offsetType=queue has no offset, so latest is not possible",
      fields.isEmpty -> "ackUrl: neither ackUrl nor ackBody has a placeholder for a field of the record, e.g. {ackId}",
      (ack.body.isDefined && ack.template.isEmpty) -> "ackBody: is not valid JSON when values replace its placeholders",
      (ack.body.isDefined && ack.method == HttpMethod.Get) -> "ackMethod: ackBody needs another method than GET"
    ).collect { case (true, text) => text } ++ paths(fields) ++ wholeNames(ack)
  }

  private def paths(fields: Seq[String]): Seq[String] = fields
    .filterNot(FieldPath.parse(_).exists(p => p.isPlain && !p.isRoot))
    .map(name => s"ackUrl, ackBody: {$name} is not a path of names, e.g. {message.id}")

  /** A record without a value cannot be acknowledged, so nothing can be left out. */
  private def wholeNames(ack: AckConfig): Seq[String] = {
    val optional = Template.parse(ack.url).isOptional ||
      ack.body.exists(Template.parse(_, AckConfig.isPlaceholder).isOptional)
    if (optional) Seq("ackUrl, ackBody: {name?} is not possible here; a record has all values of its acknowledgement")
    else Nil
  }
}
