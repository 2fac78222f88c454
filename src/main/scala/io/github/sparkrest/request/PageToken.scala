// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

/** Where a page is, apart from the offset. */
sealed trait PageToken {
  def text: String
}

object PageToken {

  /** An address that the API gave, complete. */
  final case class Address(text: String) extends PageToken
  final case class Cursor(text: String) extends PageToken

  /** Number of the page, or of its first record. */
  final case class Number(value: Long) extends PageToken {
    def text: String = value.toString
  }
}
