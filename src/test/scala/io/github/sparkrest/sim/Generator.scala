// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

import java.util.SplittableRandom

/** Makes a scenario from a seed. The options promise to read it without loss or repetition, so [[limits]] excludes APIs that make
  * this impossible.
  */
object Generator {

  /** Requests between two events. */
  private val Gaps = Seq(0, 0, 0, 1, 1, 1, 2, 3)

  /** This many consecutive seeds share a setup, because a setup costs more than its events. */
  private val Histories = 4

  def setup(seed: Long): Setup = setup(seed, Kinds)

  /** A snapshot whose changes are read: see [[Mirrored]]. */
  def mirror(seed: Long): Setup = setup(seed, Seq("snapshot"), _.and("key" -> "true"))

  private def setup(seed: Long, kinds: Seq[String], drafted: Setup => Setup = identity): Setup = {
    val block = seed / Histories
    val draft = drafted(new Draft(new Dice(-1 - block), kinds).setup)
    val changes = if (kinds.length == 1) Dimensions.changes(draft, new Dice(-1 - block)) else draft
    limits(Dimensions.setup(changes, -1 - block))
  }

  private val Kinds = Seq("since", "since", "since", "ids", "feed", "log", "link", "delta", "window", "snapshot")

  def apply(seed: Long): Scenario = apply(seed, setup(seed))
  def apply(seed: Long, setup: Setup): Scenario =
    Scenario(setup, (events(setup, new Dice(seed)) ++ Dimensions.events(setup, seed)).sortBy(_.at))

  def blocks(first: Long, runs: Long): Iterator[Seq[Long]] =
    Iterator
      .iterate(first / Histories)(_ + 1)
      .map(_ * Histories)
      .takeWhile(_ < first + runs)
      .map(b => b until b + Histories)

  /** Adjusts a setup so that its API can be read completely. */
  private def limits(s: Setup): Setup = {
    val calm = s.variants.exists(isCalm)
    // While nothing changes, equal timestamps may fill any number of pages.
    val ties: Seq[Int] = if (calm && Dimensions.on("bulk")) Nil else s.variants.map(mostTies).filter(_ > 0)
    s.and("rootArray" -> (s.rootArray && s.variants.forall(_.bare)).toString)
      .and("calm" -> calm.toString, "tieLimit" -> ties.reduceOption((a, b) => math.min(a, b)).getOrElse(0).toString)
  }

  /** While equal timestamps fill numbered pages, only the page number marks the reader's position. */
  private def mostTies(s: Setup): Int =
    if (s.kind == "since" && s.sliding && s.order == "asc" && s.pageSize > 1) s.pageSize - 1 else 0

  private def isCalm(s: Setup): Boolean = {
    val drifts = s.paged && !frozen(s)
    // Without a key, a record that a cursor returns twice counts as two records.
    val twice = s.paging == "cursor" && s.sliding && !s.key
    s.kind match {
      // A change while a list in no known order is read may hide behind the greatest value seen.
      case "since" if s.grows       => false
      case "since" | "ids" | "feed" => drifts && (!keepsPlace(s) || twice)
      // If a record leaves a list with numbered pages, other records move to a page that was already read.
      case "window" | "snapshot" => s.sliding && !s.grows
      case _                     => false
    }
  }

  /** Whether the reader will see each change during a traversal, now or in the next traversal. */
  private def keepsPlace(s: Setup) = s.kind match {
    // Records that changed after the traversal began are requested again, if the values are times and the bound is inclusive.
    case "since" | "feed" if s.offset != "incremental" =>
      val times = knowsTimes(s)
      s.order match {
        case "desc"              => true
        case "none"              => times && !s.unique && s.lookback == 0
        case _ if s.lookback > 0 => false
        // Pages with the newest record first are not in the order that the options state.
        case _ if !s.sliding => !s.unique && (times || s.tellOrder && s.tellBoundary && !s.backwards)
        // If a record moves from a numbered page to the end of the list, others move to a page that was already read.
        case _ => s.tellOrder && s.tellBoundary && !s.unique && !s.backwards
      }
    case _ => s.order == "desc" || s.order == "asc" && s.tellOrder && !s.backwards
  }

  private[sim] def knowsTimes(s: Setup): Boolean =
    s.offset == "timestamp" || s.form == "iso" || s.ask.nonEmpty || s.lag > 0

  private def frozen(s: Setup) = s.view == "frozen" && Set("link", "nextUrl", "cursor")(s.paging)

  private def events(s: Setup, r: Dice): Vector[Event] = {
    val changes = Vector("insert", "insert", "insert", "tick") ++
      (if (s.variants.forall(mayUpdate)) Seq("update", "update", "update") else Nil) ++
      (if (s.variants.forall(mayDelete) && !s.warnings) Seq("delete") else Nil) ++
      (if (s.changes && s.variants.forall(mayDelete)) Seq("delete", "delete", "return", "return") else Nil) ++
      // A lagging replica also makes records late, and `lag` covers only one of the two delays.
      (if ((s.lag > 0 || s.lookback > 0) && s.behind == 0) Seq("late", "late") else Nil)
    val faults = Vector("error", "cut", "crash") ++ (if (s.changes) Seq("lose", "crash")
                                                     else Nil) ++ (if (mayExpire(s)) Seq("expire") else Nil)
    events(s, r, changes, faults)
  }

  /** @param changes and `faults`: the possible events */
  def events(s: Setup, r: Dice, changes: Seq[String], faults: Seq[String]): Vector[Event] =
    Vector.fill(r(14))(r.pick(Gaps)).scanLeft(1 + r(4))(_ + _).drop(1).map { at =>
      val what = if (faults.nonEmpty && r.oneIn(6)) r.pick(faults) else r.pick(changes)
      Event(at, what, extent(s, what, r))
    }

  private def extent(s: Setup, what: String, r: Dice): Int = what match {
    case "tick" => s.grain * (1 + r(8))
    case "late" => 1 + r(math.max(6000, math.max(s.lag, s.lookback)) - 2 * s.grain)
    case _      => r(24)
  }

  private[sim] def mayExpire(s: Setup): Boolean =
    !s.spent && (s.expired == "restart" || s.kind != "delta" && Set("link", "nextUrl", "cursor")(s.paging))

  private[sim] def mayUpdate(s: Setup) =
    !(s.grows || s.kind == "ids" || s.offset == "incremental" || s.kind == "log" && s.carrier == "record" || s.twins)

  private[sim] def mayDelete(s: Setup) =
    if (s.grows || s.kind == "log" || s.kind == "link" || s.kind == "delta") false
    // Records without a value are in each response. If they fill a page with equal values, the next page is numbered.
    else !s.sliding || s.order == "asc" && s.kind == "since" && s.odd.isEmpty && !s.oddFirst || s.calm
}

/** Random numbers from a seed. */
final class Dice(seed: Long) {
  private val random = new SplittableRandom(seed * 0x9e3779b97f4a7c15L + 1)
  def apply(below: Int): Int = if (below <= 1) 0 else random.nextInt(below)
  def pick[A](of: Seq[A]): A = of(random.nextInt(of.length))
  def oneIn(n: Int): Boolean = random.nextInt(n) == 0
}

/** Draws a setup, kind by kind. */
final private class Draft(r: Dice, kinds: Seq[String]) {
  def setup: Setup = {
    val common = Setup(
      Map(
        "kind" -> r.pick(kinds),
        "rows" -> r(9).toString,
        "cap" -> (2 + r(4)).toString,
        "grain" -> r.pick(Seq("1000", "1000", "2000")),
        "form" -> r.pick(Seq("epoch_ms", "epoch_s", "iso")),
        "head" -> r.oneIn(3).toString,
        "rootArray" -> r.oneIn(4).toString,
        "interval" -> r.pick(Seq("0", "0", "10")),
        "requests" -> r.pick(Seq("1", "2", "5", "1000", "1000", "1000")),
        "offset" -> r.pick(Seq("max_field", "timestamp")),
        "tag" -> r.pick(Seq("none", "none", "strong", "weak", "modified"))
      )
    )
    kind(common) match {
      case s if Set("none", "page", "offset")(s.paging) || s.paging == "cursor" && s.carrier != "record" =>
        s.and("post" -> (Set("since", "ids", "window", "log")(s.kind) && !s.first && r.oneIn(5)).toString)
      case s => s
    }
  }

  private def kind(common: Setup): Setup =
    common.kind match {
      case "since"    => since(common)
      case "ids"      => ids(common)
      case "feed"     => feed(common)
      case "window"   => window(common)
      case "snapshot" => snapshot(common)
      case "log"      => log(common)
      case "link"     => behind(common)
      case _          => behind(common).and("relative" -> r.oneIn(2).toString)
    }

  private def behind(s: Setup) = s.and("gap" -> gap, "compact" -> r.oneIn(2).toString, "expired" -> expired)
  private def expired = r.pick(Seq("fail", "fail", "restart"))
  private def gap = r.pick(Seq("0", "0", "2", "3"))

  private def since(s: Setup): Setup = {
    val bound = r.pick(Seq("inclusive", "inclusive", "exclusive", "coarse"))
    val t = paged(ordered(s)).and("bound" -> bound, "tellBoundary" -> r.oneIn(3).toString, "emptyStatus" -> emptyStatus)
    val whole = if (t.paged) t else if (t.order == "asc" && t.cap > 2) t else t.and("cap" -> "0")
    val asked = if (r.oneIn(4)) whole.and("ask" -> r.pick(Seq("epoch_ms", "epoch_s", "iso"))) else whole
    val late =
      if (bound == "exclusive" || !r.oneIn(4)) asked
      else
        asked.and(
          (if (asked.paged || asked.cap == 0) r.pick(Seq("lag", "lookback")) else "lag") -> r.pick(Seq("6000", "12000"))
        )
    val keyed = late.and("key" -> r.oneIn(3).toString)
    // Equal records on both sides of a page's edge look like a list that moved, unless a cursor leads from page to page.
    val steady = keyed.paging == "cursor" && keyed.view != "number" || keyed.cap == 0 && !keyed.paged
    if (steady && keyed.lookback == 0 && r.oneIn(3) && !keyed.backwards && bound != "exclusive")
      keyed.and("twins" -> "true", "key" -> "false")
    else keyed
  }

  private def emptyStatus = r.pick(Seq("200", "200", "204", "404"))

  private def ids(s: Setup): Setup = {
    val t = paged(ordered(s), byRecord = true).and("bound" -> r.pick(Seq("inclusive", "exclusive")))
    if (t.paged || t.order == "asc") t else t.and("cap" -> "0")
  }

  private def feed(s: Setup): Setup = {
    val t = paged(s.and("order" -> "desc", "offset" -> r.pick(Seq("incremental", "max_field", "timestamp"))))
    val u = if (t.paged) t else t.and("cap" -> "0")
    u.and("key" -> r.oneIn(3).toString, "tellOrder" -> (!r.oneIn(3)).toString)
  }

  private def window(s: Setup): Setup = {
    // A record of this second may be written after a window that ends within the second.
    val whole = s.form == "epoch_s" && s.grain == 1000
    uncapped(paged(ordered(s)).and("bound" -> r.pick(Seq("inclusive", "exclusive")), "key" -> r.oneIn(3).toString)).and(
      "step" -> r.pick(Seq("0", "3000", "20000")),
      "lag" -> (if (whole) r.pick(Seq("0", "6000")) else "6000"),
      "emptyStatus" -> emptyStatus
    )
  }

  private def snapshot(s: Setup): Setup = uncapped(paged(ordered(s))).and("key" -> (!r.oneIn(3)).toString)

  private def log(s: Setup): Setup = {
    val t = s.and(
      "carrier" -> r.pick(Seq("envelope", "envelope", "record", "header")),
      "end" -> r.pick(Seq("absent", "null", "blank", "same")),
      "gap" -> gap,
      "expired" -> expired,
      "first" -> r.oneIn(3).toString
    )
    if (t.carrier == "record")
      numbered(
        t.and(
          "gap" -> "0",
          "expired" -> "fail",
          "bound" -> r.pick(Seq("inclusive", "exclusive")),
          "tellBoundary" -> "true"
        )
      )
    else t.and("compact" -> r.oneIn(2).toString)
  }

  /** No record of a log changes its place, so a reader may count pages. */
  private def numbered(s: Setup): Setup = r.pick(Seq("none", "page", "page", "offset")) match {
    case "none" => s
    case paging =>
      s.and(
        "paging" -> paging,
        "view" -> "number",
        "maxPages" -> r.pick(Seq("100", "100", "1", "2")),
        "end" -> r.pick(Seq("total", "more", "absent"))
      )
  }

  private def ordered(s: Setup): Setup =
    s.and("order" -> r.pick(Seq("asc", "asc", "desc", "none")), "tellOrder" -> (!r.oneIn(3)).toString)

  private def uncapped(s: Setup): Setup = if (s.paged) s else s.and("cap" -> "0")

  private def paged(s: Setup, byRecord: Boolean = false): Setup = {
    val paging = r.pick(Seq("none", "none", "link", "nextUrl", "cursor", "page", "page", "offset"))
    val t = s.and("paging" -> paging, "maxPages" -> r.pick(Seq("100", "100", "1", "2")))
    paging match {
      case "none" => s
      case "page" =>
        backwards(t.and("view" -> "number", "end" -> r.pick(Seq("total", "more", "empty", "absent", "repeat"))))
      case "offset"  => t.and("view" -> "number", "end" -> r.pick(Seq("total", "more", "empty", "absent")))
      case "link"    => tokens(t).and("end" -> r.pick(Seq("absent", "empty")))
      case "nextUrl" => tokens(t).and("end" -> ends, "relative" -> r.oneIn(2).toString)
      case _ if byRecord && s.order != "none" && r.oneIn(2) =>
        t.and("view" -> "keyset", "carrier" -> "record", "end" -> r.pick(Seq("more", "absent")))
      case _ => tokens(t).and("carrier" -> r.pick(Seq("envelope", "envelope", "header")), "end" -> ends)
    }
  }

  private def ends = r.pick(Seq("absent", "null", "blank", "more", "empty"))
  private def backwards(s: Setup) = s.and("backwards" -> r.oneIn(5).toString)
  private def tokens(s: Setup) =
    backwards(s).and("view" -> r.pick(Seq("keyset", "keyset", "number", "frozen")), "gap" -> gap)
}
