// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import io.github.sparkrest.config.checks.TrustChecks
import io.github.sparkrest.options.tables.{OffsetType, OptType}
import io.github.sparkrest.options.values.{FieldPath, HttpMethod}
import io.github.sparkrest.secret.Secret
import org.scalatest.funsuite.AnyFunSuite

class RestConfigSuite extends AnyFunSuite {
  private def parse(options: (String, String)*) = RestConfig.parse(options.toMap)
  private def problems(options: (String, String)*): String =
    parse(options: _*).fold(_.text, c => fail(s"no problem was found: $c"))
  private def config(options: (String, String)*): RestConfig =
    parse((("url" -> "http://h/x") +: options): _*).fold(e => fail(e.text), identity)

  test("the defaults are the defaults of the seed document") {
    val c = config()
    assert(
      c.method == HttpMethod.Get && c.streamingIntervalMs == 10000 && c.offset.name == "timestamp" && c.offset.kind == OffsetType.Timestamp
    )
    assert(c.offset.initial == "0" && c.batchSize == 1000 && c.dataField.isEmpty && c.inferSchema)
    assert(config("offsetType" -> "cursor", "url" -> "http://h/x?c={timestamp}").offset.initial == "")
  }

  test("option names are case-insensitive") {
    assert(config("STREAMINGINTERVAL" -> "2.5").streamingIntervalMs == 2500)
  }

  test("one error reports all problems, each with the option, its value and the allowed values") {
    val text =
      problems("streamingIntervall" -> "5", "batchSize" -> "many", "offsetType" -> "newest", "streaming" -> "perhaps")
    assert(text.startsWith("[REST_INVALID_OPTIONS] 5 options are wrong"))
    assert(text.contains("streamingIntervall: is not an option; the nearest known name is streamingInterval"))
    assert(text.contains("""batchSize: "many" is not allowed; allowed: a whole number from 0"""))
    assert(text.contains("""offsetType: "newest" is not allowed; allowed: timestamp, cursor, incremental, max_field"""))
    assert(text.contains("url: is required and was not given"))
  }

  test("an unknown placeholder in the URL or in a header is an error that lists the known placeholders") {
    val text = problems(
      "url" -> "http://h/x?since={since}",
      "headers" -> """{"X-After": "{after}"}""",
      "offsetField" -> "ts"
    )
    assert(text.contains("url: {since} is not a known placeholder; known: {ts}, {offset}, {windowStart}, {windowEnd}, {page}, {pageSize}, {cursor}"))
    assert(text.contains("headers.X-After: {after} is not a known placeholder"))
  }

  Seq("ftp://h/x", "h/x", "http:///x", "http://h/a b", "http://u:p@h/x", "http://h/x#top", "file:///etc/passwd").foreach {
    url =>
      test(s"$url is refused as url") {
        assert(problems("url" -> url).contains("- url: "))
      }
  }

  test("option keys that Spark or a platform adds are accepted") {
    config("spark.something" -> "1", "__internal" -> "2")
  }

  test("options of spark.read.json pass through") {
    assert(
      config("mode" -> "FAILFAST", "primitivesasstring" -> "true").jsonOptions.keySet == Set(
        "mode",
        "primitivesasstring"
      )
    )
  }

  test("an authType without its required option is an error, and Basic needs no password") {
    assert(problems("url" -> "http://h", "authType" -> "Bearer").contains("oauthToken: is required by authType=Bearer"))
    assert(problems("url" -> "http://h", "authType" -> "basic").contains("userId: is required by authType=Basic"))
    assert(config("authType" -> "Basic", "userId" -> "u").auth == AuthConfig.Basic(Secret("u"), Secret("")))
  }

  test("no text of the configuration or of an error contains a secret") {
    val secret = "s3cr3t-value"
    val c = config(
      "authType" -> "Bearer",
      "oauthToken" -> secret,
      "headers" -> s"""{"X-API-Key":"$secret"}"""
    )
    assert(!Seq(c.toString, c.options.toString, c.auth.toString).exists(_.contains(secret)))
    assert(!problems("url" -> "http://h", "headers" -> s"{$secret").contains(secret))
    assert(!problems("url" -> s"http://h/x y?token=$secret").contains(secret))
  }

  test("a quoted name in a path may contain dots") {
    assert(FieldPath.parse(""""a.b".c""").contains(FieldPath(List("a.b", "c"))))
    assert(FieldPath(List("a.b", "c")).toString == """"a.b".c""")
    assert(Seq("", ".", "a..b", "a.", "a[").forall(FieldPath.parse(_).isEmpty))
  }

  test("durations and sizes accept units") {
    def ms(t: String) = OptType.Duration(0).read(t)
    assert(
      ms("30").contains(30000L) && ms("0.5").contains(500L) && ms("500ms").contains(500L) && ms("5m").contains(
        300000L
      ) && ms("2h").contains(7200000L)
    )
    assert(ms("-1").isEmpty && ms("ten").isEmpty && ms("").isEmpty)
    def bytes(t: String) = OptType.Bytes(1).read(t)
    assert(
      bytes("128m").contains(128L << 20) && bytes("1g").contains(1L << 30) && bytes("7").contains(7L) && bytes("512K")
        .contains(512L << 10)
    )
    assert(bytes("0").isEmpty && bytes("1.5g").isEmpty && bytes("many").isEmpty)
  }

  test("credentials over http:// cause a warning, unless they stay on this host") {
    def warnings(options: (String, String)*) = TrustChecks.warnings(config(options: _*))
    val bearer = Seq("authType" -> "Bearer", "oauthToken" -> "t")
    assert(
      warnings(bearer: _*) == Seq(
        "url: http:// shows the credentials of authType to everybody on the network. Use https://."
      )
    )
    assert(warnings("url" -> "http://h/x?appid=1").exists(_.contains("secret in the query")))
    assert(warnings("headers" -> """{"X-Api-Key":"k"}""").length == 1 && warnings("cookie" -> "a=b").length == 1)
    Seq("https://h/x", "http://localhost:8080/", "http://127.0.0.1/x", "http://[::1]:1/").foreach { url =>
      assert(warnings(bearer :+ ("url" -> url): _*).isEmpty, url)
    }
    assert(warnings().isEmpty && warnings(bearer :+ ("url" -> "http://localhost.evil/"): _*).length == 1)
    val oauth2 =
      Seq("authType" -> "OAuth2", "oauth2ClientId" -> "c", "oauth2ClientSecret" -> "s", "url" -> "https://h/x")
    assert(warnings(oauth2 :+ ("oauth2TokenUrl" -> "http://login/t"): _*).exists(_.startsWith("oauth2TokenUrl: ")))
    assert(warnings(oauth2 :+ ("oauth2TokenUrl" -> "https://login/t"): _*).isEmpty)
  }

  test("a cursor that is a URL has no place for the number of a page") {
    val cursor = Seq("url" -> "http://h/x", "offsetType" -> "cursor", "offsetField" -> "next_url")
    for (kind <- Seq("page", "offset"))
      assert(problems(cursor :+ ("pagination" -> kind): _*).contains(s"pagination: $kind needs a placeholder"))
    val placed = (cursor ++ Seq("pagination" -> "page", "url" -> "http://h/x?c={next_url}")).toMap
    assert(RestConfig.parse(placed).isRight)
  }

  test("pagesInFlight is refused if a record could be lost or if it has no effect") {
    def refusal(options: (String, String)*) = problems(Seq("url" -> "http://h/x", "pagesInFlight" -> "4") ++ options: _*)
    val page = "pagination" -> "page"
    val asc = "order" -> "asc"
    Seq("desc", "none", "auto").foreach { o =>
      assert(refusal(page, "order" -> o).contains("pagesInFlight: pagination=page needs order=asc"))
    }
    assert(refusal(page, asc, "offsetType" -> "cursor").contains("pagesInFlight: pagination=page needs order=asc"))
    assert(refusal(page, asc, "pageInterval" -> "1").contains("pagesInFlight: cannot be combined with pageInterval"))
    assert(refusal().contains("pagesInFlight: needs pagination, or offsetType=window with windowStep"))
    val since = Seq("url" -> "http://h/x?since={offset}", "pagesInFlight" -> "4", page, asc)
    assert(problems(since :+ ("boundary" -> "inclusive"): _*).contains("pagesInFlight: has no effect"))
    assert(problems(since :+ ("offsetType" -> "incremental"): _*).contains("pagesInFlight: has no effect"))
    val window = Seq("url" -> "http://h/x?from={windowStart}", "offsetType" -> "window", "pagesInFlight" -> "4")
    Seq(
      since,
      window :+ page,
      window :+ ("windowStep" -> "1h"),
      Seq("pagesInFlight" -> "4", "pagination" -> "link"),
      Seq("pagesInFlight" -> "4", page, asc, "offsetType" -> "snapshot")
    ).foreach(o => assert(config(o: _*).paging.inFlight == 4))
    assert(config(page).paging.inFlight == 1)
  }

  test("a batch read with `order` but without an offset reads the whole list") {
    assert(config("order" -> "asc").forBatch.offset.kind == OffsetType.Snapshot)
    assert(config("expiredStatusCodes" -> "410").forBatch.offset.kind == OffsetType.Snapshot)
    assert(config("order" -> "asc", "offsetField" -> "id").forBatch.offset.kind == OffsetType.Timestamp)
  }
}
