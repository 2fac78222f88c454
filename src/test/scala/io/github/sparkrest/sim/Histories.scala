// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

/** Histories that once went wrong, the shortest that were found, with what was wrong. */
object Histories {
  val all: Seq[(String, String)] = Seq(
    "an empty page with a new cursor wiped the memory of what came under the cursor before" ->
      "cap=2 gap=3 kind=log rows=1 | 1:update",
    "a list newest first that moved by just a page, twice, looked as if it had ended" ->
      "cap=2 kind=feed order=desc paging=page view=number | 3:insert 3:insert",
    "newest first, a record below the offset that the last drain did not hold was delivered again" ->
      "cap=2 key=true kind=feed order=desc paging=cursor | 1:insert/2 2:update/5 5:update",
    "a page token expired, and the drain that began anew repeated what the first had delivered" ->
      "cap=4 kind=ids order=desc paging=nextUrl view=frozen | 2:expire",
    "the same with an exclusive bound" ->
      "bound=exclusive cap=2 key=true paging=cursor rows=3 tellBoundary=true view=frozen | 2:expire",
    "an empty page made forget the page before" ->
      "cap=3 end=empty gap=2 order=desc paging=nextUrl rows=1 view=number | 2:insert",
    "each page of a drain left out what was too young by a clock of its own" ->
      "cap=2 lag=6000 paging=nextUrl rows=4 | 6:tick/5000",
    "newest first with lookback stopped at the offset itself" ->
      "cap=2 lookback=6000 order=desc paging=link rows=2 | 2:late/1942",
    "ascending pages by number: the first page filled up while the second was read" ->
      "cap=3 paging=page rows=8 tellBoundary=true tieLimit=2 view=number | 1:insert 11:update 11:insert/1",
    "what is younger than the drain was delivered twice" ->
      "cap=3 form=iso key=true kind=feed order=desc paging=page rows=1 view=number | 1:insert/1",
    "a record at the offset was changed while its equals were read" ->
      "cap=2 form=iso key=true offset=timestamp paging=offset rows=6 tellBoundary=true tieLimit=1 view=number | 1:cut 12:update/5 12:insert",
    "what lay above the offset was forgotten when the offset moved" ->
      "cap=2 form=epoch_s key=true offset=timestamp paging=page rows=2 tellBoundary=true tieLimit=1 view=number | 13:update 13:insert",
    "an exclusive bound remembered nothing of what is younger than the drain" ->
      "bound=exclusive cap=3 form=epoch_s offset=timestamp order=desc paging=nextUrl rows=4 tellBoundary=true | 1:update",
    "what is younger than the drain was forgotten when the offset moved" ->
      "backwards=true bound=coarse cap=2 form=iso key=true offset=timestamp paging=cursor rows=0 tellBoundary=true | 1:insert 14:insert/1 14:insert 15:update",
    "ids: a list that moved by more than a page" ->
      "cap=3 form=epoch_s kind=ids order=desc paging=offset rows=3 view=number | 2:insert 2:insert 2:cut 3:insert 4:crash 4:insert",
    "a list that moved by more than a page" ->
      "cap=3 kind=feed offset=timestamp order=desc paging=page rows=3 view=number | 2:update 5:insert 5:insert 9:update/2 9:cut 9:update 10:insert 10:cut 11:insert",
    "a list that moved by more than a page, over a crash" ->
      "cap=5 form=iso kind=feed order=desc paging=offset requests=2 rows=6 tellOrder=false view=number | 5:insert 5:insert 5:crash",
    // The same without `offsetFormat` loses the tie: a number is no time to max_field then (found by seed 954896).
    "a tie came behind the page that a crash returned to, and the times are known" ->
      "ask=epoch_ms backwards=true cap=3 end=empty paging=nextUrl requests=2 rows=0 tellBoundary=true | 1:insert 3:update 4:insert/13 7:update 8:insert 8:update/2 8:crash"
  )
}
