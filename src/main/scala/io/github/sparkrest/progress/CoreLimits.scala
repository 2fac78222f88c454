// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

/** The limits of the core. They are parameters, so that a test can use 5 where production uses thousands.
  *
  * @param seenInState maximum number of seen records in the state; more go to a file
  * @param seenInTask maximum number of seen records in the memory of a task
  * @param seenFiles maximum number of files with seen records per endpoint; above it, the smallest files are merged
  * @param mirrorShare the newer records of a mirror have a separate file until they are one record for so many older ones
  * @param marked maximum number of entries of a mirror of which a traversal notes in one bit each that it had them
  * @param filtered maximum number of entries for which the filter of a traversal grows
  * @param lowest number of traversals whose lowest offset value is kept: the API may return their records again
  * @param seenMillis time for which a delivered record is remembered, with `offsetType=cursor` and `recordKey`
  * @param newest number of delivered records that are remembered, with `offsetType=queue`
  * @param samePages number of equal pages in a row after which the list has ended
  * @param emptyPages number of empty pages in a row, each with a next page, after which a traversal ends
  * @param verifyMillis delay before the second request of an empty page that would end a traversal
  * @param refusalMillis delay before the second request after a refusal (400, 404, 410) of a page token or cursor
  */
final case class CoreLimits(
    seenInState: Int = 256,
    seenInTask: Int = 1 << 16,
    seenFiles: Int = 8,
    mirrorShare: Int = 8,
    marked: Long = 1L << 28,
    filtered: Long = 1L << 26,
    lowest: Int = 8,
    seenMillis: Long = 24 * 3600 * 1000L,
    newest: Long = 1000 * 1000L,
    samePages: Int = 4,
    emptyPages: Int = 20,
    verifyMillis: Long = 1000L,
    refusalMillis: Long = 5000L
)

object CoreLimits {
  val Default: CoreLimits = CoreLimits()
}
