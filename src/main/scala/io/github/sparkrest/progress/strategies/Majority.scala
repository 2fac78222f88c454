// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import io.github.sparkrest.options.values.OffsetPick

/** Chooses the offset from the values of one page. A field of times may contain `0000-00-00 00:00:00` or `N/A` in a few
  * records. Such a stray value must never become the offset, because it compares with no other value.
  *
  * The rule, with only the offset and the pending value of the traversal as state:
  *   - A pending value that is a number or a moment is never replaced by a value of another kind. Without a pending value, the
  *     same is true of the offset.
  *   - Otherwise the page decides. If more than half of its values are text, all values are text, digits too. If not, the
  *     offset is the best number or moment, whichever kind has more values.
  *   - An offset that is text is a stray if the page decides otherwise: it is replaced. Text that is not above such an offset
  *     has no vote: it may be the stray itself. A text above an offset of text in this traversal stays text.
  *   - If the kind is unknown, two different texts are enough to decide for text. A single text counts only if it looks like
  *     an id.
  *   - Ids of one length are text if more than half of the page is akin to the pending value or offset (`OffsetValue.isAkin`).
  *
  * @param mayBeText false: the values are known to be times
  */
final private[sparkrest] class Majority(
    pick: OffsetPick,
    offset: Option[OffsetValue],
    pending: Option[OffsetValue],
    mayBeText: Boolean = true
) {
  private val reference = pending.orElse(offset)
  private val numbers, moments, texts = new Candidates(pick)
  private var votes, words, akin = 0
  private var word: Option[String] = None

  /** Text may be the values that the offset is made of: one text alone may be a stray, which the API would refuse for ever. */
  private var believed = false

  /** @param eligible may become the offset if this page is the last one
    * @param settled may become it if pages follow
    */
  def note(value: OffsetValue, eligible: Boolean, settled: Boolean): Unit = {
    // An inclusive API returns the record at the offset again. That record is no evidence for later values.
    if (!reference.exists(_.text == value.text)) votes += 1
    if (reference.exists(_.isAkin(value))) akin += 1
    value.key match {
      case _: OffsetKey.Number => numbers.note(value, eligible, settled)
      case _: OffsetKey.Moment => moments.note(value, eligible, settled)
      case _: OffsetKey.Words  =>
        believed ||= mayBeText && (value.isTextId || word.exists(_ != value.text))
        word = Some(value.text)
        if (!offset.exists(o => !o.isOrdered && value.text <= o.text)) words += 1
    }
    texts.note(asText(value), eligible, settled)
  }

  /** The offset if this page is the last one. */
  def best: Option[String] = reached(_.best)

  /** The offset so far if pages follow. */
  def settled: Option[String] = reached(_.settled)

  /** The greatest value below the offset, with `offsetPick=max`. `None`: there is none above the offset before. */
  def below: Option[String] = if (pick != OffsetPick.Max) None
  else
    chosen.below
      .orElse(pending.filter(p => chosen.best.exists(_.compare(p).exists(_ > 0))))
      .filter(v => offset.forall(o => v.compare(o).exists(_ > 0)))
      .map(_.text)

  /** The values of the chosen kind did not rise. */
  def descends: Boolean = chosen.descends

  /** The offset is a stray, as far as this page was read: nothing is older than it. */
  def replacesText: Boolean = offset.exists(!_.isOrdered) && !(chosen eq texts)

  /** Whether `value` compares with the offset to come, as far as it is known in the middle of a page. */
  def compares(value: OffsetValue): Boolean = reference.fold(of(value) eq page)(_.isOfKind(value))

  private def chosen: Candidates = reference match {
    case _ if akin * 2 > votes                            => texts
    case Some(r) if r.isOrdered                           => of(r) // guard: I3.2
    case Some(_) if offset.isDefined && pending.isDefined => texts
    case _                                                => page
  }

  private def page: Candidates =
    if (believed && words > numbers.count + moments.count || numbers.count + moments.count == 0) texts
    else if (moments.count > numbers.count) moments
    else numbers

  private def of(value: OffsetValue): Candidates = value.key match {
    case _: OffsetKey.Number => numbers
    case _: OffsetKey.Moment => moments
    case _: OffsetKey.Words  => texts
  }

  private def reached(found: Candidates => Option[OffsetValue]): Option[String] = {
    val kind = chosen
    val isStray = (kind eq texts) && !reference.exists(!_.isOrdered) && !believed
    val before = pending.map(p => if (kind eq texts) asText(p) else p).filter(p => (kind eq texts) || (of(p) eq kind))
    val value = (before, found(kind)) match {
      case (Some(p), Some(f)) => Some(if (Candidates.takes(pick, f, p)) f else p)
      case (p, f)             => p.orElse(f)
    }
    value
      .filterNot(_ => isStray)
      .filter(v => offset.forall(o => v.compare(if (kind eq texts) asText(o) else o).forall(_ > 0)))
      .map(_.text)
  }

  private def asText(value: OffsetValue): OffsetValue =
    if (value.isOrdered) value.copy(key = OffsetKey.Words(value.text)) else value
}

/** Values of one kind, in the order of the page. */
final private class Candidates(pick: OffsetPick) {
  private var last: Option[OffsetValue] = None
  var count = 0
  var descends = false
  var best, settled, below: Option[OffsetValue] = None

  def note(value: OffsetValue, isEligible: Boolean, isSettled: Boolean): Unit = {
    count += 1
    if (isEligible) {
      if (last.exists(_.compare(value).exists(_ > 0))) descends = true
      last = Some(value)
      if (best.forall(Candidates.takes(pick, value, _))) { below = best; best = last }
      if (isSettled && settled.forall(Candidates.takes(pick, value, _))) settled = last
    }
  }
}

private object Candidates {

  /** Whether a later value takes the place of an earlier one. */
  def takes(pick: OffsetPick, later: OffsetValue, earlier: OffsetValue): Boolean = pick match {
    case OffsetPick.First => false
    case OffsetPick.Last  => true
    case OffsetPick.Max   => later.compare(earlier).exists(_ > 0)
  }
}
