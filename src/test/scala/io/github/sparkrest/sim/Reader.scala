// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

/** The options that a user would write for an API of this setup. */
object Reader {
  private val Host = "http://api.test"

  def options(s: Setup): Map[String, String] =
    posted(s, (tracking(s) ++ paging(s) ++ common(s)).toMap)

  /** The same request with a body: the query parameters and the page. */
  private def posted(s: Setup, options: Map[String, String]): Map[String, String] = if (!s.post) options
  else {
    val (address, query) = options("url").span(_ != '?')
    val asked = query.drop(1).split("&").map(_.split("=", 2)).map(p => s""""${p(0)}":"${p(1)}"""")
    val page = s.paging match {
      case "cursor"          => Seq(""""cursor":{cursor}""")
      case "page" | "offset" => Seq(s""""${s.paging}":{page}""")
      case _                 => Nil
    }
    options + ("url" -> address) + ("method" -> "POST") + ("body" -> (asked ++ page).mkString("{", ",", "}"))
  }

  private def tracking(s: Setup): Seq[(String, String)] = s.kind match {
    case "since" =>
      Seq("url" -> s"$Host/items?since={offset}", "offsetType" -> s.offset, "offsetField" -> "updated_at") ++
        formats(s) ++ (if (s.initial > 0) Seq("initialOffset" -> World.written(World.Began + s.initial, s.sent))
                       else Nil)
    case "ids" =>
      val name = if (s.bound == "exclusive") "since" else "from"
      Seq("url" -> s"$Host/items?$name={id}", "offsetType" -> "incremental", "offsetField" -> "id")
    case "feed" =>
      val field = if (s.offset == "incremental") "id" else "updated_at"
      Seq("url" -> s"$Host/items", "offsetType" -> s.offset, "offsetField" -> field) ++ formats(s)
    case "window" =>
      Seq(
        "url" -> s"$Host/items?from={windowStart}&to={windowEnd}",
        "offsetType" -> "window",
        "offsetField" -> "updated_at",
        "initialOffset" -> World.written(World.Began - 10000, s.sent)
      ) ++ formats(s) ++ (if (s.until) Seq("availableUntilField" -> "until") else Nil) ++
        (if (s.align) Seq("windowAlign" -> "true") else Nil) ++ (if (s.step > 0) Seq("windowStep" -> s"${s.step}ms")
                                                                 else Nil)
    case "snapshot" => Seq("url" -> s"$Host/items", "offsetType" -> "snapshot")
    case "log"      =>
      val (name, field) = s.carrier match {
        case "record" => ("after", "id")
        case "header" => ("cursor", "header:X-Next")
        case _        => ("cursor", "next")
      }
      Seq("url" -> s"$Host/log?$name={offset}", "offsetType" -> "cursor", "offsetField" -> field) ++
        (if (s.first) Seq("initialUrl" -> s"$Host/log?start=0") else Nil)
    case "link"  => Seq("url" -> s"$Host/log?limit=3", "offsetType" -> "cursor", "offsetField" -> "link:next")
    case "delta" =>
      Seq(
        "url" -> s"$Host/log?limit=3",
        "offsetType" -> "cursor",
        "offsetField" -> "delta",
        "pagination" -> "nextUrl",
        "nextField" -> "next"
      )
  }

  private def formats(s: Setup): Seq[(String, String)] =
    if (s.ask.nonEmpty) Seq("offsetFormat" -> s.form, "requestOffsetFormat" -> s.ask)
    else if (s.kind == "window" || s.lookback > 0 || s.lag > 0) Seq("offsetFormat" -> s.form)
    else Nil

  private def paging(s: Setup): Seq[(String, String)] = if (!s.paged) Nil
  else {
    val kind = Seq("pagination" -> s.paging)
    val next = s.paging match {
      case "nextUrl"                         => Seq("nextField" -> "next")
      case "cursor" if s.carrier == "record" => Seq("nextField" -> "id", "pageParam" -> "starting_after")
      case "cursor" if s.carrier == "header" => Seq("nextField" -> "header:X-Next")
      case "cursor"                          => Seq("nextField" -> "next")
      case _                                 => Nil
    }
    val stop = s.end match {
      case "more"  => Seq("hasMoreField" -> (if (s.moreHeader) "header:X-More" else "has_more"))
      case "total" => Seq("totalField" -> "total")
      case _       => Nil
    }
    kind ++ next ++ stop ++ (if (s.maxPages < 100) Seq("maxPagesPerPoll" -> s.maxPages.toString) else Nil)
  }

  /** The option, where it is allowed. Without it, requests are sent one after the other. */
  private def readsAhead(s: Setup): Boolean = s.flight > 1 && (s.paging match {
    case "page" | "offset" =>
      s.kind == "window" || s.order == "asc" && s.tellOrder && (s.kind == "snapshot" || s.kind == "since" && !inclusive(
        s
      ))
    case "none" => s.kind == "window" && s.step > 0 || s.kind == "delta"
    case _      => true
  })

  private def inclusive(s: Setup) =
    s.boundary == "inclusive" || s.boundary.isEmpty && s.tellBoundary && s.bound != "exclusive"

  private def common(s: Setup): Seq[(String, String)] = {
    val ordered = Set("since", "ids", "feed", "window", "snapshot")(s.kind)
    Seq(
      Some("streamingInterval" -> s.interval.toString),
      Some("dataField" -> "data").filterNot(_ => s.rootArray || s.warnings),
      Some("pageSize" -> s.size.toString).filter(_ => s.size > 0 && !s.sized),
      Some("pageSizeParam" -> "per_page").filter(_ => s.size > 0 && !s.sized),
      Some("headers" -> s"""{"X-Page-Size":"${s.size}","X-Api-Key":"key-of-${s.size}"}""").filter(_ => s.sized),
      Some("params" -> s.param.split("=").mkString("{\"", "\":\"", "\"}")).filter(_ => s.param.nonEmpty),
      Some("order" -> s.order).filter(_ => s.tellOrder && ordered && s.paged),
      Some("boundary" -> s.boundary).filter(_ => s.boundary.nonEmpty),
      Some("boundary" -> (if (s.bound == "exclusive") "exclusive" else "inclusive")).filter(_ =>
        s.boundary.isEmpty && (s.tellBoundary || s.kind == "ids" && s.bound == "exclusive")
      ),
      Some("recordKey" -> "id").filter(_ => s.key),
      Some("readChanges" -> "true").filter(_ => s.changes),
      Some("deletedAfter" -> s.gone.toString).filter(_ => s.changes && s.gone > 0),
      Some("deletedWhen" -> "deleted=true").filter(_ => s.changes && s.marks),
      Some("pagesInFlight" -> s.flight.toString).filter(_ => readsAhead(s)),
      Some("conditionalRequests" -> "false").filterNot(_ => s.conditional),
      Some("lag" -> s"${s.lag}ms").filter(_ => s.lag > 0),
      Some("lookback" -> s"${s.lookback}ms").filter(_ => s.lookback > 0),
      Some("onCursorExpired" -> s.expired).filter(_ => s.expired != "fail"),
      Some("emptyStatusCodes" -> s"204,304,404${if (s.spent) ",410" else ""}").filter(_ =>
        s.emptyStatus == 404 || s.past == 404 || s.spent
      )
    ).flatten
  }
}
