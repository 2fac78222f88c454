// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

/** How the pages of one poll follow each other.
  *
  * @param parameter default of `pageParam`
  */
sealed abstract class PaginationType(val text: String, val parameter: Option[String] = None) extends Choice {

  /** A page is a number, known without a response. */
  def isNumbered: Boolean = false

  /** The response has no usual place for the next page, so `nextField` is required. */
  def needsNextField: Boolean = false

  /** The next page may be named in a header of the response. */
  def readsHeaders: Boolean = false

  /** Default of `startPage`. */
  def start: Long = 1L
}

object PaginationType {
  case object Unpaged extends PaginationType("none")
  case object Link extends PaginationType("link") {
    override def readsHeaders: Boolean = true
  }
  case object NextUrl extends PaginationType("nextUrl") {
    override def needsNextField: Boolean = true
  }
  case object Cursor extends PaginationType("cursor", Some("cursor")) {
    override def needsNextField: Boolean = true
  }
  case object PageNumber extends PaginationType("page", Some("page")) {
    override def isNumbered: Boolean = true
  }
  case object RecordCount extends PaginationType("offset", Some("offset")) {
    override def isNumbered: Boolean = true
    override def start: Long = 0L
  }
  case object Auto extends PaginationType("auto") {
    override def readsHeaders: Boolean = true
  }

  /** In the order of the docs. */
  val all: Seq[PaginationType] = Seq(Unpaged, Link, NextUrl, Cursor, PageNumber, RecordCount, Auto)
}
