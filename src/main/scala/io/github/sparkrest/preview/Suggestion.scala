// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.preview

import io.circe.Json
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.options.RestOptions
import io.github.sparkrest.options.tables.{OffsetType, Opt, OptType}
import io.github.sparkrest.options.values.Boundary

/** Options for a stream of the API: the options of the user, and the additions of a preview.
  *
  * @param options by their names in the option table
  * @param notes for the user
  * @param isXml the responses are XML
  */
final case class Suggestion(options: Seq[(String, String)], notes: Seq[String], isXml: Boolean) {
  import Suggestion._

  private val ordered =
    RestOptions.all.flatMap(o => options.collectFirst { case (k, v) if k.equalsIgnoreCase(o.name) => o -> v })

  /** A call to paste into a program. A secret appears only as a reference (`env:NAME`). */
  def python: String = {
    val arguments = ordered.collect {
      case (o, v) if o != RestOptions.Url => s"    ${o.pythonName}=${python(o, v)},"
    } ++ parserOptions("json_options", RestOptions.json) ++
      (if (isXml) parserOptions("xml_options", RestOptions.xml) else parserOptions("csv_options", RestOptions.csv))
    s"read_rest_stream(\n    spark, ${quoted(url)},\n${arguments.map(_ + "\n").mkString})"
  }

  private def url = options.collectFirst { case (k, v) if k.equalsIgnoreCase(RestOptions.Url.name) => v }.getOrElse("")

  /** Options of Spark's parsers, which Python takes as a dictionary. */
  private def parserOptions(argument: String, names: Seq[String]): Option[String] = {
    val pairs = options.collect {
      case (k, v) if names.exists(_.equalsIgnoreCase(k)) => s"${quoted(k)}: ${quoted(v)}"
    }
    if (pairs.isEmpty) None else Some(pairs.mkString(s"    $argument={", ", ", "},"))
  }

  private def python(o: Opt[_], value: String): String = o.kind match {
    case OptType.Flag | OptType.YesNo if OptType.Flag.read(value).isDefined =>
      if (value.trim.equalsIgnoreCase("true")) "True" else "False"
    case _: OptType.Whole | _: OptType.Duration if value.matches("\\d+(\\.\\d+)?") => value
    case OptType.JsonMap                                                           =>
      io.circe.parser
        .parse(value)
        .toOption
        .flatMap(_.asObject)
        .fold(quoted(value))(
          _.toVector
            .map { case (k, v) =>
              s"${quoted(k)}: ${quoted(v.asString.getOrElse(v.noSpaces))}"
            }
            .mkString("{", ", ", "}")
        )
    case _ => quoted(value)
  }
}

object Suggestion {

  /** A JSON string is also a Python string. */
  private def quoted(text: String): String = Json.fromString(text).noSpaces

  /** @param userOptions the options of the user, without secrets
    * @param bound of the suggested offset
    * @param secondPage the number of its new records, if it was requested
    */
  def of(
      userOptions: Map[String, String],
      config: RestConfig,
      findings: Findings,
      bound: Option[ObservedBound],
      secondPage: Option[Int]
  ): Suggestion = {
    val names = userOptions.keySet.map(_.toLowerCase)
    def has(o: Opt[_]) = names(o.name.toLowerCase)
    val chosen = choice(config, findings, has(RestOptions.OffsetField))
    val records =
      findings.page.path.filter(_ => !has(RestOptions.DataField)).map(p => RestOptions.DataField.name -> p.toString)
    val offset = chosen.toSeq.flatMap { c =>
      Seq(RestOptions.OffsetType.name -> c.offsetType.text, RestOptions.OffsetField.name -> c.field)
    }
    val whole =
      if (chosen.isEmpty && !config.hasPlaceholder)
        Seq(RestOptions.OffsetType.name -> OffsetType.Snapshot.text) ++ key(findings)
      else Nil
    val pages = findings.pages.filter(_ => !config.paging.isPaged && !secondPage.contains(0)).toSeq.flatMap { p =>
      Seq(RestOptions.Pagination.name -> p.kind.text) ++ p.field.map(RestOptions.NextField.name -> _)
    }
    val edge = bound.collect {
      case ObservedBound.Exclusive if chosen.exists(_.offsetType == OffsetType.Incremental) =>
        RestOptions.Boundary.name -> Boundary.Exclusive.text
    }
    val pace = findings.limit.pollEveryMs.map(ms =>
      RestOptions.StreamingInterval.name -> BigDecimal(ms, 3).bigDecimal.stripTrailingZeros.toPlainString
    )
    val added = (records ++ offset ++ whole ++ pages ++ edge ++ pace).filterNot { case (k, _) => names(k.toLowerCase) }
    Suggestion(userOptions.toSeq ++ added, notes(config, findings, chosen, bound, secondPage), config.records.isXml)
  }

  /** The field that the request or the options name. Otherwise an id that grows, because that needs no parameter. */
  def choice(config: RestConfig, findings: Findings, named: Boolean): Option[OffsetCandidate] =
    if (named || config.hasPlaceholder) findings.offsets.find(_.field == config.offset.name)
    else findings.offsets.find(_.offsetType == OffsetType.Incremental)

  private def key(findings: Findings): Option[(String, String)] =
    findings.fields
      .find(f =>
        f.isUnique && f.path.segments.length == 1 && f.values.length > 1 && f.name.toLowerCase
          .matches("(.*_)?id|uid|key|name|.*icao.*")
      )
      .map(f => RestOptions.RecordKey.name -> f.path.toString)

  private def notes(
      config: RestConfig,
      findings: Findings,
      chosen: Option[OffsetCandidate],
      bound: Option[ObservedBound],
      secondPage: Option[Int]
  ): Seq[String] = {
    val best = findings.offsets.find(_.profile.isDefined).filterNot(_ => config.hasPlaceholder || config.followsLinks)
    val records = findings.page.records
    Seq(
      records.isEmpty ->
        "The first response has no records. Set an earlier initialOffset, or set dataField to their path.",
      (findings.page.path.isDefined && config.dataField.isEmpty && findings.places.lengthCompare(1) > 0) ->
        s"Several fields hold arrays of objects: ${findings.places.map { case (p, n) => s"$p ($n)" }.mkString(", ")}. The largest array was used.",
      (records.nonEmpty && chosen.isEmpty && config.hasPlaceholder) ->
        s"""The response has no field "${config.offset.name}". Set offsetField.""",
      best.isDefined ->
        s"The URL has no placeholder, so every poll sends the same request. If the API has a parameter for new records, add it: ${best.fold("")(example(config, _))}",
      bound.contains(ObservedBound.Ignored) ->
        s"The parameter with {${config.offset.name}} had no visible effect. Check its name.",
      (secondPage.contains(0) && findings.pages.isDefined) ->
        "The second page repeated the first page: the API expects the token in another parameter. Set pageParam, or put {cursor} into the URL.",
      (findings.pages.isEmpty && !config.paging.isPaged && roundNumber(records.length)) ->
        s"${records.length} records is a round number, and the response names no next page. The API may have more: see pagination=page and pagination=offset."
    ).collect { case (true, text) => text }
  }

  private def example(config: RestConfig, best: OffsetCandidate): String = {
    val join = if (config.url.contains("?")) "&" else "?"
    val name = if (best.offsetType == OffsetType.Incremental) "since_id" else "since"
    s"...$join$name={${best.field}}, with offset_field=${quoted(best.field)}."
  }

  private def roundNumber(n: Int): Boolean = n >= 10 && (n % 10 == 0 || n % 25 == 0)
}
