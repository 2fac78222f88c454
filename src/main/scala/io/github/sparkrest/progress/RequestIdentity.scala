// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.options.RestOptions
import io.github.sparkrest.options.tables.{Opt, OptType}
import io.github.sparkrest.progress.seen.ShortHash
import io.github.sparkrest.secret.{Redact, Secret}

/** A hash of the request that the pages of a traversal belong to. After a change of these options, the same page token means
  * another place.
  *
  * The hash covers the texts of the options without secrets: a new access token for the same API does not change it.
  */
private[sparkrest] object RequestIdentity {

  /** @param isFirst the offset has not moved, so the request is for the records since `initialOffset` */
  def of(config: RestConfig, isFirst: Boolean = false): String = {
    val sent = if (isFirst) later :+ RestOptions.InitialOffset else later
    def text(o: Opt[_]) = config.options.get(o)
    // Traversals of earlier versions have the hash of a text without the later options.
    val named = options.map(o => o -> text(o).fold("")(shown(o, _))) ++ sent.flatMap(o => text(o).map(o -> shown(o, _)))
    val lines = named.map { case (o, value) => s"${o.name}=$value" }
    // Traversals of earlier versions counted records where the API counts items: they begin again.
    ShortHash.of((if (config.records.paths.exists(_.firstMany >= 0)) lines :+ "items" else lines).mkString("\n")) // guard: I2.22
  }

  private def shown(o: Opt[_], text: String): String = o.kind match {
    case OptType.JsonMap =>
      OptType.JsonMap.read(text).fold(text)(_.filterNot(p => Secret.isNamed(p._1)).sorted.mkString("&"))
    case _ if o.secret => Redact.valuesIn(text).filter(_.nonEmpty).foldLeft(text)(_.replace(_, "***"))
    case _             => Redact.url(text)
  }

  /** Options that came after checkpoints of users. They count only if they are set. */
  private val later: Seq[Opt[_]] = Seq(RestOptions.WindowEndInclusive, RestOptions.JobUrl, RestOptions.JobBody)

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
