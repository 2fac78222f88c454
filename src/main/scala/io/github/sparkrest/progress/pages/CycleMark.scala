// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.pages

import io.github.sparkrest.error.RestError
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.seen.ShortHash
import io.github.sparkrest.request.PageToken

/** Notices page tokens that lead round in a circle, with one token of memory: R. P. Brent's cycle detection. */
private[sparkrest] object CycleMark {

  /** @return the token to compare later ones with and the number of its page; or that the next one came before */
  def of(state: Progress, next: Option[PageToken]): Either[RestError, (String, Long)] = {
    val number = state.traversal.fold(1L)(_.pages + 1)
    val (mark, at) = state.traversal.fold(("", 1L))(_.landmark)
    next match {
      case Some(token)
          if !token.isInstanceOf[PageToken.Number] && state.traversal.isDefined && mark == ShortHash.of(token.text) =>
        Left(PageSequence.repeated(token.text))
      case Some(token) if number >= 2 * at || mark.isEmpty => Right((ShortHash.of(token.text), number))
      case _                                               => Right((mark, at))
    }
  }
}
