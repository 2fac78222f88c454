// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

/** The numbers that the core works with. Parameters, so that a test can use 5 where production uses thousands.
  *
  * @param seenInState records seen that stay in the state itself; more go to a file
  * @param seenInTask records seen that a task holds in memory
  * @param seenFiles files of one memory; one more, and the smallest are merged
  * @param lowest traversals whose lowest offset value is remembered: what they returned may be returned again
  * @param seenMillis `offsetType=cursor` with `recordKey`: how long a record that was delivered is remembered
  * @param samePages pages in a row that equal the page before: then the list has ended
  * @param emptyPages empty pages in a row, each with a next page, after which a traversal ends
  * @param verifyMillis an empty page that would end a traversal is requested again so much later
  * @param refusalMillis a refusal (400, 404, 410) of a page token or cursor counts if it comes again so much later
  */
final case class CoreLimits(
    seenInState: Int = 256,
    seenInTask: Int = 1 << 16,
    seenFiles: Int = 8,
    lowest: Int = 8,
    seenMillis: Long = 24 * 3600 * 1000L,
    samePages: Int = 4,
    emptyPages: Int = 20,
    verifyMillis: Long = 1000L,
    refusalMillis: Long = 5000L
)

object CoreLimits {
  val Default: CoreLimits = CoreLimits()
}
