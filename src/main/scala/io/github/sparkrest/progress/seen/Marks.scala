// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

/** Which entries of the mirror's files a traversal has had so far: one bit for each. So a list that stays the same costs an eighth
  * of a byte per record, and not an entry.
  */
sealed trait Marks

object Marks {

  /** The stored form. */
  final case class InFile(file: SeenFile) extends Marks

  /** In the memory of a task, after so many of its pages. */
  final private[sparkrest] case class InTask(bits: MarkedBits, pages: Long) extends Marks {

    /** For one more page. */
    def begun(): InTask = {
      bits.begin(pages)
      InTask(bits, pages + 1)
    }
    def has(place: Long): Boolean = place >= 0 && bits.isSet(place)
    def areAll(entries: Long): Boolean = bits.count == entries
    def add(place: Long): Unit = bits.set(place)
    def stored(store: SeenStore): InFile = InFile(store.writeBits(bits.after(pages)))
  }
}

/** The bits of one traversal, in one task. All its progress shares them, so a copy per page is not needed.
  *
  * Invariant: the progress of the newest page, and the progress before it, are valid. Whoever begins a page after an older progress
  * takes back the bits of the page that did not count.
  */
final private[sparkrest] class MarkedBits(words: Array[Long]) {
  private var begun = 0L

  /** The bits that the newest page set. If they are many, a copy of all bits is shorter. */
  private var noted = new Array[Long](64)
  private var notes = 0
  private var before = Option.empty[Array[Long]]

  /** For another page, after so many pages that count. */
  def begin(pages: Long): Unit = {
    restore(pages)
    if (pages == begun) { begun += 1; notes = 0; before = None }
  }

  /** The bits after so many pages. */
  def after(pages: Long): Array[Long] = {
    restore(pages)
    words
  }

  private def restore(pages: Long): Unit =
    if (pages == begun - 1) { // guard: I8.20
      before.foreach(old => System.arraycopy(old, 0, words, 0, words.length))
      unset(words)
      notes = 0
      before = None
    } else if (pages != begun) throw new IllegalStateException(s"the marks of page $pages are gone, after page $begun")

  private def unset(in: Array[Long]): Unit = {
    var i = 0
    while (i < notes) {
      in((noted(i) >>> 6).toInt) &= ~(1L << noted(i))
      i += 1
    }
  }

  def isSet(place: Long): Boolean = (words((place >>> 6).toInt) & (1L << place)) != 0

  def count: Long = words.foldLeft(0L)((n, word) => n + java.lang.Long.bitCount(word))

  /** @param place of a bit that is not set */
  def set(place: Long): Unit = {
    words((place >>> 6).toInt) |= 1L << place
    if (before.isEmpty) note(place)
  }

  private def note(place: Long): Unit = {
    if (notes == noted.length)
      if (notes >= words.length) {
        val old = words.clone()
        old((place >>> 6).toInt) &= ~(1L << place)
        unset(old)
        before = Some(old)
        notes = 0
      } else noted = java.util.Arrays.copyOf(noted, notes * 2)
    if (before.isEmpty) {
      noted(notes) = place
      notes += 1
    }
  }
}

private[sparkrest] object MarkedBits {
  def of(entries: Long): MarkedBits = new MarkedBits(new Array[Long](((entries + 63) >>> 6).toInt))

  /** Whether the words have a bit for each entry. */
  def fits(words: Long, entries: Long): Boolean = words == ((entries + 63) >>> 6)
}
