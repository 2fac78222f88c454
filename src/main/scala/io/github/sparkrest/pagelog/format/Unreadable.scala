// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import io.github.sparkrest.error.{Condition, RestError}

/** Why a file of the page log does not count. */
sealed trait Unreadable {

  /** Part of a sentence about the file. */
  def why: String
  protected def hint: String

  /** @param what the file, as the beginning of a sentence */
  def error(what: String, location: String): RestError =
    RestError(Condition.CheckpointUnreadable, s"$what in $location cannot be read: $why.", hint)
}

object Unreadable {

  /** A later spark-rest wrote it: nobody here knows what it means, so it is neither passed over nor deleted. */
  final case class Later(version: Int, known: Int) extends Unreadable {
    def why: String = s"it has version $version, this spark-rest reads up to $known"
    protected def hint: String = "Use the version of spark-rest that wrote the checkpoint, or a later one."
  }

  /** A manifest whose page file is gone or cut short: an older run wrote it, dying, when a newer one had swept the page. */
  final case class WithoutPage(pageFile: String) extends Unreadable {
    def why: String = s"its page file $pageFile is not whole"
    protected def hint: String = Restore
  }

  /** Torn, or no such file at all. */
  final case class Broken(why: String) extends Unreadable {
    protected def hint: String = Restore
  }

  private val Restore = "Restore the page log, or start with a new checkpoint."
}
