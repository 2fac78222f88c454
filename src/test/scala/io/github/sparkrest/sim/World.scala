// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

import java.time.Instant

import scala.collection.mutable

/** One version of a record. To a reader, two versions with the same text are the same.
  *
  * @param seq in which order it was committed
  */
final case class Row(id: Long, version: Int, at: Long, seq: Long, text: String) {

  /** The API says that the record is deleted. */
  def isMarked: Boolean = text.contains(World.Mark)
}

/** When a version was visible: from request `born` until just before request `died`. */
final class Life(val row: Row, val born: Int) {
  var died: Int = Int.MaxValue
}

/** The data behind the API, its clock, and all past versions. */
final class World(setup: Setup) {
  import World._

  val lives = mutable.ArrayBuffer.empty[Life]
  private val live = mutable.LinkedHashMap.empty[Long, Life] // by seq
  private var lastId = 0L
  private var lastSeq = 0L
  private var newest = 0L
  var now: Long = Began

  /** When the data changed last. */
  var changedAt: Long = Began

  /** Until when the API has all records. It has only a half of the younger ones. */
  var available: Long = Began - 1

  /** The API completes its data: no record appears any more with a time up to then. */
  def complete(): Unit = if (setup.until) {
    val next = (now - (if (setup.lag > 0) math.max(6000, setup.lag) else 0)) / setup.grain * setup.grain - 1
    if (next > available) changedAt = now
    available = math.max(available, next)
  }

  def shown: Iterable[Row] = if (setup.until) rows.filter(r => r.at <= available || r.seq % 2 == 0) else rows

  /** Up to this time, in milliseconds since [[World.Began]], a reader may have left out records (`initialOffset`). */
  var leftOut: Int = 0

  /** A lagging replica answers with the data that was visible at this request. */
  var seenAt: Option[Int] = None
  private val times = mutable.ArrayBuffer(Began)

  if (setup.oddFirst) change(Event(0, "odd", 0), 1)
  (1 to setup.rows).foreach(i => change(Event(0, "insert", i % 3), 1))

  def rows: Iterable[Row] =
    seenAt.fold(live.values.map(_.row))(r => lives.filter(l => l.born <= r && l.died > r).map(_.row))

  /** Called for each request. */
  def asked(): Unit = times += now

  /** The last request that a replica knows if it is `n` requests behind, within the limit of the setup. */
  def lagging(n: Int): Int = {
    val last = times.length - 1
    (math.max(1, last - n) to last).find(r => setup.behind == 0 || times(r) >= now - setup.behind).getOrElse(last)
  }

  /** @param request the first request that sees it */
  def change(e: Event, request: Int): Unit = {
    if (e.what != "tick") changedAt = now
    happen(e, request)
    if (e.what != "tick") changedAt = math.max(changedAt, now)
  }

  private def happen(e: Event, request: Int): Unit = e.what match {
    case "insert" =>
      if (!setup.twins && e.n % 3 != 0) now += setup.grain.toLong
      insert(now, e.n, request)
    case "late"   => insert(now - e.n, e.n, request)
    case "tick"   => now += e.n
    case "update" => pick(e.n).foreach(l => update(newestOf(l), request))
    case "delete" => pick(e.n).foreach(l => if (setup.marks && !l.row.isMarked) mark(l, request) else end(l, request))
    case "return" => revive(e.n, request)
    case "odd"    => insertOdd(request)
    case "bulk"   =>
      now += setup.grain.toLong
      val moment = stamp(now)
      val newest = live.valuesIterator.map(l => l.row.id -> l).toMap
      live.values.toVector.filter(l => newest(l.row.id) eq l).foreach(renew(_, moment, request))
  }

  private def pick(n: Int): Option[Life] =
    if (live.isEmpty) None else live.valuesIterator.drop(n % live.size).take(1).toList.headOption

  private def mark(life: Life, request: Int): Unit = {
    end(life, request)
    add(life.row.id, life.row.version + 1, stamp(now), request, s"$Mark,")
  }

  /** With a new version, or as it was before it was deleted. */
  private def revive(n: Int, request: Int): Unit = {
    val present = live.valuesIterator.map(_.row.id).toSet
    val dead =
      lives.filter(l => !present(l.row.id) && !l.row.isMarked).groupBy(_.row.id).toVector.sortBy(_._1).map(_._2.last)
    if (dead.nonEmpty) {
      val last = dead(n % dead.length).row
      if (n % 2 == 0) add(last.id, last.version + 2, stamp(now), request)
      else add(last.id, last.version, last.at, request)
    }
  }

  /** A log holds older versions too. */
  private def newestOf(life: Life): Life =
    if (setup.twins) life else live.valuesIterator.filter(_.row.id == life.row.id).maxBy(_.row.seq)

  private def insert(moment: Long, n: Int, request: Int): Unit = {
    lastId += 1 + (if (setup.twins) 0 else n % 2)
    add(lastId, n, stamp(moment), request)
  }

  private def update(old: Life, request: Int): Unit = {
    if (old.row.version % 2 == 0) now += setup.grain.toLong
    renew(old, stamp(now), request)
  }

  private def renew(old: Life, moment: Long, request: Int): Unit = {
    if ((setup.kind != "log" || setup.compact) && !(old.row.at == Odd && hidden)) end(old, request)
    if (old.row.at == Odd && hidden) ()
    else if (old.row.at == Odd) add(old.row.id, old.row.version + 1, Odd, request, oddText)
    else add(old.row.id, old.row.version + 1, moment, request)
  }

  /** Records without a time are at the end of a list with the newest record first, and reading stops before them. */
  private def hidden = setup.paged && setup.variants.exists(_.order == "desc")

  private def insertOdd(request: Int): Unit = if (live.valuesIterator.count(_.row.at == Odd) < MostOdd) {
    lastId += 1
    add(lastId, 0, Odd, request, oddText)
  }

  private def oddText: String = setup.odd match {
    case "blank" => "\"updated_at\":\"\","
    case "na"    => "\"updated_at\":\"N/A\","
    case "zero"  => "\"updated_at\":\"0000-00-00 00:00:00\","
    case "huge"  => "\"updated_at\":1e900000000,"
    case _       => "\"updated_at\":null,"
  }

  private def end(life: Life, request: Int): Unit = {
    life.died = request
    live -= life.row.seq
  }

  private def add(id: Long, version: Int, at: Long, request: Int): Unit = {
    val stamped = written(at, setup.form)
    val value = if (setup.form == "iso" || setup.form == "oid") s""""$stamped"""" else stamped
    add(id, version, at, request, s""""updated_at":$value,""")
  }

  private def add(id: Long, version: Int, at: Long, request: Int, field: String): Unit = {
    lastSeq += 1
    val text = if (setup.twins) s"""{$field"m":${version % 2}}""" else s"""{"id":$id,$field"v":$version}"""
    val life = new Life(Row(id, version, at, lastSeq, text), request)
    lives += life
    live += lastSeq -> life
    if (setup.kind == "feed" && live.size > FeedLength)
      end(live.valuesIterator.minBy(l => (l.row.at, l.row.id)), request)
  }

  /** Limits the records that share a timestamp, so that a reader gets past them. Without pages, a response must hold one more. */
  private def stamp(moment: Long): Long = {
    val unit = setup.sameness.toLong
    def cut(m: Long) = m / setup.grain * setup.grain
    def full(m: Long) = setup.groupLimit <= live.valuesIterator.count(_.row.at / unit == m / unit)
    if (setup.unique) {
      while (cut(now) <= newest) now += unit
      newest = cut(now)
      newest
    } else if (setup.groupLimit == Int.MaxValue) cut(moment)
    else
      Iterator
        .iterate(moment)(_ + unit)
        .takeWhile(_ < now)
        .find(!full(_))
        .fold {
          while (full(now)) now += unit
          cut(now)
        }(cut)
  }
}

object World {

  /** The local time of New York, which says that it is UTC. */
  val Western = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"
  val Zone = "America/New_York"
  private val western =
    java.time.format.DateTimeFormatter.ofPattern(Western).withZone(java.time.ZoneId.of(Zone))
  val Began = 1700000000000L

  val Mark = "\"deleted\":true"

  /** A feed forgets all but its newest records. */
  val FeedLength = 12

  /** Position of a record without a usable time in the server's order. It is in every response, whatever the requested time, as with
    * `updated_at >= ? OR updated_at IS NULL`.
    */
  val Odd = 0L
  private val MostOdd = 3

  def written(at: Long, form: String): String = form match {
    case "epoch_ms" => at.toString
    case "epoch_s"  => (at / 1000).toString
    case "minute"   => Instant.ofEpochMilli(at).toString.take(16)
    case "west"     => western.format(Instant.ofEpochMilli(at))
    case "oid"      => objectId(at)
    case _          => Instant.ofEpochMilli(at).toString
  }

  /** A MongoDB ObjectId: 24 hexadecimal digits that rise with time. Some consist of decimal digits alone, some look like a
    * number with a huge exponent.
    */
  private def objectId(at: Long): String = {
    val second = (at - Began) / 1000 + 100000
    f"65$second%06d" + (second % 4 match {
      case 0 => "0123456789012345"
      case 1 => "e567890123456789"
      case _ => "abcdef0123456789"
    })
  }

  def read(text: String, form: String): Option[Long] = scala.util
    .Try(form match {
      case _ if text == "0" => 0L
      case "epoch_ms"       => text.toLong
      case "epoch_s"        => text.toLong * 1000
      case "minute"         => Instant.parse(s"$text:00Z").toEpochMilli
      case "west"           => Instant.from(western.parse(text)).toEpochMilli
      case "oid"            => (text.slice(2, 8).toLong - 100000) * 1000 + Began
      case _                => Instant.parse(text).toEpochMilli
    })
    .toOption
}
