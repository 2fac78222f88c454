// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import io.github.sparkrest.config.jobs.JobConfig
import io.github.sparkrest.options.values.Template
import io.github.sparkrest.options.{GivenOptions, RestOptions}
import io.github.sparkrest.secret.Secret

/** Names of placeholders: which exist, and which a request contains. */
private[sparkrest] object Placeholders {

  /** Placeholders for the offset. */
  def ofOffset(offsetName: String): Seq[String] = Seq(offsetName, "offset").distinct
  val Window: Seq[String] = Seq("windowStart", "windowEnd")
  val Now: String = "now"
  val NotOfOffset: Seq[String] = Window ++ Seq("page", "pageSize", "cursor", Now)

  /** Names in braces, known or not. In bodies braces may have another meaning. */
  def in(templates: Iterable[String], bodies: Iterable[String]): Seq[String] =
    templates.toList.flatMap(Template.parse(_).names) ++ bodies.flatMap(Template.parse(_, _ => true).names)

  def in(c: RestConfig): Seq[String] =
    in(
      Seq(c.url) ++ c.initialUrl ++ c.job.toSeq.flatMap(_.urls.map(_._2)) ++ (c.params ++ c.headers).map(_._2),
      c.body ++ c.initialBody ++ c.job.toSeq.flatMap(_.bodies)
    ) ++ c.paging.first.names

  /** The placeholder of the offset: the only name in braces in `url`, `params` and `headers` that is not another placeholder.
    * `None`: `offsetField` is given, or the number of such names is not one.
    */
  def offsetIn(options: GivenOptions): Option[String] = {
    val texts = Seq(RestOptions.Url, RestOptions.Params, RestOptions.Headers).flatMap(options.get(_))
    val others = "offset" +: (NotOfOffset ++ Seq(JobConfig.Placeholder).filter(_ => options.has(RestOptions.JobDoneWhen)))
    val names = texts.flatMap(hole.findAllMatchIn(_).map(_.group(1))).distinct.filterNot(others.contains)
    if (!options.has(RestOptions.OffsetField) && names.lengthCompare(1) == 0) names.headOption else None
  }

  /** The same form as in [[Template]]. The braces of a JSON object contain more than a name. */
  private val hole = """\{([\w.@-]+)\??\}""".r
}

/** The secrets that a request refers to, by the text of the reference: `env:NAME`. It is a whole value of `headers` or `params`,
  * or a placeholder.
  */
final case class References(values: Map[String, Secret]) {

  def get(reference: String): Option[Secret] = values.get(reference)

  /** The template of a header or parameter. The value of a reference is literal text, braces included. */
  def template(text: String): Template =
    get(text).fold(placed(text, identity))(s => Template(List(Template.Literal(s.reveal))))

  /** The template of a part of a request, in which `{env:NAME}` is literal text.
    *
    * @param encode encodes a secret for its place in the request
    */
  def placed(text: String, encode: String => String): Template = Template(Template.parse(text).parts.map {
    case Template.Hole(name, _) if values.contains(name) => Template.Literal(encode(values(name).reveal))
    case part                                            => part
  })

  /** Whether `text` contains a secret. */
  def areIn(text: String): Boolean = values.contains(text) || Template.parse(text).names.exists(values.contains)

  /** Whether `text` contains a secret, and no placeholder for another value. */
  def fill(text: String): Boolean = areIn(text) && template(text).names.isEmpty
}
