// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

/** The shortest known histories that once went wrong, each with its error. */
object Histories {
  val all: Seq[(String, String)] = Seq(
    "an empty page with a new cursor erased the memory of records under the previous cursor" ->
      "cap=2 gap=3 kind=log rows=1 | 1:update",
    "with order=asc and an inclusive bound, a slice of time was left after its first page" ->
      "kind=window cap=2 lag=6000 paging=link rows=8 tellBoundary=true",
    "a list newest first that moved by just a page, twice, looked as if it had ended" ->
      "cap=2 kind=feed order=desc paging=page view=number | 3:insert 3:insert",
    "newest first, a record below the offset that the last traversal did not hold was delivered again" ->
      "cap=2 key=true kind=feed order=desc paging=cursor | 1:insert/2 2:update/5 5:update",
    "a page token expired, and the second traversal repeated the records of the first" ->
      "cap=4 kind=ids order=desc paging=nextUrl view=frozen | 2:expire",
    "a page token expired with an exclusive bound, and the second traversal repeated records" ->
      "bound=exclusive cap=2 key=true paging=cursor rows=3 tellBoundary=true view=frozen | 2:expire",
    "an empty page erased the memory of the page before" ->
      "cap=3 end=empty gap=2 order=desc paging=nextUrl rows=1 view=number | 2:insert",
    "each page of a traversal skipped young records by a different clock" ->
      "cap=2 lag=6000 paging=nextUrl rows=4 | 6:tick/5000",
    "newest first: reading with lookback stopped at the offset itself" ->
      "cap=2 lookback=6000 order=desc paging=link rows=2 | 2:late/1942",
    "ascending pages by number: the first page filled up while the second was read" ->
      "cap=3 paging=page rows=8 tellBoundary=true tieLimit=2 view=number | 1:insert 11:update 11:insert/1",
    "records younger than the traversal were delivered twice" ->
      "cap=3 form=iso key=true kind=feed order=desc paging=page rows=1 view=number | 1:insert/1",
    "a record at the offset was changed while its equals were read" ->
      "cap=2 form=iso key=true offset=timestamp paging=offset rows=6 tellBoundary=true tieLimit=1 view=number | 1:cut 12:update/5 12:insert",
    "records above the offset were forgotten when the offset moved" ->
      "cap=2 form=epoch_s key=true offset=timestamp paging=page rows=2 tellBoundary=true tieLimit=1 view=number | 13:update 13:insert",
    "an exclusive bound forgot the records younger than the traversal" ->
      "bound=exclusive cap=3 form=epoch_s offset=timestamp order=desc paging=nextUrl rows=4 tellBoundary=true | 1:update",
    "records younger than the traversal were forgotten when the offset moved" ->
      "backwards=true bound=coarse cap=2 form=iso key=true offset=timestamp paging=cursor rows=0 tellBoundary=true | 1:insert 14:insert/1 14:insert 15:update",
    "ids: a list that moved by more than a page" ->
      "cap=3 form=epoch_s kind=ids order=desc paging=offset rows=3 view=number | 2:insert 2:insert 2:cut 3:insert 4:crash 4:insert",
    "a list that moved by more than a page" ->
      "cap=3 kind=feed offset=timestamp order=desc paging=page rows=3 view=number | 2:update 5:insert 5:insert 9:update/2 9:cut 9:update 10:insert 10:cut 11:insert",
    "a list that moved by more than a page, over a crash" ->
      "cap=5 form=iso kind=feed order=desc paging=offset requests=2 rows=6 tellOrder=false view=number | 5:insert 5:insert 5:crash",
    // The same without `offsetFormat` loses the tie: max_field does not know then that a number is a time (found by seed 954896).
    "a tie came behind the page that a crash returned to, and the times are known" ->
      "ask=epoch_ms backwards=true cap=3 end=empty paging=nextUrl requests=2 rows=0 tellBoundary=true | 1:insert 3:update 4:insert/13 7:update 8:insert 8:update/2 8:crash",
    // ---- what happens to single answers
    "an empty page in the middle ended a traversal, by id" ->
      "bound=exclusive calm=true cap=2 form=iso kind=ids order=none paging=link rows=3 | 2:void",
    "an empty page in the middle ended a traversal, by page number" -> "cap=2 offset=timestamp order=none paging=page rows=4 view=number | 2:void",
    "an empty page in the middle ended a traversal of a list with a cursor" ->
      "cap=2 form=iso key=true order=none paging=cursor rows=4 tellBoundary=true view=frozen | 2:void",
    "an empty page in the middle ended a window" ->
      "bound=exclusive calm=true cap=2 end=repeat grain=2000 kind=window lag=6000 order=desc paging=page rows=7 view=number | 1:insert/19 7:void",
    "an empty page emptied a snapshot, and all came again" ->
      "calm=true cap=4 key=true kind=snapshot order=none paging=page rows=8 view=number | 5:void",
    "an empty page behind an empty one emptied a snapshot" ->
      "cap=4 carrier=header gap=3 key=true kind=snapshot order=none paging=cursor rows=1 | 4:void",
    "an empty page made a feed forget the delivered records" ->
      "calm=true cap=5 kind=feed offset=timestamp order=desc paging=cursor tellOrder=false view=number | 6:insert 13:update/1 16:void",
    "an empty last page erased the memory of the pages before, and the record of the cursor came again" ->
      "cap=2 carrier=record kind=log paging=page rows=3 tellBoundary=true view=number | 3:insert",
    "a stray 404 started a log again" -> "cap=5 expired=restart kind=link rows=1 | 3:status/404",
    "a stray 404 was the end of the pages" ->
      "cap=4 emptyStatus=404 key=true order=desc paging=nextUrl rows=8 view=number | 2:status/404",
    "a lagging replica made a feed forget the delivered records" ->
      "form=epoch_s kind=feed offset=timestamp order=desc rows=2 | 2:update/5 3:stale/2",
    // ---- what lists and values may be
    "a page whose records were filtered out ended a traversal, though has_more was true" ->
      "cap=2 end=more filter=2 order=desc paging=page rows=6 tellBoundary=true view=number |",
    "each page had a next one, and reading never ended" -> "cap=3 end=always order=desc paging=link rows=1 |",
    "each empty response had a new cursor, and reading never ended" ->
      "cap=5 carrier=header fresh=true kind=log rows=1 | 1:insert",
    "a warning next to an empty list was a record" ->
      "bound=exclusive cap=5 carrier=record kind=log rows=1 tellBoundary=true warnings=true | 1:insert",
    "the first value was not a time, and the offset stayed there" ->
      "calm=true cap=5 odd=na oddFirst=true paging=nextUrl rows=4 | 1:update",
    "identifiers of digits alone were numbers, and the others were not" -> "cap=3 form=oid rows=6 | 1:insert",
    "the host's clock was ahead, and windows passed records over" ->
      "bound=exclusive date=true kind=window lag=6000 rows=1 skew=30000 | 2:update",
    "the host's clock was ahead, and lag did not wait" ->
      "cap=4 date=true form=iso lag=6000 rows=1 skew=600000 tellOrder=false | 2:late/19",
    // ---- other options after a restart
    "a page number of smaller pages was requested among larger pages" ->
      "calm=true cap=2 kind=ids order=desc paging=page requests=1 restarts=true rows=8 tellOrder=false view=number | 4:options/2",
    "smaller pages: the first of them contained only a part of the records at the tail of a log" ->
      "cap=5 form=epoch_s kind=log restarts=true rows=3 | 2:options/1",
    "an empty page right after a restart with other options erased the records ahead of the offset" ->
      "cap=2 gap=2 kind=feed offset=incremental order=desc paging=nextUrl requests=2 restarts=true | 4:options/1 5:void",
    "an empty page right after an expired token erased the records ahead of the offset" ->
      "cap=3 gap=1 kind=ids order=desc paging=nextUrl rows=4 tellOrder=false | 3:expire 5:void",
    "an empty page among pages that were read again erased the records ahead of the offset" ->
      "calm=true cap=3 gap=2 key=true paging=link rows=1 tellBoundary=true view=number | 14:bulk 18:void",
    "pages that were to be read again were taken for the end" ->
      "bound=coarse cap=2 form=epoch_s gap=2 odd=null oddFirst=true paging=cursor rows=4 tellBoundary=true view=frozen | 3:update",
    "newest first: records without a time at the end were forgotten while reading stopped before them" ->
      "bound=coarse cap=4 form=iso odd=null oddFirst=true order=desc paging=nextUrl rows=4 tag=modified tellBoundary=true view=frozen | 4:bulk",
    "a last page without times: text became the offset, and the API refused it for ever" ->
      "bound=coarse cap=4 form=iso odd=na oddFirst=true offset=timestamp order=desc paging=page rows=4 tellBoundary=true view=number | 1:bulk",
    "identifiers of digits alone: a feed came again" ->
      "cap=4 form=oid grain=2000 kind=feed order=desc paging=nextUrl rows=13 | 5:insert/1",
    "identifiers of digits alone: the offset was not the greatest" ->
      "bound=exclusive form=oid order=desc tellBoundary=true tellOrder=false | 1:update 1:update 3:update 3:insert",
    "two different refusals in a row, both stray, made a cursor begin again" ->
      "cap=4 expired=restart form=epoch_s kind=delta restarts=true rows=1 | 6:cut 6:status/404 7:status/400",
    "a refusal before a restart and another one after it made a cursor begin again" ->
      "cap=3 expired=restart form=iso kind=link offset=timestamp restarts=true rows=1 | 4:update 5:status/404 8:options 9:status/410",
    "an empty page, an expired token, an empty page: the first and the last counted as one" ->
      "cap=2 form=iso kind=feed oddFirst=true offset=timestamp order=desc paging=cursor restarts=true rows=4 | 3:expire 3:void 5:void",
    "an empty page before a crash and another one after it ended a traversal" ->
      "cap=3 end=always form=epoch_s kind=feed offset=timestamp order=desc paging=link rows=4 | 2:void 5:crash 6:void",
    "an empty page before a crash, an error, and another empty page after it ended a traversal" ->
      "calm=true cap=5 form=iso kind=ids order=none paging=page rows=7 view=number | 2:void 3:error 5:crash 6:void",
    "empty pages before and after two crashes ended a window" ->
      "behind=2000 bound=exclusive calm=true cap=5 end=repeat form=iso grain=2000 interval=10 kind=window lag=6000 paging=page rows=11 tellOrder=false view=number | 2:error 5:crash 6:void 9:crash 10:void",
    "smaller pages after a restart: a full one was taken for the last" ->
      "bound=coarse cap=2 form=iso key=true order=none paging=page restarts=true rows=4 view=number | 1:options/2 3:insert/17 7:options 9:void",
    "an empty page after empty pages emptied a snapshot" ->
      "cap=4 carrier=header gap=2 key=true kind=snapshot paging=cursor rows=1 view=frozen | 1:status/404 6:cut 7:void",
    "an empty page after empty pages ended a window" ->
      "behind=4000 bound=exclusive cap=4 form=iso gap=1 holes=2 kind=window lag=6000 order=desc paging=nextUrl rows=2 | 1:tick/5000 1:tick/500 14:cut 15:void",
    "text instead of a time was forgotten: its rank lay below all numbers" ->
      "backwards=true cap=5 form=epoch_s key=true kind=feed odd=zero oddFirst=true order=desc paging=page rows=4 view=number | 11:insert/1 12:bulk",
    "a record key set at a restart: records under the previous cursor were forgotten" ->
      "cap=2 form=epoch_s kind=log restarts=true rows=0 | 1:insert 1:options/2 1:insert 1:insert 3:options/5",
    "a record beyond the offset moved to a page that was read before, and was forgotten" ->
      "bound=coarse cap=5 form=epoch_s key=true oddFirst=true paging=offset tellBoundary=true tieLimit=4 view=number | 5:delete",
    "a page that was not full grew before the page with the next number was requested" ->
      "cap=2 carrier=record form=iso kind=log offset=timestamp paging=page rows=1 tellBoundary=true view=number | 11:insert 11:insert",
    "a traversal began again, and a record that it had brought came once more after the cursor had moved twice" ->
      "cap=2 carrier=record form=iso kind=log paging=page rows=1 view=number | 5:insert 6:insert 6:insert",
    "pages became smaller, and an empty response to the second one emptied the snapshot" ->
      "calm=true cap=5 end=total form=epoch_s key=true kind=snapshot paging=offset restarts=true sized=true view=number | 2:options/1 4:void",
    "text instead of a time: its rank was the lowest, and all others were forgotten" ->
      "cap=2 carrier=header form=epoch_s odd=na oddFirst=true paging=cursor rows=4 tellBoundary=true | 3:bulk"
  )
}
