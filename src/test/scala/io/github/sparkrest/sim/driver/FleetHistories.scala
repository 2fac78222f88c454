// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim.driver

/** Histories of drivers that stay. */
object FleetHistories {

  /** The shortest known histories that once went wrong, each with its error. */
  val all: Seq[(String, String)] = Seq(
    "the last messages of a row that was gone were never acknowledged" ->
      "first=1 kind=queue lease=3000 parents=1 | | 35:insert/20 38:row/43",
    "a backfill was added before the offset had moved, and repeated what lookback had read" ->
      "kind=backfill lanes=250 lookback=2000 | | 32:options/119",
    "without the log and without the backfill, the moment where the lanes meet was forgotten" ->
      "alone=true form=iso interval=2000 kind=backfill lanes=241 lookback=6000 requests=2 | | 45:wipe/45 46:options/195 113:options/267",
    "time passed while a driver wrote that a row was gone, and the simulator counted from the wrong moment" ->
      "first=1 kind=jobs lease=300 retention=6000 | | 19:row/9 28:crash/28 36:tick/2900 36:tick/3800 41:row/24",
    "the same while a driver read its table again" ->
      "first=4 interval=500 parents=4 retention=2000 | bound=exclusive form=epoch_s kind=ids order=desc | 18:delete/3 19:row/13 30:tick/3200 46:row/25",
    "a poll that waited for the end of a slice, and sent no request, counted as a poll of the version" ->
      "versioned=true | align=true form=epoch_s kind=window order=desc requests=1 rootArray=true rows=8 step=20000 tag=modified | 44:tick/3900",
    "a version was read before a slice had reached the second in which it was seen" ->
      "versioned=true | bound=exclusive form=epoch_s kind=window rows=3 tag=weak | ",
    "a list was read again from its beginning, and a slice that ended earlier made forget what had come" ->
      "form=iso kind=backfill lanes=640 most=2 paging=page parents=2 requests=1 retention=6000 rows=20 | | 18:insert/42 88:options/327"
  )

  /** A crash is tried before each step of these. */
  val crossed: Seq[(String, String)] = Seq(
    "rows that come and go, with versions" ->
      "parents=3 first=1 versioned=true batch=2 retain=0 | cap=2 paging=link rows=3 | 30:insert/0 60:row/1 90:update/4 120:row/0 150:insert/2 180:row/0 200:row/2",
    "a queue whose leases end" ->
      "kind=queue parents=2 batch=1 most=2 retain=0 | | 1:insert/4 20:insert/5 40:expire/0 60:insert/1 80:row/1",
    "jobs, of which one fails and one expires" ->
      "kind=jobs parents=2 batch=1 most=2 | | 1:insert/4 20:insert/5 40:broken/0 60:insert/1 70:expire/1 90:insert/0",
    "a backfill that is removed, and comes back with another beginning and in another order" ->
      "alone=true interval=2000 kind=backfill lanes=91 batch=5 lookback=2000 | | 15:insert/0 30:options/100 60:options/231 90:insert/1"
  )
}
