// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.checks

import java.net.{URI, URISyntaxException}

import scala.util.{Failure, Success, Try}

import io.github.sparkrest.config.{AuthConfig, InputConfig, Placeholders, RestConfig}
import io.github.sparkrest.options.tables.{OptType, PaginationType}
import io.github.sparkrest.options.values._
import io.github.sparkrest.options.{RestOptions, SecretReference}

/** Checks of several options together: placeholders, URLs, options that need each other. */
private[sparkrest] object CrossChecks {
  def apply(config: RestConfig): Seq[String] =
    if (config.url.isEmpty) Nil
    else {
      val others = config.initialUrl.map("initialUrl" -> _) ++ config.offset.ack.map("ackUrl" -> _.url) ++
        config.job.toSeq.flatMap(_.allUrls)
      val urls = ("url" -> config.url) +: others.toSeq.filterNot { case (_, url) => url.isEmpty || url == config.url }
      placeholders(config) ++ urls.flatMap { case (name, url) => address(name, url) } ++ headerNames(config) ++
        records(config) ++ offset(config) ++ paging(config) ++ pagesInFlight(config) ++ changes(config) ++
        body(config) ++ input(config) ++ QueueChecks(config) ++ JobChecks(config) ++ TrustChecks(config) ++
        BackfillChecks(config)
    }

  private def placeholders(config: RestConfig): Seq[String] = {
    val known = config.placeholders
    val places = Seq("url" -> config.url) ++ config.initialUrl.map("initialUrl" -> _) ++
      config.job.toSeq.flatMap(_.urls) ++
      config.params.map { case (k, v) => s"params.$k" -> v } ++ config.headers.map { case (k, v) => s"headers.$k" -> v }
    val unknown = for {
      (place, text) <- places
      name <- Template.parse(text).names.distinct if !known.contains(name) && !SecretReference.is(name)
    } yield s"$place: {$name} is not a known placeholder; known: ${known.map(n => s"{$n}").mkString(", ")} (${origin(config)}). A brace that belongs to the text is written twice"
    unknown ++ optional(config)
  }

  /** An optional placeholder needs something around it that can be left out. */
  private def optional(config: RestConfig): Seq[String] = {
    val inPath = for {
      (place, url) <- Seq("url" -> config.url) ++ config.initialUrl.map("initialUrl" -> _)
      path = Template.parse(Template.beforeQuery(url)) if path.isOptional
    } yield s"$place: a path cannot leave out ${path.names.map(n => s"{$n?}").mkString(", ")}; use a parameter or initialUrl"
    val known = config.placeholders.toSet
    val inText = for {
      (place, text) <- config.body.map("body" -> _).toSeq ++ config.initialBody.map("initialBody" -> _)
      if !config.formBody && Template.parse(text, known).isOptional && JsonTemplate.parse(text, known).isEmpty
    } yield s"$place: {name?} needs a JSON body, and this is not valid JSON"
    inPath ++ inText
  }

  private def origin(config: RestConfig) =
    if (config.input.isDefined) "the first are the columns of the input" else "the first is named by offsetField"

  private def input(config: RestConfig): Seq[String] = {
    def isOnError(action: ErrorAction) =
      config.options.get(RestOptions.OnError).flatMap(RestOptions.OnError.kind.read).contains(action)
    def refused(names: Seq[String], why: String) = names.filter(config.options.has(_)).map(n => s"$n: $why")
    def onError(action: ErrorAction, text: String) = if (isOnError(action)) Seq(s"onError: $text") else Nil
    config.input match {
      case None =>
        refused(BatchOnly ++ Seq("concurrency", "partitions"), "needs an input; set inputData or input") ++
          onError(ErrorAction.Row, "row needs an input; allowed without one: retry, fail")
      case Some(i) if config.streaming =>
        refused(BatchOnly, "belongs to spark.read, and streaming is true") ++
          onError(ErrorAction.Row, "row belongs to spark.read; allowed in a stream: retry, fail") ++
          unnamed(config, i).map(columns =>
            s"url: contains no column of the input, so all its rows are one endpoint: $columns"
          )
      case Some(i) =>
        refused(StreamOnly, "belongs to streams; set streaming=true, or leave it out") ++ Seq(
          config.limits.rate.isDefined -> "maxRequestRate: is not possible with an input; use partitions and concurrency to limit its calls",
          config.paging.isPaged -> s"pagination: ${config.paging.kind} is not possible with an input: each row is one call",
          isOnError(ErrorAction.Retry) -> "onError: retry belongs to readStream; allowed with an input: row, fail"
        ).collect { case (true, text) => text } ++ unnamed(config, i).map(columns =>
          s"queryType: inline needs a placeholder that names a column of the input: $columns"
        )
    }
  }

  /** The columns, if the request contains none of them and only placeholders could insert them. */
  private def unnamed(config: RestConfig, i: InputConfig): Option[String] =
    if (i.inline && !i.columns.exists(config.mentions) && i.columns.nonEmpty)
      Some(i.columns.map(c => s"{$c}").mkString(", "))
    else None

  private val StreamOnly = Seq("inputRefresh", "inputVersion")
  private val BatchOnly = Seq("callStrictlyOnce", "queryType", "postInputFormat", "schemaSamplePcnt")

  private def address(name: String, url: String): Seq[String] = {
    def invalid(why: String) = Seq(s"$name: is not a valid URI (RFC 3986): $why")
    Try(new URI(Origin.filled(url))) match {
      // The message of Java would contain the URL, which may contain a secret.
      case Failure(e: URISyntaxException)      => invalid(s"${e.getReason} at character ${e.getIndex}")
      case Failure(e)                          => invalid(e.getClass.getSimpleName)
      case Success(u) if u.getUserInfo != null =>
        Seq(s"$name: contains a user or password; set authType=Basic, userId and userPassword")
      case Success(u) if !Origin.isHttp(u) =>
        Seq(s"""$name: must begin with http:// or https:// and a host, but begins with "${url
            .takeWhile(_ != '/')
            .take(20)}"""")
      case Success(u) if u.getFragment != null => Seq(s"$name: a fragment (#…) is never sent to a server; remove it")
      case _                                   => Nil
    }
  }

  private def headerNames(config: RestConfig): Seq[String] = config.headers.collect {
    case (k, _) if !HeaderName.isValid(k) =>
      s"""headers: "$k" is not a header name (RFC 9110 §5.1)"""
    case (k, v) if v.exists(c => c == '\r' || c == '\n' || c == 0) => s"headers.$k: contains a line break"
  }

  /** CSV and NDJSON have no values next to the records, so with these options a poll would end after its first page. Lists have no
    * common order: the next page may have records of another list that are older than the last record of this page.
    */
  private def records(config: RestConfig): Seq[String] = {
    val p = config.paging
    def body(source: Option[ValueSource]) = source.exists(_.inBody.isDefined)
    val absent =
      if (!config.records.format.isOnlyRecords) Nil
      else
        Seq(
          "nextField" -> (body(p.next) && p.kind != PaginationType.Cursor),
          "hasMoreField" -> body(p.hasMore.map(_._1)),
          "totalField" -> p.total.isDefined,
          // The status of a job is JSON.
          "emptyWhen" -> (config.emptyWhen.isDefined && config.job.isEmpty),
          "errorWhen" -> (config.errorWhen.isDefined && config.job.isEmpty)
        ).collect { case (name, true) =>
          s"$name: is a path of the response, but with responseFormat=${config.records.format} a response has nothing but records"
        }
    val unordered = config.records.paths.lengthCompare(1) > 0 && (config.offset.ascending || config.offset.descending)
    absent ++ Seq(
      unordered -> "order: asc and desc need one path in dataField; the records of several have no common order",
      (config.records.isXml && config.evolution.rescuedColumn.isDefined) ->
        "rescuedDataColumn: is not possible with responseFormat=xml; leave it out"
    ).collect { case (true, text) => text }
  }

  private def offset(config: RestConfig): Seq[String] = {
    val o = config.offset
    Seq(
      (o.source.isInstanceOf[ValueSource.InLink] && !o.kind.isToken) ->
        s"offsetField: ${o.name} needs offsetType=cursor, and offsetType is ${o.kind}",
      (o.kind.movesWithTime && config.method == HttpMethod.Get && !config.hasPlaceholder) ->
        "url: offsetType=window needs a placeholder, e.g. ?from={windowStart}&to={windowEnd}",
      (o.windowStepMs.isDefined && !o.kind.movesWithTime) -> s"windowStep: needs offsetType=window, and offsetType is ${o.kind}",
      (o.windowAligned && o.windowStepMs.isEmpty) -> "windowAlign: needs windowStep",
      ((o.windowAligned || o.windowEndInclusive || o.availableUntil.isDefined) && !o.kind.movesWithTime) ->
        s"windowAlign, windowEndInclusive, availableUntilField: need offsetType=window, and offsetType is ${o.kind}",
      ((o.lookbackMs > 0 || o.lagMs > 0) && !o.kind.canBeTime) ->
        s"lookback, lag: need an offset that is a time, and offsetType is ${o.kind}",
      (o.lookbackMs > 0 && !o.kind.movesWithTime && o.requestFormat.isEmpty && o.format.isEmpty) ->
        "lookback: needs offsetFormat or requestOffsetFormat (epoch_s, epoch_ms, iso or a pattern): the offset is calculated with",
      (o.restartsExpired && !o.kind.isToken) -> s"onCursorExpired: needs offsetType=cursor, and offsetType is ${o.kind}",
      (config.paging.expiredPlace.isDefined && !o.kind.isToken) -> s"expiredOffsetField: needs offsetType=cursor, and offsetType is ${o.kind}"
    ).collect { case (true, text) => text }
  }

  private def paging(config: RestConfig): Seq[String] = {
    val p = config.paging
    Seq(
      (p.kind.needsNextField && p.next.isEmpty) -> s"nextField: is required by pagination=${p.kind} and was not given",
      p.first.names.exists(!Placeholders.ofOffset(config.offset.name).contains(_)) ->
        "startPage: can contain {offset} and no other placeholder",
      (p.kind.isNumbered && config.offset.kind.isToken && config.followsLinks) ->
        s"pagination: ${p.kind} needs a placeholder with the offset in the request; a URL from a response has no place for the number of a page",
      (p.reanchorAfter.isDefined && !config.offset.ascending) -> "reanchorAfter: needs order=asc",
      (p.pageSizeParam.isDefined && p.pageSize.isEmpty) -> "pageSize: is required by pageSizeParam and was not given"
    ).collect { case (true, text) => text }
  }

  private def pagesInFlight(config: RestConfig): Seq[String] = if (config.paging.inFlight == 1) Nil
  else {
    val (p, o) = (config.paging, config.offset)
    Seq(
      (p.intervalMs > 0) -> "pagesInFlight: cannot be combined with pageInterval; leave one of them out",
      (p.kind.isNumbered && !config.appendsOnly && !o.kind.movesWithTime) ->
        s"pagesInFlight: pagination=${p.kind} needs order=asc, if new records appear at the end of the list, or offsetType=window; otherwise a record that moves to another page could be lost",
      (p.kind.isNumbered && config.readsFromValues) ->
        "pagesInFlight: has no effect, because each request begins at the offset of the last page (order=asc with boundary=inclusive or offsetType=incremental); leave it out",
      (!p.isPaged && !(o.kind.movesWithTime && o.windowStepMs.isDefined)) ->
        "pagesInFlight: needs pagination, or offsetType=window with windowStep"
    ).collect { case (true, text) => text }
  }

  private def changes(config: RestConfig): Seq[String] = {
    val mirrors = config.changes.exists(_.mirrors)
    Seq(
      (mirrors && config.offset.recordKey.isEmpty) ->
        s"recordKey: is required by readChanges with offsetType=${config.offset.kind} and was not given",
      (mirrors && !config.offset.recordKey.forall(_.isPlain)) ->
        "recordKey: readChanges needs paths of names only, e.g. meta.id",
      config.changes.flatMap(_.deletedWhen).exists(!_.path.isPlain) ->
        "deletedWhen: needs a path of names only, e.g. meta.deleted=true",
      (config.readChanges && !mirrors && config.options.has(RestOptions.DeletedAfter)) ->
        s"deletedAfter: needs offsetType=snapshot, and offsetType is ${config.offset.kind}"
    ).collect { case (true, text) => text }
  }

  private def body(config: RestConfig): Seq[String] = {
    val b = config.body ++ config.initialBody
    val keyInBody = config.auth match {
      case k: AuthConfig.ApiKey  => k.in == KeyPlacement.Body
      case s: AuthConfig.Session =>
        s.place match {
          case AuthConfig.TokenPlace.Named(_, in) => in == KeyPlacement.Body
          case _                                  => false
        }
      case _ => false
    }
    Seq(
      (keyInBody && config.body.isEmpty && config.input.isEmpty) -> "body: is required by apiKeyIn=body and was not given",
      (config.schemaHints.isDefined && !config.inferSchema) ->
        s"schemaHints: need outputType=struct, and outputType is ${config.outputType}",
      (b.nonEmpty && config.method == HttpMethod.Get) -> "method: body needs POST, PUT or PATCH, and method is GET",
      (config.initialBody.nonEmpty && config.body.isEmpty) -> "body: is required by initialBody and was not given",
      (config.formBody && b.exists(OptType.JsonMap.read(_).isEmpty)) ->
        "body: bodyFormat=form needs a JSON object of names and templates"
    ).collect { case (true, text) => text }
  }
}
