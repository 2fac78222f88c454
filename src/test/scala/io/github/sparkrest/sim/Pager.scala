// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

import scala.collection.mutable

/** The list of a list endpoint: `rows` in the server's order.
  *
  * @param key the sort key, ascending
  * @param scope the requested filter: requests for later pages must have the same filter
  */
final case class Listing(rows: Vector[Row], key: Row => (Long, Long), scope: String)

/** @param next the token of the next page, if there is one
  * @param total of the list
  */
final case class Page(rows: Vector[Row], next: Option[String], more: Boolean, total: Int)

/** The server's pagination: a token is `epoch~hole~meaning`, opaque to the client. */
final class Pager(var setup: Setup) {
  private val frozen = mutable.ArrayBuffer.empty[Vector[Row]]
  private var served = 0
  private var holes = 0

  /** Tokens of an earlier epoch have expired. */
  var epoch = 0

  /** @param token of the page, none for the first one
    * @return or the status of a refusal
    */
  def page(list: Listing, token: Option[String]): Either[(Int, String), Page] = setup.paging match {
    case "none"   => Right(cut(list.rows, 0, _ => None))
    case "page"   => number(token, 1).map(numbered(list.rows, _))
    case "offset" => number(token, 0).map(n => cut(list.rows, n, _ => None))
    case _        => token.fold[Either[(Int, String), Page]](Right(from(list, "", 0, list.rows)))(opened(list, _))
  }

  private def number(token: Option[String], start: Int): Either[(Int, String), Int] =
    token.fold[Either[(Int, String), Int]](Right(start))(t =>
      scala.util.Try(t.toInt).toOption.filter(_ >= start).toRight((400, s"bad page $t"))
    )

  private def numbered(rows: Vector[Row], page: Int): Page = {
    val last = if (setup.end == "repeat") math.max(1, (rows.length + size(rows) - 1) / size(rows)) else Int.MaxValue
    val read = math.min(page, last) - 1 - (if (setup.filter > 0) (page - 1) / setup.filter else 0)
    val at = math.min(read.toLong * size(rows), rows.length.toLong).toInt
    if (setup.filter > 0 && page % setup.filter == 0) Page(Vector.empty, None, at < rows.length, rows.length)
    else cut(rows, at, _ => None)
  }

  private def opened(list: Listing, token: String): Either[(Int, String), Page] = token.split("~", -1) match {
    case Array(e, _, _, _, _) if e.toInt != epoch  => Left((410, "the token has expired"))
    case Array(_, _, _, _, s) if s != tagged(list) => Left((400, "the token is of another query"))
    case Array(_, hole, "n", n, _)                 => Right(from(list, hole, n.toInt, list.rows))
    case Array(_, hole, "z", at, _)                =>
      val i = at.takeWhile(_ != '.').toInt
      Right(from(list, hole, at.drop(at.indexOf('.') + 1).toInt, frozen(i), i))
    case Array(_, hole, "k", key, _) =>
      val after = (key.takeWhile(_ != '.').toLong, key.drop(key.indexOf('.') + 1).toLong)
      val order = implicitly[Ordering[(Long, Long)]]
      val found = list.rows.indexWhere(r => order.gt(list.key(r), after))
      Right(from(list, hole, found, list.rows, after = Some(after)))
    case _ => Left((400, s"bad token $token"))
  }

  /** @param after the key that the token names: an empty page has the same place, whatever became of the rows before it */
  private def from(
      list: Listing,
      hole: String,
      found: Int,
      rows: Vector[Row],
      view: Int = -1,
      after: Option[(Long, Long)] = None
  ): Page = {
    val start = if (found < 0) rows.length else found
    def token(hole: String)(n: Int): String = {
      val what = setup.view match {
        case "number" => s"n~$n"
        case "frozen" =>
          val i = if (view >= 0) view else { frozen += rows; frozen.length - 1 }
          s"z~$i.$n"
        case _ =>
          val k = after.filter(_ => n == start).getOrElse(if (n == 0) (Long.MinValue, 0L) else list.key(rows(n - 1)))
          s"k~${k._1}.${k._2}"
      }
      s"$epoch~$hole~$what~${tagged(list)}"
    }
    served += 1
    val depth = if (hole.isEmpty) 0 else hole.takeWhile(_ != 'h').toInt
    val opens = setup.gap > 0 && depth == 0 && served % setup.gap == 0
    if ((opens || depth > 0 && depth < setup.holes) && start < rows.length) {
      holes += 1
      Page(Vector.empty, Some(token(s"${depth + 1}h$holes")(start)), more = true, rows.length)
    } else
      cut(
        rows,
        start,
        // After the end, each token is different.
        { n => holes += 1; Some(token(if (n == start) s"${setup.holes}h$holes" else "")(n)) }
      )
  }

  private def cut(rows: Vector[Row], start: Int, token: Int => Option[String]): Page = {
    val taken = rows.slice(start, start + size(rows))
    val more = start + taken.length < rows.length
    val goesOn = more || setup.end == "empty" && taken.nonEmpty || setup.end == "always"
    val next = if (goesOn || setup.end == "more" && taken.nonEmpty) token(start + taken.length) else None
    Page(if (setup.backwards) taken.reverse else taken, next, more, rows.length)
  }

  private def size(rows: Vector[Row]): Int = if (setup.pageSize > 0) setup.pageSize else math.max(1, rows.length)

  private def tagged(list: Listing): String = list.scope.filter(_.isLetterOrDigit) + setup.order
}
