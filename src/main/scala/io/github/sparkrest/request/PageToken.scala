// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

/** The position of a page, in addition to the offset. */
sealed trait PageToken {
  def text: String
}

object PageToken {

  /** A complete URL that the API returned. */
  final case class Address(text: String) extends PageToken
  final case class Cursor(text: String) extends PageToken

  /** The number of the page, or of its first record. */
  final case class Number(value: Long) extends PageToken {
    def text: String = value.toString
  }
}
