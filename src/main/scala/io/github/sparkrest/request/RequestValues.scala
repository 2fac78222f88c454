// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

/** The values of one request.
  *
  * @param offset as it is sent
  * @param window start and end of the requested time, as sent
  * @param page `None`: the first one
  * @param initial no offset is known yet: `initialUrl` and `initialBody` apply
  * @param input its columns are placeholders too, with precedence
  * @param now when the traversal began, as sent. All its pages have the same time
  * @param job id of the job whose records are requested
  * @param file URL of the job's file, in place of `url`
  */
final case class RequestValues(
    offset: String,
    window: (String, String) = ("", ""),
    page: Option[PageToken] = None,
    initial: Boolean = false,
    input: InputRow = InputRow.Empty,
    now: String = "",
    job: Option[String] = None,
    file: Option[String] = None
)

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
