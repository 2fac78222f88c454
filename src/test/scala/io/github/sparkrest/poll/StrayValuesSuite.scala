// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.schedule.PolledApi
import org.scalatest.funsuite.AnyFunSuite

/** Values of the offset field that are of another kind than most values: zero dates, `""`, `N/A`, numbers with too many digits,
  * ids that look like numbers. Each record comes once, and the offset moves.
  */
class StrayValuesSuite extends AnyFunSuite {
  import PolledApi._

  private val zero = "0000-00-00 00:00:00"
  private def time(n: Int) = f"2026-01-01 00:${n / 60}%02d:${n % 60}%02d"
  private def quoted(value: String) = s""""$value""""
  private def record(value: String, id: Int) = s"""{"t":$value,"id":$id}"""
  private val byT = Seq("offsetField" -> "t", "offsetType" -> "max_field")

  /** A table whose filter compares text, as SQL does, so each response may contain a stray value. */
  private class Table(values: Seq[String], cap: Int, options: (String, String)*) {
    var records: Seq[String] = values.zipWithIndex.map { case (v, i) => record(v, i + 1) }
    private def of(r: String) = r.drop(5).takeWhile(_ != ',').replace("\"", "")
    val api = new PolledApi(byT ++ options: _*)({ r: HttpRequest =>
      val q = query(r)
      val since = q("since")
      val all = records.filter(r => since == "0" || of(r) >= since).sortBy(of)
      Answer(array(all.slice(q.get("page").fold(0)(p => (p.toInt - 1) * cap), q.get("page").fold(cap)(_.toInt * cap))))
    })
    api.now = java.time.Instant.parse("2026-02-01T00:00:00Z")
    def all(polls: Int): Seq[String] = (1 to polls).flatMap(_ => api.traversal())
  }

  private def readsAll(t: Table, polls: Int = 12): Unit = {
    val got = t.all(polls)
    assert(got.distinct.length == got.length, "a record was repeated")
    assert(got.length == t.records.length, "a record was lost")
  }

  test("a first value of another kind does not stop the offset") {
    Seq(quoted(zero), quoted(""), quoted("N/A"), "null", "1e900000000").foreach { stray =>
      val t = new Table(stray +: (1 to 999).map(n => quoted(time(n))), 100)
      readsAll(t)
      assert(t.api.state.offset.contains(time(999)), stray)
    }
  }

  test("the kind of most values determines the offset over all pages, even if the first page has other values") {
    val strays = Seq.fill(7)(quoted(zero))
    for {
      n <- Seq(1, 3, 7)
      order <- Seq("none", "asc")
      options = Seq("pagination" -> "page", "order" -> order, "boundary" -> "inclusive")
    } {
      val t = new Table(strays.take(n) ++ (1 to 40).map(i => quoted(time(i))), 5, options: _*)
      readsAll(t, 4)
      assert(t.api.state.offset.contains(time(40)), s"$n strays, order=$order")
      t.records ++= Seq(record(quoted(time(41)), 90), record(quoted("N/A"), 91))
      assert(t.api.traversal().length == 2 && t.api.state.offset.contains(time(41)))
    }
  }

  test("a stream whose stored offset is a stray value recovers") {
    Seq(zero, "", "N/A", "1e900000000", "12345678901234e567890123").foreach { stray =>
      val api = new PolledApi(byT: _*)(_ => Answer(array(Seq(record(quoted(zero), 1), record("7", 2), record("8", 3)))))
      api.state = api.state.copy(offset = Some(stray))
      assert(api.poll().length == 3 && api.state.offset.contains("8"), stray)
      assert(api.poll() == Nil)
    }
  }

  test("an offset that is a number or a time is never replaced by another kind, even if a page has only that kind") {
    var page = Seq("5", quoted("a"), "4", quoted(zero))
    val api = new PolledApi(byT: _*)(_ => Answer(array(page.zipWithIndex.map { case (v, i) => record(v, i) })))
    assert(api.poll().length == 4 && api.state.offset.contains("5"))
    page = Seq(quoted("N/A"), quoted("b"), quoted("n0"))
    assert(api.poll().length == 3 && api.state.offset.contains("5"))
    page = Seq(quoted("2026-01-01"))
    assert(api.poll().length == 1 && api.state.offset.contains("5"))
  }

  test("if the offset is text, digits compare as text") {
    val t = new Table(Seq("A", "B", "100", "C", "99").map(quoted), 10)
    readsAll(t, 2)
    assert(t.api.state.offset.contains("C"))
    t.records ++= Seq(record(quoted("D"), 20), record(quoted("7"), 21), record(quoted("E"), 22))
    t.api.poll()
    assert(t.api.state.offset.contains("E"))
  }

  test("an ObjectId that looks like a number is an id like all others") {
    val ids = Seq(
      "65f1a2b3c4d5e6f708192a3b",
      "660000000000000000000001",
      "66000000000000000000000a",
      "66000000000001e567890123",
      "66000000000001e567890124",
      "670000000000000000000e10",
      "6700000000000000000abcde"
    )
    // From one new id per poll to all ids in one response.
    Seq(1, 2, 3, 10).foreach { n =>
      val t = new Table(Nil, 100)
      ids.indices.grouped(n).foreach { g =>
        t.records ++= g.map(i => record(quoted(ids(i)), i))
        assert(t.api.poll().length == g.length)
        assert(t.api.state.offset.contains(ids(g.last)), s"$n new ids a poll")
      }
      assert(t.api.poll() == Nil)
    }
  }

  test("digits of one length are numbers if a longer number follows") {
    val t = new Table(Seq("999998", "999999", "1000000"), 10)
    t.api.poll()
    assert(t.api.state.offset.contains("1000000"))
  }

  test("a number with too many digits does no harm in a record, next to the records or as an id") {
    Seq("1e900000000", "1e-900000000", "-1e900000000").foreach { n =>
      val beside = new PolledApi()(_ => Answer(s"""{"timestamp":$n,"data":[{"id":1}]}"""))
      assert(beside.poll() == ids(1) && beside.poll() == Nil && beside.outcome.error.isEmpty)
      Seq("epoch_s", "epoch_ms", "iso").foreach { format =>
        val options = Seq("offsetFormat" -> format, "requestOffsetFormat" -> "iso", "lag" -> "1", "pagination" -> "page")
        val api = new PolledApi(byT ++ options: _*)({ r =>
          Answer(array(if (query(r)("page") == "1") Seq(record(n, 1), record(quoted(n), 2)) else Nil))
        })
        assert(api.traversal().length == 2 && api.traversal() == Nil && api.outcome.error.isEmpty)
      }
    }
    val byId =
      new PolledApi("offsetField" -> "id", "offsetType" -> "incremental")(_ => Answer(array(ids(1, "1e900000000"))))
    assert(byId.poll().length == 2 && byId.state.offset.contains("1"))
  }

  test("an offset field that is null in all records of the first page is not missing") {
    Seq("max_field", "timestamp", "incremental").foreach { kind =>
      Seq("""{"a":{"t":null},"id":1}""", """{"a":{"t":""},"id":1}""", """{"a":null,"id":1}""").foreach { r =>
        var records = Seq(r)
        val api = new PolledApi("offsetField" -> "a.t", "offsetType" -> kind)(_ => Answer(array(records)))
        assert(api.poll() == records && api.outcome.error.isEmpty && api.state.offset.isEmpty, s"$kind $r")
        assert(api.poll() == Nil)
        records :+= """{"a":{"t":7},"id":2}"""
        assert(api.poll() == records.tail && api.state.offset.contains("7"))
      }
      Seq("""{"a":{"t":{}},"id":1}""", """{"a":{},"id":1}""", """{"a":[],"id":1}""").foreach { r =>
        val api = new PolledApi("offsetField" -> "a.t", "offsetType" -> kind)(_ => Answer(array(Seq(r))))
        api.poll()
        assert(api.outcome.error.isDefined, s"$kind $r")
      }
    }
  }
}
