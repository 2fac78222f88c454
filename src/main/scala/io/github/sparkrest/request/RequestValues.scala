// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

/** What one request asks for.
  *
  * @param offset as it is sent
  * @param window begin and end of the time asked for, as sent
  * @param page `None`: the first one
  * @param initial nothing is known yet: `initialUrl` and `initialBody` hold
  * @param input its columns are placeholders too, before all others
  */
final case class RequestValues(
    offset: String,
    window: (String, String) = ("", ""),
    page: Option[PageToken] = None,
    initial: Boolean = false,
    input: InputRow = InputRow.Empty
)
