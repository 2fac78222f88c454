// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

/** Writes a response: the records, and the envelope of the setup around them. */
final private[sim] class Envelope(setup: Setup) {
  private val name = if (setup.warnings) "results" else "data"

  /** Before the first records, a reader cannot know which array contains them. */
  private var known = false

  /** @param fields JSON values */
  def apply(rows: Seq[Row], fields: Seq[(String, String)], headers: Seq[(String, String)]): Answer = {
    if (rows.nonEmpty) known = true
    val records = rows.map(_.text).mkString("[", ",", "]")
    val around = fields.map { case (k, v) => s""""$k":$v""" }
    val body =
      if (setup.rootArray && fields.isEmpty) records
      else {
        val data = s""""$name":$records"""
        val warnings =
          if (setup.warnings && known && rows.isEmpty)
            Seq(""""warnings":[{"id":999,"updated_at":1,"text":"nothing found"}]""")
          else Nil
        ((if (setup.head) around :+ data else data +: around) ++ warnings).mkString("{", ",", "}")
      }
    if (rows.isEmpty && setup.emptyStatus != 200 && headers.isEmpty && fields.isEmpty) Answer(setup.emptyStatus, Nil, "")
    else Answer(200, headers, body)
  }

  /** No records though there are some: a backend of the API did not answer in time. */
  def void(manner: Int): Answer = {
    val data = if (manner % 3 == 0) "[]" else "null"
    val errors = if (manner % 3 == 2) ""","errors":[{"message":"timeout"}]""" else ""
    Answer(200, Nil, if (setup.rootArray) data else s"""{"$name":$data$errors}""")
  }
}

/** Lists with a filter and pages: since, ids, feed, window, snapshot. */
final private[sim] class ListEndpoint(private var setup: Setup, world: World) {
  private val pager = new Pager(setup)
  private val envelope = new Envelope(setup)
  private var lastPage = 0
  var wrong: Option[String] = None

  /** Changes since the last page. */
  var changes = 0

  /** While the list was read by page number, it moved by the length of the last page, past its end, or by pages in the opposite
    * order. So repeated records are not at the beginning of a page.
    */
  var movedByPage = false
  private var moves = 0

  /** The list moved in this way twice in a row. To the reader it looks unchanged, as if it had ended. */
  var standsStill = false

  def expire(): Unit = pager.epoch += 1

  /** From now on the reader sends other requests. */
  def become(other: Setup): Unit = {
    setup = other
    pager.setup = other
  }

  /** Whether the request is for another page than the first. */
  def isLater(query: Query): Boolean = token(query).exists(t => t != "0" && t != "1")

  /** Whether a page with records was read since the request for the first page. */
  var began = false

  def answer(query: Query): Answer =
    filtered(query).flatMap(list => pager.page(list, token(query)).map(p => (list, p))) match {
      case Left((status, why)) => Answer(status, Nil, why)
      case Right((_, page)) if setup.past != 200 && page.rows.isEmpty && !page.more && isLater(query) =>
        Answer(setup.past, Nil, "Invalid page.")
      case Right((_, page)) =>
        moves = if (setup.paging == "page" && token(query).exists(_ != "1") && changes >= lastPage) moves + 1 else 0
        if (moves > 1) standsStill = true
        if (setup.sliding && changes > 0 && (changes >= lastPage || setup.end == "repeat" || setup.backwards))
          movedByPage = true
        changes = 0
        began = page.rows.nonEmpty || began && isLater(query)
        if (page.rows.nonEmpty) lastPage = page.rows.length
        written(query, page)
    }

  private def token(query: Query): Option[String] = setup.paging match {
    case "page" | "offset"    => query(setup.paging)
    case "cursor" if byRecord =>
      query("starting_after").map(id => s"${pager.epoch}~~k~${keyOfId(id)}~${scope(query)}${setup.order}")
    case "cursor" => query("cursor")
    case _        => query("page_token")
  }

  private def byRecord = setup.carrier == "record"
  private def keyOfId(id: String): String = s"${if (setup.order == "desc") -id.toLong else id.toLong}.0"
  private def scope(query: Query): String = query("from").orElse(query("since")).getOrElse("").filter(_.isLetterOrDigit)

  private def filtered(query: Query): Either[(Int, String), Listing] = {
    val asked = if (setup.ask.isEmpty) setup.form else setup.ask
    def moment(name: String) = query(name) match {
      case None    => Left((400, s"$name is missing"))
      case Some(t) => World.read(t, asked).toRight((400, s"$name=$t is not a valid $asked"))
    }
    def whole(name: String) =
      query(name).fold[Either[(Int, String), Long]](Left((400, s"$name is missing")))(t =>
        scala.util.Try(t.toLong).toOption.toRight((400, s"$name=$t is not a number"))
      )
    val keep: Either[(Int, String), Row => Boolean] = setup.kind match {
      case "since" =>
        moment("since").map { t =>
          setup.bound match {
            case "inclusive" => r => r.at >= t || r.at == World.Odd
            case "exclusive" => r => r.at > t || r.at == World.Odd
            case "coarse"    => r => r.at >= t / setup.unit * setup.unit || r.at == World.Odd
          }
        }
      case "ids" if setup.bound == "exclusive" => whole("since").map(n => _.id > n)
      case "ids"                               => whole("from").map(n => _.id >= n)
      case "window"                            =>
        for (a <- moment("from"); b <- moment("to"))
          yield
            if (setup.bound == "exclusive") (r: Row) => r.at >= a && r.at < b else (r: Row) => r.at >= a && r.at <= b
      case _ => Right(_ => true)
    }
    val sorted = key
    keep.map(k => Listing(world.shown.filter(k).toVector.sortBy(sorted), sorted, scope(query)))
  }

  private def key: Row => (Long, Long) = {
    val byId = setup.kind == "ids" || setup.kind == "snapshot" || setup.kind == "feed" && setup.offset == "incremental"
    setup.order match {
      case "none"         => r => (mixed(r.id), r.seq)
      case "asc" if byId  => r => (r.id, 0L)
      case "desc" if byId => r => (-r.id, 0L)
      case "asc"          => r => (r.at, tie(r))
      case "desc"         => r => (-r.at, -tie(r))
    }
  }
  private def tie(r: Row): Long = if (setup.twins) r.seq else r.id
  private def mixed(id: Long): Long = (id * 0x9e3779b97f4a7c15L) >>> 40

  private def written(query: Query, page: Page): Answer = {
    def text(t: String) = "\"" + t + "\""
    def envelope(rows: Seq[Row], fields: Seq[(String, String)], headers: Seq[(String, String)]) =
      this.envelope(rows, fields ++ (if (setup.until) Seq("until" -> until) else Nil), headers)
    def until = if (setup.form == "iso") text(World.written(world.available, "iso"))
    else World.written(world.available, setup.form)
    val tokenField = page.next.map { t =>
      setup.paging match {
        case "nextUrl" => text(query.url(setup.relative, "page_token", t))
        case _         => text(t)
      }
    }
    val next = tokenField.orElse(setup.end match {
      case "null"  => Some("null")
      case "blank" => Some("\"\"")
      case _       => None
    })
    val hasMore = if (setup.end == "more") Seq(page.more.toString) else Nil
    val more = if (setup.moreHeader) Nil else hasMore.map("has_more" -> _)
    val inHeader = if (setup.moreHeader) hasMore.map("x-more" -> _) else Nil
    setup.paging match {
      case "none" => envelope(page.rows, Nil, Nil)
      case "link" =>
        val link = page.next.map(t => s"""<${query.url(setup.relative, "page_token", t)}>; rel="next"""")
        val first = s"""<${query.url(setup.relative, "page_token", "")}>; rel="first""""
        envelope(page.rows, Nil, Seq("link" -> (link.toSeq :+ first).mkString(", ")))
      case "nextUrl"                             => envelope(page.rows, next.map("next" -> _).toSeq ++ more, inHeader)
      case "cursor" if byRecord                  => envelope(page.rows, more, inHeader)
      case "cursor" if setup.carrier == "header" =>
        envelope(page.rows, more, inHeader ++ page.next.map("x-next" -> _))
      case "cursor"                  => envelope(page.rows, next.map("next" -> _).toSeq ++ more, inHeader)
      case _ if setup.end == "total" => envelope(page.rows, Seq("total" -> page.total.toString), Nil)
      case _                         => envelope(page.rows, more, inHeader)
    }
  }
}

/** Changes in the order in which they were committed, behind a cursor: log, link, delta. A log behind the id of a record may
  * have numbered pages.
  */
final private[sim] class LogEndpoint(private var setup: Setup, world: World) {
  private val envelope = new Envelope(setup)
  private val pager = new Pager(setup)
  private var epoch = 0
  private var served = 0

  /** The last answer was empty, but not the end. */
  var hollow = false

  def expire(): Unit = epoch += 1
  def become(other: Setup): Unit = setup = other

  def answer(query: Query): Answer = {
    val parameter = if (setup.kind == "log" && setup.carrier == "record") "after" else "cursor"
    query(parameter).filter(_.nonEmpty) match {
      case Some(t) if parameter == "after" => listed(query, afterId(t.toLong))
      case Some(t)                         =>
        t.split("~") match {
          case Array("c", e, _) if e.toInt != epoch => Answer(410, Nil, "the cursor has expired")
          case Array("c", _, seq)                   => from(query, seq.toLong)
          case Array("c", _, seq, hole)             => from(query, seq.toLong, hole.takeWhile(_ != 'h').toInt)
          case _                                    => Answer(400, Nil, s"bad cursor $t")
        }
      case None if setup.first && query("start").isEmpty => Answer(400, Nil, "neither cursor nor start")
      case None                                          => listed(query, 0)
    }
  }

  private def listed(query: Query, seq: Long): Answer = if (!setup.paged || setup.kind != "log") from(query, seq)
  else {
    val rows = world.rows.filter(_.seq > seq).toVector.sortBy(_.seq)
    val token = query(setup.paging)
    pager.page(Listing(rows, r => (r.seq, 0L), ""), token) match {
      case Left((status, why)) => Answer(status, Nil, why)
      case Right(page)
          if setup.past != 200 && page.rows.isEmpty && !page.more && token.exists(t => t != "0" && t != "1") =>
        Answer(setup.past, Nil, "Invalid page.")
      case Right(page) =>
        val more = page.more.toString
        val (fields, headers) = setup.end match {
          case "more" if setup.moreHeader => (Nil, Seq("x-more" -> more))
          case "more"                     => (Seq("has_more" -> more), Nil)
          case "total"                    => (Seq("total" -> page.total.toString), Nil)
          case _                          => (Nil, Nil)
        }
        envelope(page.rows, fields, headers)
    }
  }

  private def afterId(id: Long): Long =
    world.lives.find(_.row.id == id).fold(0L)(l => if (setup.bound == "inclusive") l.row.seq - 1 else l.row.seq)

  /** @param depth empty pages in a row so far */
  private def from(query: Query, seq: Long, depth: Int = 0): Answer = {
    served += 1
    val all = world.rows.filter(_.seq > seq).toVector.sortBy(_.seq)
    hollow = setup.gap > 0 && all.nonEmpty &&
      (depth == 0 && served % setup.gap == 0 || depth > 0 && depth < setup.holes)
    val page = if (hollow) Vector.empty else if (setup.pageSize > 0) all.take(setup.pageSize) else all
    val more = page.length < all.length
    val at = page.lastOption.fold(seq)(_.seq)
    val token = s"c~$epoch~$at" +
      (if (hollow) s"~${depth + 1}h$served" else if (setup.fresh && page.isEmpty) s"~${setup.holes}h$served" else "")
    def url = query.url(setup.relative && setup.kind == "delta", "cursor", token)
    def text(t: String) = "\"" + t + "\""
    val goesOn = setup.end == "same" || setup.fresh
    setup.kind match {
      case "link"                         => envelope(page, Nil, Seq("link" -> s"""<$url>; rel="next""""))
      case "delta" if more                => envelope(page, Seq("next" -> text(url)), Nil)
      case "delta"                        => envelope(page, Seq("delta" -> text(url)), Nil)
      case _ if setup.carrier == "record" => envelope(page, Nil, Nil)
      case _ if setup.carrier == "header" =>
        envelope(page, Nil, if (more || goesOn) Seq("x-next" -> token) else Nil)
      case _ if more || goesOn       => envelope(page, Seq("next" -> text(token)), Nil)
      case _ if setup.end == "null"  => envelope(page, Seq("next" -> "null"), Nil)
      case _ if setup.end == "blank" => envelope(page, Seq("next" -> "\"\""), Nil)
      case _                         => envelope(page, Nil, Nil)
    }
  }
}
