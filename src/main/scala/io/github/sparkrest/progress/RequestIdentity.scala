// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import java.util.Locale.ROOT

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.options.RestOptions
import io.github.sparkrest.options.tables.{Opt, OptType}
import io.github.sparkrest.progress.seen.ShortHash
import io.github.sparkrest.secret.{Redact, Secret}

/** Identifies the request that the pages of a traversal belong to. After a change of these options, the same page token means
  * another place.
  *
  * The text is a hash of the options without secrets: a new access token for the same API does not change it.
  *
  * @param text as it is stored
  * @param ofEarlier as earlier versions stored it: without headers, and without the values of all names that sound secret. A
  *   traversal that such a version began goes on
  */
final private[sparkrest] class RequestIdentity(val text: String, ofEarlier: => String) {
  lazy val earlier: String = ofEarlier

  def is(stored: String): Boolean = stored == text || stored == earlier // guard: I1.123
}

private[sparkrest] object RequestIdentity {

  /** @param isFirst the offset has not moved, so the request is for the records since `initialOffset` */
  def of(config: RestConfig, isFirst: Boolean = false): RequestIdentity = {
    val sent = if (isFirst) later :+ RestOptions.InitialOffset else later
    def text(o: Opt[_]) = config.options.get(o)
    def hash(shown: (Opt[_], String) => String, more: Seq[String]) = {
      // Traversals of earlier versions have the hash of a text without the later options.
      val named = options.map(o => o -> text(o).fold("")(shown(o, _))) ++ sent.flatMap(o => text(o).map(o -> shown(o, _)))
      ShortHash.of((named.map { case (o, value) => s"${o.name}=$value" } ++ more).mkString("\n"))
    }
    // Traversals of earlier versions counted records where the API counts items: they begin again.
    val items = if (config.records.paths.exists(_.firstMany >= 0)) Seq("items") else Nil // guard: I2.22
    // A local time in a request is another moment then.
    val zone = Seq(config.offset.zone.getId).filter(_ != "UTC").map(z => s"timeZone=$z") // guard: I1.166
    val more = (s"rowTag=${config.records.xml.rowTag}" +: zone) ++ headers(config) // guard: I1.121
    new RequestIdentity(s"$Version${hash(shown, more ++ items)}", hash(shownEarlier, items))
  }

  /** The hash of an earlier version has no such prefix. */
  private val Version = "2-"

  /** As the option has them, so with references in place of secrets. */
  private def headers(config: RestConfig): Seq[String] = config.options.get(RestOptions.Headers).toList.flatMap { text =>
    OptType.JsonMap
      .read(text)
      .fold(List(text))(
        _.toList
          .collect {
            case (name, value) if !name.equalsIgnoreCase("User-Agent") =>
              pair(name.toLowerCase(ROOT), scheme.replaceFirstIn(value, "$1 ***"))
          }
          .sorted
      )
  }

  /** Credentials in a header of any name. */
  private val scheme = "(?i)^\\s*(basic|bearer|digest|token|apikey)\\s.*".r

  private def pair(name: String, value: String): String = if (Secret.mayBe(name)) s"$name=***" else s"$name=$value"

  private def shown(o: Opt[_], text: String): String = o.kind match {
    case OptType.JsonMap =>
      OptType.JsonMap.read(text).fold(text)(_.map { case (k, v) => pair(k, v) }.sorted.mkString("&"))
    case _ if o.secret => Redact.named(text)(Secret.mayBe)
    case _             => Redact.url(text, Secret.mayBe(_))
  }

  private def shownEarlier(o: Opt[_], text: String): String = o.kind match {
    case OptType.JsonMap =>
      OptType.JsonMap.read(text).fold(text)(_.filterNot(p => Secret.isNamed(p._1)).sorted.mkString("&"))
    case _ if o.secret => Redact.valuesIn(text).filter(_.nonEmpty).foldLeft(text)(_.replace(_, "***"))
    case _             => Redact.url(text)
  }

  /** Options that came after checkpoints of users. They count only if they are set. */
  private val later: Seq[Opt[_]] = {
    import RestOptions._
    // The first pages of a traversal left out what was too young then.
    Seq(WindowEndInclusive, JobUrl, JobBody, Lag) // guard: I1.96
  }

  private val options: Seq[Opt[_]] = {
    import RestOptions._
    Seq(
      Url,
      Method,
      Params,
      Body,
      BodyFormat,
      InitialUrl,
      InitialBody,
      DataField,
      ResponseFormat,
      Pagination,
      NextField,
      HasMoreField,
      TotalField,
      PageParam,
      PageSizeParam,
      PageSize,
      StartPage,
      OffsetType,
      OffsetField,
      OffsetFormat,
      RequestOffsetFormat,
      Order,
      Boundary,
      RecordKey,
      Lookback
    )
  }
}
