// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

/** The simulated API, and the options that read it. The text form contains only values that differ from the default. It can be
  * parsed, so a failing history stays a test even if the generator changes.
  */
final case class Setup(chosen: Map[String, String]) {
  private def text(name: String): String = chosen.getOrElse(name, Setup.default(name))
  private def number(name: String): Int = text(name).toInt
  private def flag(name: String): Boolean = text(name).toBoolean

  // ---- the server

  /** since, ids, feed, log, link, delta, window, snapshot: see [[SimApi]]. */
  lazy val kind: String = text("kind")

  /** Bound of the filter: inclusive, exclusive, coarse (the server rounds the requested value down to a unit). */
  lazy val bound: String = text("bound")
  lazy val unit: Int = number("unit")

  /** How the server sorts: asc, desc, none (by id). */
  lazy val order: String = text("order")

  /** Milliseconds between two different timestamps. */
  lazy val grain: Int = number("grain")

  /** The format of timestamps in records and in requests. */
  lazy val form: String = text("form")
  lazy val ask: String = text("ask")
  lazy val rows: Int = number("rows")

  /** Records per page, whatever the client requests; 0: no limit. */
  lazy val cap: Int = number("cap")

  /** none, link, nextUrl, cursor, page, offset. */
  lazy val paging: String = text("paging")

  /** The meaning of a page token: keyset (after a record), number (after n records), frozen (in the list as it was). */
  lazy val view: String = text("view")

  /** Where a cursor is: envelope, record, header. */
  lazy val carrier: String = text("carrier")

  /** How the last page says so: absent, null, blank, more (has_more=false), empty (a further page), total, repeat. */
  lazy val end: String = text("end")
  lazy val relative: Boolean = flag("relative")

  /** Every nth page is empty, but has a next page; 0: none. */
  lazy val gap: Int = number("gap")

  /** A page's records come in the opposite order. */
  lazy val backwards: Boolean = flag("backwards")
  lazy val rootArray: Boolean = flag("rootArray")

  /** The envelope's fields come before the records. */
  lazy val head: Boolean = flag("head")

  /** A log that keeps only the newest version of a record. */
  lazy val compact: Boolean = flag("compact")

  /** The first request differs from later requests. */
  lazy val first: Boolean = flag("first")

  /** Records without an id: two of them can be equal. */
  lazy val twins: Boolean = flag("twins")

  /** An empty list is answered with this status. */
  lazy val emptyStatus: Int = number("emptyStatus")

  /** A page after the last one is answered with this status; 200: it is empty. */
  lazy val past: Int = number("past")

  /** Every nth numbered page is empty because all its records are filtered out, and has_more is true; 0: none. */
  lazy val filter: Int = number("filter")

  /** The number of empty pages in a row, where [[gap]] makes a page empty. */
  lazy val holes: Int = number("holes")

  /** Each empty page at the end has a new cursor. */
  lazy val fresh: Boolean = flag("fresh")

  /** The records are in `results`, and next to an empty list there is a filled array of warnings. */
  lazy val warnings: Boolean = flag("warnings")

  /** The value in place of a time in single records: blank, na, zero, null, huge; see [[World.odd]]. */
  lazy val odd: String = text("odd")

  /** The first record has such a value. */
  lazy val oddFirst: Boolean = flag("oddFirst")

  /** Every response has a `date` header, by the API's clock. */
  lazy val date: Boolean = flag("date")

  /** The API may return an empty response even where a reader cannot detect the fault. */
  lazy val blind: Boolean = flag("blind")

  /** How far a lagging replica is behind at most, in milliseconds; 0: no limit. */
  lazy val behind: Int = number("behind")

  /** The request has a JSON body instead of a query. */
  lazy val post: Boolean = flag("post")

  /** The validator of a response: none, strong, weak, modified (the second of the last change), lying (always the same). */
  lazy val tag: String = text("tag")

  /** Responses name the time until which the data are complete (`availableUntilField`): see [[World.available]]. */
  lazy val until: Boolean = flag("until")

  /** Slices are whole (`windowAlign`). */
  lazy val align: Boolean = flag("align")

  /** An expired page token is refused with a status that `emptyStatusCodes` contains, as the end of a list may be. */
  lazy val spent: Boolean = flag("spent")

  // ---- the reader

  /** timestamp, max_field, incremental: where the kind leaves a choice. */
  lazy val offset: String = text("offset")

  /** Whether the options state the order and the boundary. */
  lazy val tellOrder: Boolean = flag("tellOrder")
  lazy val tellBoundary: Boolean = flag("tellBoundary")

  /** A boundary option that is not the server's. */
  lazy val boundary: String = text("boundary")
  lazy val key: Boolean = flag("key")
  lazy val lag: Int = number("lag")
  lazy val lookback: Int = number("lookback")
  lazy val step: Int = number("step")
  lazy val interval: Int = number("interval")
  lazy val maxPages: Int = number("maxPages")
  lazy val expired: String = text("expired")

  /** The reader sends conditional requests. */
  lazy val conditional: Boolean = flag("conditional")

  /** Milliseconds by which the host's clock is ahead of the API's clock. */
  lazy val skew: Int = number("skew")

  /** Requested records per page, which the server obeys; 0: no such request. */
  lazy val size: Int = number("size")

  /** The size of pages is in a header of the request. */
  lazy val sized: Boolean = flag("sized")

  /** `has_more` is in a header of the response. */
  lazy val moreHeader: Boolean = flag("moreHeader")

  /** A further query parameter, as name=value. */
  lazy val param: String = text("param")

  /** `initialOffset`, in milliseconds since [[World.Began]]; 0: the default. */
  lazy val initial: Int = number("initial")

  /** The stream reads changes: see [[Mirrored]]. */
  lazy val changes: Boolean = flag("changes")

  /** `deletedAfter`; 0: the default. */
  lazy val gone: Int = number("gone")

  /** A deleted record stays in the list with a mark for some time. */
  lazy val marks: Boolean = flag("marks")

  /** The most requests of a poll at once. */
  lazy val flight: Int = number("flight")

  /** Records are only added, behind all others in an ascending list. */
  lazy val grows: Boolean = flag("grows")

  /** The events may hold `options`. */
  lazy val restarts: Boolean = flag("restarts")

  /** The tolerated difference of the clocks. The API states its time in whole seconds, or not at all. */
  def clocks: Long = if (skew == 0 && !date && kind != "window") 0L else 6000L + math.abs(skew)

  /** Requests after which a task hands back. */
  lazy val requests: Int = number("requests")

  /** Records may share a timestamp even if no reader can get past them. */
  lazy val ties: Boolean = flag("ties")

  /** Most records with one timestamp; 0: no limit. */
  lazy val tieLimit: Int = number("tieLimit")

  /** Changes wait until a traversal is complete. */
  lazy val calm: Boolean = flag("calm")

  /** No response has fields next to its records: then the root may be the array. */
  def bare: Boolean = !(Set("nextUrl", "delta")(paging) || Set("more", "total")(end) || kind == "delta" ||
    (paging == "cursor" || kind == "log") && carrier == "envelope" || until)

  def paged: Boolean = paging != "none"
  def sliding: Boolean = paged && view == "number"

  /** The format of times in requests, and how far it rounds them down. */
  def sent: String = if (ask.isEmpty) form else ask
  def rounding: Int = if (ask == "minute") 60000 else 0

  def unique: Boolean = bound == "exclusive" && kind == "since" && !ties

  /** The range of timestamps that the server treats as equal. */
  def sameness: Int = if (bound == "coarse") math.max(grain, unit) else grain

  /** The most records that may share a timestamp so that a reader can still read the API. */
  def groupLimit: Int =
    if (ties) Int.MaxValue
    else if (!paged && cap > 0 && kind == "since") cap - 1
    else if (tieLimit > 0) tieLimit
    else Int.MaxValue

  /** Traversals in a row that lack a deleted record before the stream says so. */
  def goneAfter: Int = if (gone > 0) gone else if (Set("none", "cursor")(paging)) 1 else 2

  /** The API shows where the list ends. Otherwise no traversal is certain to be whole, and no record counts as deleted. */
  def ends: Boolean = end != "always" && end != "repeat"

  /** Records of a page. */
  def pageSize: Int = if (size > 0) size else cap

  def and(more: (String, String)*): Setup = Setup(chosen ++ more)

  /** This setup after an `options/n` event: other options of the reader, and the behavior of the server for them. */
  def variant(n: Int): Setup = n match {
    case 1                   => and("size" -> "2")
    case 2                   => and("size" -> "7")
    case 3                   => other
    case 4 if kind == "feed" => this
    case 4                   =>
      if (order == "desc") and("order" -> "asc", "param" -> "sort=up")
      else and("order" -> "desc", "param" -> "sort=down")
    // Each snapshot is compared with the last snapshot, if that was kept.
    case 5 if kind == "snapshot" => this
    case 5                       => and("key" -> (!key).toString)
    case 6                       => and("param" -> "lang=en")
    case 7 if kind == "window"   => and("ask" -> (if (sent == "epoch_s") "iso" else "epoch_s"))
    case 8 if kind == "since"    => and("initial" -> "2000")
    // The API has no late records, so a longer overlap returns only records that came.
    case 9 if Set("since", "window")(kind) && lookback == 0 && form != "oid" => and("lookback" -> "6000")
    case _                                                                   => this
  }

  def variants: Seq[Setup] = if (restarts) (0 until Setup.Variants).map(variant) else Seq(this)

  /** Another kind of pagination of the same API. */
  private def other: Setup = paging match {
    case "page"    => and("paging" -> "link", "end" -> "absent", "filter" -> "0")
    case "offset"  => and("paging" -> "page", "end" -> "absent")
    case "link"    => and("paging" -> "offset", "end" -> "absent", "view" -> "number", "gap" -> "0")
    case "nextUrl" => and("paging" -> "link", "end" -> "absent")
    case "cursor"  => and("paging" -> "nextUrl", "end" -> "absent", "carrier" -> "envelope")
    case _         => this
  }

  override def toString: String =
    chosen.toSeq.filterNot { case (k, v) => Setup.default(k) == v }.sorted.map { case (k, v) => s"$k=$v" }.mkString(" ")
}

object Setup {
  val Variants = 10
  val default: Map[String, String] = Map(
    "kind" -> "since",
    "bound" -> "inclusive",
    "unit" -> "10000",
    "order" -> "asc",
    "grain" -> "1000",
    "form" -> "epoch_ms",
    "ask" -> "",
    "rows" -> "5",
    "cap" -> "0",
    "paging" -> "none",
    "view" -> "keyset",
    "carrier" -> "envelope",
    "end" -> "absent",
    "relative" -> "false",
    "gap" -> "0",
    "backwards" -> "false",
    "rootArray" -> "false",
    "head" -> "false",
    "compact" -> "false",
    "first" -> "false",
    "twins" -> "false",
    "emptyStatus" -> "200",
    "post" -> "false",
    "tag" -> "none",
    "conditional" -> "true",
    "offset" -> "max_field",
    "tellOrder" -> "true",
    "tellBoundary" -> "false",
    "boundary" -> "",
    "key" -> "false",
    "lag" -> "0",
    "lookback" -> "0",
    "step" -> "0",
    "interval" -> "0",
    "maxPages" -> "100",
    "expired" -> "fail",
    "requests" -> "1000",
    "ties" -> "false",
    "tieLimit" -> "0",
    "calm" -> "false",
    "past" -> "200",
    "filter" -> "0",
    "holes" -> "1",
    "fresh" -> "false",
    "warnings" -> "false",
    "odd" -> "",
    "oddFirst" -> "false",
    "date" -> "false",
    "behind" -> "0",
    "blind" -> "false",
    "skew" -> "0",
    "size" -> "0",
    "sized" -> "false",
    "moreHeader" -> "false",
    "param" -> "",
    "restarts" -> "false",
    "flight" -> "1",
    "changes" -> "false",
    "gone" -> "0",
    "marks" -> "false",
    "grows" -> "false",
    "until" -> "false",
    "spent" -> "false",
    "align" -> "false",
    "initial" -> "0"
  )

  def parse(text: String): Setup = {
    val chosen = text.trim.split("\\s+").filter(_.nonEmpty).map(_.split("=", 2)).map(p => p(0) -> p(1)).toMap
    require(chosen.keySet.subsetOf(default.keySet), s"unknown: ${chosen.keySet -- default.keySet}")
    Setup(chosen)
  }
}

/** Something that happens right before the request with this number, counted from 1 over the whole run. */
final case class Event(at: Int, what: String, n: Int) {
  override def toString: String = if (n == 0) s"$at:$what" else s"$at:$what/$n"
}

object Event {

  /** Changes of the data; `n` picks a record, or says how much later (tick), or how late (late). bulk: all records get the
    * same time; odd: a record without a usable time; return: a deleted record comes back.
    */
  val Changes: Set[String] = Set("insert", "update", "delete", "late", "tick", "bulk", "odd", "return")

  /** error: 500; cut: the body ends after n bytes; crash; lose: a crash after the poll that sends the request, before its result
    * counts; expire: tokens given out before are answered with 410; options: a restart with the options of [[Setup.variant]].
    */
  val Faults: Set[String] = Set("error", "cut", "crash", "lose", "expire", "options")

  /** stop: a crash, and tokens expire meanwhile; sleep: the same without a crash, before the next poll; slide: a record is deleted
    * while pages are read; complete: the API completes its data, n later.
    */
  val Others: Set[String] = Set("stop", "sleep", "slide", "complete")

  /** Single responses that do not match the data. status: n; void: no records, in the manner n; stale: the data of n requests
    * ago.
    */
  val Strays: Set[String] = Set("status", "void", "stale")

  def parse(text: String): Event = text.split("[:/]") match {
    case Array(at, what)    => Event(at.toInt, what, 0)
    case Array(at, what, n) => Event(at.toInt, what, n.toInt)
    case _                  => throw new IllegalArgumentException(text)
  }
}

/** A whole history: setup | events. */
final case class Scenario(setup: Setup, events: Vector[Event]) {
  override def toString: String = s"$setup | ${events.mkString(" ")}"
}

object Scenario {
  def parse(text: String): Scenario = {
    val (setup, events) = text.span(_ != '|')
    Scenario(Setup.parse(setup), events.drop(1).trim.split("\\s+").filter(_.nonEmpty).map(Event.parse).toVector)
  }
}
