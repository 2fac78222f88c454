// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import io.github.sparkrest.pagelog.{PageOrigin, PolledFile}

/** Records `[begin, end)` of a page file, and where they are from.
  *
  * @param row with an input: the columns that stand beside them, as a JSON object
  * @param offset the API offset that they were asked with
  */
final case class PageInFile(begin: Long, end: Long, row: String, offset: Option[String], origin: Option[PageOrigin])

object PageInFile {

  /** @param rows by endpoint */
  def of(file: PolledFile, rows: Map[String, String]): Vector[PageInFile] = {
    val ends = file.pages.scanLeft(0L)(_ + _.records)
    file.pages
      .zip(ends.zip(ends.tail))
      .map { case (p, (begin, end)) =>
        PageInFile(begin, end, p.endpoint.flatMap(rows.get).getOrElse("{}"), p.offsetBefore, p.origin)
      }
      .toVector
  }

  /** Those that have a record in `[from, to)`. */
  def within(pages: Vector[PageInFile], from: Long, to: Long): Vector[PageInFile] =
    pages.dropWhile(_.end <= from).takeWhile(_.begin < to)
}
