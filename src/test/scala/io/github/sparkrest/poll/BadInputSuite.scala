// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.net.Socket
import java.nio.charset.StandardCharsets.{ISO_8859_1, UTF_16BE, UTF_16LE, UTF_8}

import scala.util.Random

import io.circe.Json
import io.github.sparkrest.RandomCases
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.transport.{ContentCodingSuite, SttpClient}
import io.github.sparkrest.http.{Clock, RawServer}
import io.github.sparkrest.poll.FaultyServer._
import io.github.sparkrest.request.InputRow
import org.scalacheck.Gen
import org.scalactic.anyvals.PosInt
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

/** For any bytes of a server, a poll ends in time and without an exception, with all records of the page or with none. */
class BadInputSuite extends AnyFunSuite with ScalaCheckPropertyChecks {
  private val good = whole(page(0))

  private def survives(fault: Socket => Unit, options: (String, String)*): Seq[Seen] =
    meets(fault, isSilent = false, options: _*)

  /** The polls with the fault: one on a new connection, and one on a connection that was used before. */
  private def meets(fault: Socket => Unit, isSilent: Boolean, options: (String, String)*): Seq[Seen] =
    Seq(0, 1).map { at =>
      val server = new FaultyServer(at, fault)
      try {
        val polls = new Polls(server.url, options: _*)
        val before = if (at == 0) Nil else polls.next().records
        val began = System.nanoTime
        val met = polls.next(isSilent)
        assert((System.nanoTime - began) / 1000000 < 15000, "it hung")
        // On a used connection, all records were delivered before, so none may be repeated.
        assert(met.records.isEmpty || met.records == Records && before.isEmpty, met)
        if (met.outcome.error.nonEmpty) assert(met.records.isEmpty, met)
        // The client sends no request twice. So a poll on the broken connection fails, and the next poll succeeds.
        val after = polls.next() match {
          case failed if failed.outcome.error.exists(_.condition == Condition.ConnectionFailed) =>
            assert(failed.records.isEmpty, failed)
            polls.next()
          case whole => whole
        }
        assert(after.outcome.error.isEmpty, after)
        assert(before ++ met.records ++ after.records ++ polls.next().records == Records, met)
        met
      } finally server.close()
    }

  private def sends(bytes: Array[Byte], end: Socket => Unit = _.close()): Socket => Unit = { s => write(s, bytes); end(s) }

  private def failsAs(condition: Condition, seen: Seq[Seen], says: String*): RestError = {
    val errors = seen.map(_.outcome.error.getOrElse(fail("no error")))
    errors.foreach(e => assert(e.condition == condition && says.forall(e.text.contains), e.text))
    errors.head
  }

  private def body(text: String): Socket => Unit = s => write(s, whole(text.getBytes(UTF_8)))

  Seq("closed" -> ((s: Socket) => s.close()), "reset" -> (RawServer.reset _)).foreach { case (name, end) =>
    test(s"a connection that is $name at any byte of a response is an error") {
      (good.indices by RandomCases.step).foreach { n =>
        val seen = survives(sends(good.take(n), end))
        assert(seen.head.outcome.error.nonEmpty, s"after $n bytes")
      }
      survives(sends(good, end))
    }

    test(s"a connection that is $name at any byte of a chunked, compressed response is an error") {
      ContentCodingSuite.coded.foreach { case (_, header, encode) =>
        val bytes = chunked(encode(page(0)), 13, s"Content-Encoding: $header\r\n")
        assert(survives(sends(bytes, _ => ())).head.records == Records)
        (1 until bytes.length by 3 * RandomCases.step).foreach { n =>
          assert(survives(sends(bytes.take(n), end)).head.outcome.error.nonEmpty, s"$header after $n bytes")
        }
      }
    }
  }

  test("a response that stops at any byte is an error after readTimeout") {
    Seq(0, 9, 40, good.length - 20, good.length - 1).foreach { n =>
      failsAs(Condition.ConnectionFailed, meets(sends(good.take(n), _ => ()), isSilent = true))
    }
  }

  test("a wrong Content-Length is an error") {
    (1 to 30).foreach { n =>
      val less = s"HTTP/1.1 200 OK\r\nContent-Length: ${page(0).length - n}\r\n\r\n".getBytes ++ page(0)
      failsAs(Condition.InvalidResponse, survives(sends(less, _ => ())))
      val more = s"HTTP/1.1 200 OK\r\nContent-Length: ${page(0).length + n}\r\n\r\n".getBytes ++ page(0)
      failsAs(Condition.ConnectionFailed, survives(sends(more)))
    }
    Seq("-1", "x", "99999999999999999999", "1, 2").foreach { n =>
      survives(sends(s"HTTP/1.1 200 OK\r\nContent-Length: $n\r\n\r\n".getBytes ++ page(0)))
    }
  }

  private val noise: Gen[Array[Byte]] = Gen.long.map { seed =>
    val r = new Random(seed)
    val bytes = new Array[Byte](r.nextInt(200))
    r.nextBytes(bytes)
    bytes
  }

  test("random bytes in place of a response, a head, chunks or a body do no harm") {
    forAll(
      noise,
      Gen.oneOf(
        "",
        "HTTP/1.1 ",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      ),
      minSuccessful(PosInt.ensuringValid(RandomCases(150)))
    )((bytes, head) => survives(sends(head.getBytes ++ bytes)))
  }

  test("a changed byte in the head or in the frame of a chunk does no harm") {
    val bytes = chunked(page(0), 13, "Content-Type: application/json\r\n")
    val text = new String(bytes, ISO_8859_1)
    val size = text.indexOf("\r\n\r\n") + 4
    val frame = bytes.indices.filter(i => i < size + 4 || i > bytes.length - 9)
    forAll(Gen.oneOf(frame), Gen.choose(0, 255), minSuccessful(PosInt.ensuringValid(RandomCases(150)))) { (i, b) =>
      // OkHttp skips the line after a chunk without looking at it. So another size means other bytes of the body: a server that
      // sends a wrong size is as wrong as one that sends a wrong body.
      val resized = i == size && Character.digit(b, 16) >= 0
      if (!resized) survives(sends(bytes.updated(i, b.toByte)))
    }
  }

  test("a changed byte in the body causes no crash and no half page") {
    forAll(Gen.choose(0, page(0).length - 1), Gen.choose(0, 255), minSuccessful(PosInt.ensuringValid(RandomCases(300)))) {
      (i, b) =>
        val server = new FaultyServer(0, s => write(s, whole(page(0).updated(i, b.toByte))))
        try {
          val seen = new Polls(server.url).next()
          assert(if (seen.outcome.error.nonEmpty) seen.records.isEmpty else seen.records.length == 3 || b == 'n', seen)
        } finally server.close()
    }
  }

  test("the error for an HTML page with status 200 calls it HTML, and hides a secret in it") {
    val page = "<!DOCTYPE html>\n<html><body>Sign in <a href=\"?token=hidden\">here</a></body></html>"
    val e = failsAs(
      Condition.InvalidResponse,
      survives(s => write(s, whole(page.getBytes, "Content-Type: text/html\r\n"))),
      "it is HTML or XML",
      "Sign in",
      "Content-Type text/html"
    )
    assert(!e.text.contains("hidden") && e.text.length < 500, e.text)
  }

  test("JSON is read with any Content-Type") {
    Seq("text/plain", "text/html", "application/octet-stream", "").foreach { kind =>
      val answer = whole(page(0), if (kind.isEmpty) "" else s"Content-Type: $kind\r\n")
      assert(survives(s => write(s, answer)).head.records == Records)
    }
  }

  test("UTF-16 and UTF-32 are refused, and UTF-8 may have a byte order mark") {
    val text = new String(page(0), UTF_8)
    val marked = Seq(UTF_16LE, UTF_16BE).flatMap(c => Seq(text.getBytes(c), ("\uFEFF" + text).getBytes(c)))
    val wide = Seq("UTF-32LE", "UTF-32BE").flatMap(c => Seq(text.getBytes(c), ("\uFEFF" + text).getBytes(c)))
    (marked ++ wide).foreach(b => failsAs(Condition.InvalidResponse, survives(s => write(s, whole(b))), "must be UTF-8"))
    assert(survives(s => write(s, whole(("\uFEFF" + text).getBytes(UTF_8)))).head.records == Records)
  }

  /** The poll of a page with this single record. */
  private def one(record: String, options: (String, String)*): Seen = once(s"""{"data":[$record]}""", options: _*)

  private def once(page: String, options: (String, String)*): Seen = {
    val server = new FaultyServer(0, body(page))
    try new Polls(server.url, options: _*).next()
    finally server.close()
  }

  test("deep nesting is kept in a record, and refused in a value next to the records") {
    val deep = "[" * 9000 + "]" * 9000
    val objects = "{\"a\":" * 9000 + "1" + "}" * 9000
    Seq(deep, objects).foreach { value =>
      assert(one(s"""{"id":1,"x":$value}""").records == List(s"""{"id":1,"x":$value}"""))
      assert(one(s"""{"x":$value,"id":1}""", "recordKey" -> "x").records.length == 1)
      val as = one(s"""{"id":$value}""").outcome.error.getOrElse(fail("an id?"))
      assert(as.text.length < 2000)
      Seq("nextField" -> "deep", "errorWhen" -> "deep=1").foreach { case (option, at) =>
        failsAs(
          Condition.InvalidResponse,
          survives(body(s"""{"deep":$value,"data":[]}"""), option -> at, "pagination" -> "cursor", "nextField" -> "deep"),
          "nested more than 1000 levels deep"
        )
      }
    }
    Seq(body(s"""{"x":${"[" * 100000},"data":[]}"""), body(s"""[{"id":1},{"id":${"[" * 200000}"""))
      .foreach(b => failsAs(Condition.InvalidResponse, survives(b), "nested more than 10000 levels deep"))
    failsAs(Condition.InvalidResponse, survives(body("[" * 100000)))
    failsAs(Condition.InvalidResponse, survives(body("{\"a\":" * 100000)))
  }

  test("a field of the records that appears twice is an error") {
    val twice = """{"data":[{"id":1}],"data":[{"id":2}]}"""
    failsAs(Condition.InvalidResponse, survives(body(twice)), "appears twice")
    failsAs(Condition.InvalidResponse, survives(body(twice), "dataField" -> "data"), "appears twice")
    failsAs(
      Condition.InvalidResponse,
      Seq(once(s"""{"a":[{"b":1},$twice]}""", "dataField" -> "a[].data")),
      "appears twice"
    )
    assert(one("""{"id":1,"id":2}""").records == List("""{"id":1,"id":2}"""))
  }

  test("a record may contain long numbers and strings, and bytes that are not UTF-8") {
    Seq("1" * 100000, "-0." + "3" * 100000, "1e999999999", "\"" + "y" * 3000000 + "\"").foreach { x =>
      assert(one(s"""{"id":1,"x":$x}""").records == List(s"""{"id":1,"x":$x}"""))
    }
    one(s"""{"id":${"9" * 100000}}""").outcome.error.foreach(e => assert(e.text.length < 2000))
    val broken = """{"data":[{"id":1,"x":"_"}]}""".getBytes(UTF_8).map(b => if (b == '_') 0xff.toByte else b)
    val server = new FaultyServer(0, s => write(s, whole(broken)))
    try assert(new Polls(server.url).next().records.length == 1)
    finally server.close()
  }

  private val limit = "maxResponseBytes" -> "2m"

  test("an endless body is refused at maxResponseBytes, whether a string, an array, blanks or a number is endless") {
    Seq(
      """{"data":[{"x":"aaaa""" -> "a" * 65536,
      """{"data":[1""" -> ",1" * 9999,
      "" -> " " * 65536,
      "{\"data\":[1" -> "1" * 65536
    )
      .foreach { case (begin, more) =>
        @volatile var sent = 0L
        val seen = survives(
          { s =>
            write(s, s"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n$begin".getBytes)
            sent = endless(s.getOutputStream, more.getBytes)
            s.close()
          },
          limit
        )
        failsAs(Condition.ResponseTooLarge, seen, "2097152", "maxResponseBytes")
        assert(sent < (64L << 20), s"$sent bytes were read")
      }
  }

  test("the response of a call is limited to the share of the memory that a call has") {
    val share = math.max(64L << 10, Runtime.getRuntime.maxMemory / 8 / 1000).toInt
    for {
      more <- Seq(Map.empty[String, String], Map("dataField" -> "$"))
      (size, fits) <- Seq(share -> true, share + 1 -> false)
    } {
      val server = new FaultyServer(0, body("[\"" + "x" * (size - 4) + "\"]"))
      try {
        val options = Map("inputData" -> """[{"n":1}]""", "method" -> "GET", "concurrency" -> "1000")
        val config = RestConfig
          .parse(options ++ more + ("url" -> s"${server.url}/?n={n}"))
          .fold(e => fail(e.text), identity)
        val input = config.input.getOrElse(fail("no input"))
        val call = new RowCall(config, input, SttpClient(config, () => false), Clock.System, _ => (), () => 0.5)
        call(InputRow(Vector("n" -> Json.fromInt(1)))) match {
          case Right(texts) => assert(fits && texts.map(_.length).sum >= size - 4)
          case Left(e)      =>
            assert(!fits && e.condition == Condition.ResponseTooLarge, e.text)
            assert(Seq(s"larger than $share bytes", "concurrency", "maxResponseBytes").forall(e.text.contains), e.text)
        }
      } finally server.close()
    }
  }

  test("an endless response head ends the poll") {
    survives { s =>
      write(s, "HTTP/1.1 200 OK\r\n".getBytes)
      assert(endless(s.getOutputStream, ("X-More: " + "y" * 1000 + "\r\n").getBytes, seconds = 10) < (64L << 20))
      s.close()
    }
  }

  test("a compressed response that is too large after decoding is refused at maxResponseBytes") {
    val zeros = ("{\"data\":[\"" + "0" * (64 << 20)).getBytes
    ContentCodingSuite.coded.foreach { case (_, header, encode) =>
      val bomb = encode(zeros)
      assert(bomb.length < 100000)
      val seen = survives(s => write(s, whole(bomb, s"Content-Encoding: $header\r\n")), limit)
      failsAs(Condition.ResponseTooLarge, seen, "2097152")
    }
    val twice = ContentCodingSuite.gzip(ContentCodingSuite.gzip(zeros))
    failsAs(
      Condition.ResponseTooLarge,
      survives(s => write(s, whole(twice, "Content-Encoding: gzip, gzip\r\n")), limit)
    )
  }
}
