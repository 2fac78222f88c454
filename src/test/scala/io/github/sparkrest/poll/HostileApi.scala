// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.nio.charset.StandardCharsets.{UTF_16LE, UTF_8}

import scala.util.Random

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.{HostileHeadersSuite, HttpRequest, RawAnswer, RawAnswers}
import io.github.sparkrest.schedule.PolledApi

/** A way to page through a list of records with growing ids, and the form of the list in a response.
  *
  * @param page number of records in a response
  */
final case class HostileSetup(
    name: String,
    page: Int,
    wrap: (String, Map[String, String]) => String,
    options: (String, String)*
) {
  val config: RestConfig = RestConfig
    .parse(
      Map(
        "url" -> "http://h/x?since={id}",
        "offsetField" -> "id",
        "offsetType" -> "incremental",
        "maxRetries" -> "0",
        "maxResponseBytes" -> "300k"
      ) ++ options
    )
    .fold(e => throw e.toException, identity)
}

object HostileSetup {
  private def fields(more: Map[String, String]) = more.map { case (k, v) => s""","$k":$v""" }.mkString
  private val root: (String, Map[String, String]) => String = (list, _) => list
  private def in(name: String): (String, Map[String, String]) => String =
    (list, more) => s"""{"meta":{"n":1},"$name":$list${fields(more)}}"""

  private def membersOf(list: String) = list
    .drop(1)
    .dropRight(1)
    .replace("},{", "}\n{")
    .split("\n")
    .filter(_.nonEmpty)
    .zipWithIndex
    .map { case (r, i) => s""""k$i":$r""" }
    .mkString(",")

  val all: Vector[HostileSetup] = Vector(
    HostileSetup("array", 100, root),
    HostileSetup("data", 100, in("data")),
    HostileSetup("recognized", 100, in("results")),
    HostileSetup(
      "path",
      100,
      (l, more) => s"""{"a":{"b":[{"k":"v","c":$l}]}${fields(more)}}""",
      "dataField" -> "a.b[k=v].c"
    ),
    HostileSetup("inner", 100, (l, more) => s"""{"a":{"d":$l}${fields(more)}}""", "dataField" -> "a[].d"),
    HostileSetup("lines", 100, (l, _) => l.drop(1).dropRight(1).replace("},{", "}\n{"), "responseFormat" -> "ndjson"),
    HostileSetup("members", 100, (l, more) => s"""{"m":{${membersOf(l)}}${fields(more)}}""", "dataField" -> "m.*"),
    HostileSetup(
      "several",
      2,
      (l, more) => s"""{"a":[],"b":$l,"m":{}${fields(more)}}""",
      "dataField" -> "a,b",
      "pagination" -> "page",
      "totalField" -> "total"
    ),
    HostileSetup("maximum", 100, root, "offsetType" -> "max_field"),
    HostileSetup("judged", 100, in("data"), "errorWhen" -> "error", "emptyWhen" -> "meta.n=0"),
    HostileSetup("link", 2, root, "pagination" -> "link"),
    HostileSetup("cursor", 2, in("data"), "pagination" -> "cursor", "nextField" -> "next_cursor"),
    HostileSetup("url", 2, in("items"), "pagination" -> "auto"),
    HostileSetup("page", 2, in("data"), "pagination" -> "page", "totalField" -> "total"),
    HostileSetup("more", 2, in("data"), "pagination" -> "page", "hasMoreField" -> "more")
  )
}

/** The API. `mutate` may change its responses. */
final class HostileApi(setup: HostileSetup) {
  var ids: Vector[Long] = Vector.empty
  var mutate: RawAnswer => RawAnswer = identity

  val client = new RawAnswers(r => mutate(answer(r)))

  def record(id: Long): String = s"""{"id":$id,"v":"r\\"$id","n":[$id,{"x":null}]}"""

  private def answer(request: HttpRequest): RawAnswer = {
    val query = PolledApi.query(request)
    def number(name: String, default: Long) = scala.util.Try(query.get(name).filter(_.nonEmpty).fold(default)(_.toLong))
    (for (since <- number("since", 0); page <- number("page", 1); after <- number("cursor", 0)) yield {
      val list = ids.filter(_ >= since)
      val skip = if (query.contains("cursor")) after else (page - 1) * setup.page
      val shown = list.slice(skip.min(1000L).toInt, skip.min(1000L).toInt + setup.page)
      val end = skip + setup.page
      val more = list.length > end
      def next(parameter: String, value: Long) = s"/x?since=$since&$parameter=$value"
      val beside = setup.name match {
        case "cursor"           => Map("next_cursor" -> (if (more) s""""$end"""" else "null"))
        case "url"              => Map("next" -> (if (more) s""""${next("page", page + 1)}"""" else "null"))
        case "page" | "several" => Map("total" -> list.length.toString)
        case "more"             => Map("more" -> more.toString)
        case _                  => Map.empty[String, String]
      }
      val link =
        if (setup.name == "link" && more) Seq("Link" -> s"""<${next("page", page + 1)}>; rel="next"""") else Nil
      val body = setup.wrap(shown.map(record).mkString("[", ",", "]"), beside)
      RawAnswer(
        200,
        Seq("Content-Type" -> "application/json", "Date" -> "Thu, 01 Jan 2026 00:00:00 GMT") ++ link,
        body.getBytes(UTF_8)
      )
    }).getOrElse(RawAnswer(400, Nil, "no such page".getBytes(UTF_8)))
  }
}

/** Changes to a response: status code, headers, body, compression, timing. */
final class Mutations(random: Random) {
  private def pick[A](of: Seq[A]): A = of(random.nextInt(of.length))
  private def some(n: Int): Int = 1 + random.nextInt(n)

  def apply(answer: RawAnswer): RawAnswer = {
    var a = answer
    (0 until some(3)).foreach { _ =>
      a = random.nextInt(10) match {
        case 0     => a.copy(status = if (random.nextBoolean()) 100 + random.nextInt(500) else pick(Mutations.statuses))
        case 1     => a.copy(headers = header(a.headers))
        case 2     => a.copy(headers = header(a.headers), status = pick(Mutations.statuses))
        case 3 | 4 => a.copy(body = pick(Mutations.bodies).getBytes(UTF_8))
        case 5     => a.copy(body = a.body.take(random.nextInt(a.body.length + 1)), breaks = random.nextBoolean())
        case _     => a.copy(body = bytes(a.body))
      }
    }
    timed(encoded(a))
  }

  private def header(headers: Seq[(String, String)]): Seq[(String, String)] = random.nextInt(6) match {
    case 0 if headers.nonEmpty =>
      val i = random.nextInt(headers.length)
      headers.updated(i, headers(i)._1 -> HostileHeadersSuite.mutated(headers(i)._2, HostileHeadersSuite.seeds, random))
    case 1 => headers.filterNot(_ => random.nextBoolean())
    case 2 => headers ++ headers
    case _ => headers :+ (pick(Mutations.names) -> value())
  }

  private def value(): String = {
    val text = HostileHeadersSuite.mutated(pick(Mutations.values), HostileHeadersSuite.seeds, random)
    if (random.nextInt(50) == 0) text * (5000 / (text.length + 1) * some(10)) else text
  }

  /** One change to the bytes of a body. */
  private def bytes(body: Array[Byte]): Array[Byte] = {
    val from = random.nextInt(body.length + 1)
    val to = math.min(body.length, from + random.nextInt(20))
    val put: Array[Byte] = random.nextInt(10) match {
      case 0 => Array.emptyByteArray
      case 1 => body.slice(from, to) ++ body.slice(from, to)
      case 2 => Array(random.nextInt(256).toByte)
      case 3 => Array(random.nextInt(32).toByte) ++ body.slice(from, to)
      case 4 => pick(Mutations.pieces).getBytes(UTF_8)
      case 5 => pick(Mutations.pieces).getBytes(UTF_8) ++ body.slice(from, to)
      case 6 => (pick(Mutations.pieces) * some(40)).getBytes(UTF_8)
      case 7 => ("9" * some(40)).getBytes(UTF_8)
      case 8 => body.slice(random.nextInt(body.length + 1), body.length)
      case _ => rarely(body.slice(from, to))
    }
    body.take(from) ++ put ++ body.drop(to)
  }

  private def rarely(part: Array[Byte]): Array[Byte] = random.nextInt(60) match {
    case 0 => ("[" * 20000).getBytes(UTF_8)
    case 1 => ("{\"a\":" * 20000).getBytes(UTF_8)
    case 2 => ("\"a\":[{}]," * 5000).getBytes(UTF_8)
    case 3 => ("[" * 300 + "]" * 300).getBytes(UTF_8)
    case 4 => ("9" * 20000).getBytes(UTF_8)
    case 5 => (" " * 100000).getBytes(UTF_8)
    case 6 => new String(part, UTF_8).getBytes(UTF_16LE)
    case 7 => Array(0xef.toByte, 0xbb.toByte, 0xbf.toByte) ++ part
    case 8 => Array.fill(400000)('1'.toByte)
    case _ => part.reverse
  }

  private def encoded(a: RawAnswer): RawAnswer = if (random.nextInt(4) > 0) a
  else {
    val coding = pick(RawAnswers.codings)
    random.nextInt(5) match {
      case 0 => a.copy(headers = a.headers :+ ("Content-Encoding" -> pick(Mutations.codings)))
      case 1 =>
        a.copy(headers = a.headers :+ ("Content-Encoding" -> coding), body = bytes(RawAnswers.encode(coding, a.body)))
      case 2 =>
        val outer = pick(RawAnswers.codings)
        a.copy(
          headers = a.headers :+ ("Content-Encoding" -> s"$coding, $outer"),
          body = RawAnswers.encode(outer, RawAnswers.encode(coding, a.body))
        )
      case _ => a.copy(headers = a.headers :+ ("Content-Encoding" -> coding), body = RawAnswers.encode(coding, a.body))
    }
  }

  private def timed(a: RawAnswer): RawAnswer =
    a.copy(step = if (a.body.length < 2000) some(40) else 1 << 14, breaks = a.breaks || random.nextInt(20) == 0)
}

private object Mutations {
  val statuses = Seq(200, 200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 407, 408, 410, 416,
    429, 500, 503)
  val names: Seq[String] =
    HostileHeadersSuite.names ++ Seq("location", "content-type", "date", "etag", "last-modified", "x\u00e9", "")
  val values: Seq[String] =
    HostileHeadersSuite.seeds ++ Seq("/x?since=0", "http://h/x?page=2", "//other/", "\"tag\"", "")
  val codings = Seq("gzip", "br", "identity", "gzip,gzip,gzip,gzip,gzip", "zstd", "deflate", ",", "x" * 100)

  /** Texts to insert anywhere in a body. */
  val pieces = Seq(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "'",
    "\\",
    "\\u",
    "\\ud800",
    "/*",
    "//",
    "\n",
    "\r\n",
    "\t",
    " ",
    "null",
    "true",
    "NaN",
    "-",
    "1e5",
    "1E-400",
    "0.1",
    "-0",
    "1e900000000",
    "12345678901234e567890123",
    "\"id\":",
    "\"id\":5,",
    "\"data\":[],",
    "\"next\":\"",
    "\"total\":-1,",
    "\"more\":{},",
    "\"error\":1,",
    "\"n\":0,",
    "{\"id\":3},",
    "{\"id\":\"x\"},",
    "{\"id\":null},",
    "{\"id\":[1]},",
    "\u00e9",
    "\uFEFF",
    "\u2028",
    "\u0000",
    "<html>",
    "0000-00-00 00:00:00",
    "2026-01-01T00:00:00Z"
  )

  /** Bodies to replace the whole body with. */
  val bodies = Seq(
    "",
    " ",
    "{}",
    "[]",
    "null",
    "true",
    "17",
    "\"\"",
    "[null]",
    "[{}]",
    "[[]]",
    "{\"data\":null}",
    "{\"data\":{}}",
    "{\"data\":[]}",
    "{\"data\":[null]}",
    "{\"results\":null}",
    "{\"results\":{}}",
    "{\"results\":[],\"warnings\":[{\"id\":999}]}",
    "{\"warnings\":[{\"id\":999}]}",
    "{\"errors\":[{\"message\":\"x\"}],\"data\":null}",
    "{\"error\":\"x\"}",
    "{\"meta\":{\"n\":0}}",
    "{\"a\":null}",
    "{\"a\":{\"b\":[]}}",
    "{\"data\":[{\"id\":1}],\"data\":[{\"id\":2}]}",
    "{\"items\":[],\"next\":\"http://h/x?page=1\"}",
    "{\"data\":[],\"next_cursor\":\"\"}",
    "{\"data\":[],\"next_cursor\":{\"a\":[1]}}",
    "{\"data\":[],\"more\":true}",
    "{\"data\":[],\"total\":1e900000000}",
    "<!DOCTYPE html><html><body>busy</body></html>",
    "Service Unavailable",
    "\u0000\u0000\u0000"
  )
}
