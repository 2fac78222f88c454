// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

/** Additions of the generator to a setup and its events, each behind a switch: `SIM_WITHOUT=bulk,void` turns two of them off.
  * Each addition has separate dice, so turning it off does not change the others.
  *
  * The conditions exclude APIs for which the promise cannot hold, and say why.
  */
object Dimensions {
  val all: Seq[String] = Seq(
    "options",
    "bulk",
    "status",
    "void",
    "filter",
    "holes",
    "past",
    "fresh",
    "always",
    "stale",
    "warnings",
    "oid",
    "odd",
    "skew",
    "ahead",
    "slices",
    "changes",
    "until",
    "minutes",
    "spent",
    "slide",
    "sized",
    "more"
  )

  private val without: Set[String] = sys.props
    .get("sim.without")
    .orElse(sys.env.get("SIM_WITHOUT"))
    .fold(Set.empty[String])(_.split(",").map(_.trim).toSet)

  def on(name: String): Boolean = !without(name)

  private def dice(name: String, seed: Long) = new Dice(seed * 31 + name.hashCode)

  def setup(s: Setup, seed: Long): Setup = all.filter(on).foldLeft(s)((t, name) => setup(name, t, dice(name, seed)))

  def events(s: Setup, seed: Long): Seq[Event] = all.filter(on).flatMap { name =>
    val r = dice(name, seed)
    // A list that moves twice can hide a record from two traversals.
    def times = if (name == "slide") 1 else 1 + r(2)
    if (r.oneIn(3)) Seq.fill(times)(1 + r(24)).flatMap(at => event(name, s, r).map { case (w, n) => Event(at, w, n) })
    else Nil
  }

  private val Tokens = Set("link", "nextUrl", "cursor")
  private val Logs = Set("log", "link", "delta")
  private def byToken(s: Setup) = Tokens(s.paging) && s.carrier != "record"

  private def setup(name: String, s: Setup, r: Dice): Setup = name match {
    // Without pages fewer records may share a timestamp than a response holds, and another size would break that.
    case "options" if r.oneIn(4) && !s.post && !s.twins && s.carrier != "record" && (s.paged || Logs(s.kind)) =>
      s.and("restarts" -> "true")
    case "bulk" if r.oneIn(4) => s.and("rows" -> (6 + r(10)).toString)
    // With offsets a reader cannot know the length of an empty page. Without has_more the page looks like the end.
    case "filter" if r.oneIn(2) && s.paging == "page" && s.end == "more" => s.and("filter" -> r.pick(Seq("2", "3")))
    case "holes" if r.oneIn(2) && s.gap > 0                              =>
      s.and("holes" -> r.pick(Seq("2", "3")), "gap" -> r.pick(Seq("1", s.gap.toString)))
    case "past" if r.oneIn(3) && Set("page", "offset")(s.paging) && Set("empty", "absent")(s.end) =>
      s.and("past" -> "404")
    case "fresh" if r.oneIn(3) && Logs(s.kind) && s.carrier != "record" => s.and("fresh" -> "true")
    case "always" if r.oneIn(5) && byToken(s)                           => s.and("end" -> "always")
    case "stale"                                                        => stale(s)
    // The reader remembers the array of the first response with records, so that array must be the right one.
    case "warnings" if r.oneIn(6) && !s.rootArray && s.rows > 0 && s.kind != "window" && s.gap == 0 =>
      s.and("warnings" -> "true", "emptyStatus" -> "200")
    case "odd" if r.oneIn(5) && sends(s) =>
      // While all values are text, the offset is text.
      s.and(
        "odd" -> r.pick(if (s.form == "oid") Seq("blank", "null") else Seq("blank", "na", "zero", "null", "huge")),
        "oddFirst" -> r.oneIn(2).toString
      ).and("rows" -> math.max(4, s.rows).toString)
    case "oid"
        if r.oneIn(8) && Set("since", "feed")(s.kind) && s.lag == 0 && s.lookback == 0 && s.offset != "incremental" =>
      s.and("form" -> "oid", "offset" -> "max_field", "ask" -> "")
    case "skew" if r.oneIn(4) => s.and("date" -> "true", "skew" -> r.pick(Seq("0", "3000", "30000", "-30000", "600000")))
    case "ahead" => if (r.oneIn(3)) s else grown(s.and("flight" -> (2 + r(4)).toString), r)
    case "changes" if s.kind == "snapshot" && s.key && !s.changes && r.oneIn(2) => changes(s, r)
    case "until" if s.kind == "window" && r.oneIn(3)   => s.and("until" -> "true", "past" -> "200")
    case "minutes" if s.kind == "window" && r.oneIn(6) => s.and("ask" -> "minute")
    case "spent" if Tokens(s.paging) && s.carrier != "record" && !Logs(s.kind) && r.oneIn(3) => s.and("spent" -> "true")
    case "sized" if s.restarts && r.oneIn(2)                                                 => s.and("sized" -> "true")
    case "more" if s.end == "more" && r.oneIn(2) => s.and("moreHeader" -> "true")
    case "slices" if s.kind == "window"          => s.and("tellBoundary" -> r.oneIn(2).toString)
    case _                                       => s
  }

  def changes(s: Setup, r: Dice): Setup =
    s.and("changes" -> "true", "gone" -> r.pick(Seq("0", "0", "1", "2", "3")), "marks" -> r.oneIn(3).toString)

  /** Where a reader may read ahead, the list may grow at its end meanwhile. */
  private def grown(s: Setup, r: Dice): Setup = {
    // Without times, a record that is added to a page that was read moves the offset past other records of that page.
    val ascends = s.order == "asc" && s.tellOrder && s.lookback == 0 &&
      (s.kind == "snapshot" || s.kind == "since" && s.variants.forall(Generator.knowsTimes))
    if (Set("page", "offset")(s.paging) && s.odd.isEmpty && !s.oddFirst && (ascends || s.kind == "window") && r.oneIn(2))
      s.and("grows" -> "true")
    else s
  }

  /** Records without a time are in every response. With an exclusive bound and no pages, the reader does not remember them. If
    * they fill a response, it contains no other record.
    */
  private def sends(s: Setup) =
    Set("since", "feed")(s.kind) && !s.twins && (s.paged || s.cap == 0 && s.bound != "exclusive")

  /** How far a replica may lag. */
  private def stale(s: Setup): Setup = s.and("behind" -> (s.kind match {
    case "window" => math.max(0, s.lag - 2 * s.grain)
    case _        => if (s.lag > 0) s.lag - 2 * s.grain else 0
  }).toString)

  private def event(name: String, s: Setup, r: Dice): Option[(String, Int)] = name match {
    case "options" if s.restarts => Some("options" -> r(Setup.Variants))
    case "bulk" if s.variants.forall(v => Generator.mayUpdate(v) && v.groupLimit == Int.MaxValue) && !s.unique =>
      Some("bulk" -> 0)
    case "until" if s.until => Some("complete" -> (1 + r(8)))
    case "spent" if s.spent => Some(r.pick(Seq("stop", "sleep")) -> 0)
    case "slide" if s.changes && s.sliding && !s.marks && s.variants.forall(_.goneAfter > 1) => Some("slide" -> r(3))
    // A first page that is refused as if there were nothing looks like an empty list.
    case "status" if s.spent                  => Some("status" -> r.pick(Seq(400, 403, 404, 429, 500, 503)))
    case "status"                             => Some("status" -> r.pick(Seq(400, 403, 404, 404, 410, 429, 500, 503)))
    case "void"                               => Some("void" -> r(3))
    case "stale" if s.variants.forall(mayLag) => Some("stale" -> (1 + r(8)))
    // With the newest record first, reading stops before the records at the end, which have no time.
    case "odd" if s.odd.nonEmpty && !s.variants.exists(v => v.paged && v.order == "desc") => Some("odd" -> 0)
    case _                                                                                => None
  }

  /** A response of a lagging replica shows an older list. It leaves a hole only if a page with newer records comes before a later
    * page of an older list. In ascending order this cannot happen, and `lag` waits for the replica.
    */
  private def mayLag(s: Setup) = s.kind match {
    case "snapshot" => false
    // Equal records are counted, and a page of an older list has fewer of them.
    case _ if s.twins => false
    // A record without a value is remembered only until the next traversal.
    case _ if s.odd.nonEmpty => false
    case k if Logs(k)        => true
    // If the host's clock is ahead, the present is read repeatedly, and only its last response is remembered.
    case "window" => s.behind > 0 && !s.sliding && s.skew <= 0
    // In the middle of a traversal an older page hides moved records, and no request reveals them: only `lag` helps.
    case _ => !s.paged
  }
}
