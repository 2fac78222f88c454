// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.util.Base64

import io.circe.Json
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, Printable, RestError}
import io.github.sparkrest.pagelog.SourceIdentity
import io.github.sparkrest.progress.seen.ShortHash
import io.github.sparkrest.request.InputRow
import io.github.sparkrest.secret.{Redact, Secret}
import org.scalatest.funsuite.AnyFunSuite

/** How secrets are removed from an API's texts: by the name before the value, or because the user's options contain it. */
class KnownSecretsSuite extends AnyFunSuite {
  private def snippet(text: String) = Redact.snippet(text.getBytes("UTF-8"), text.getBytes("UTF-8").length)

  private def known(options: (String, String)*): KnownSecrets =
    KnownSecrets(RestConfig.parse(Map("url" -> "http://h/") ++ options).fold(e => fail(e.text), identity))

  Seq(
    "key",
    "X-Api-Key",
    "access_token",
    "client_secret",
    "pass",
    "userPass",
    "password",
    "pass_phrase",
    "sig",
    "Authorization",
    "credential",
    "session-id",
    "code",
    "appid",
    "app_id",
    "pwd",
    "jwt",
    "bearer",
    "sid",
    "PHPSESSID",
    "client_assertion"
  ).foreach { name =>
    test(s"a snippet hides the value of $name in JSON, in JSON inside a string, in a form, in a header and in a Python dict") {
      assert(Secret.isNamed(name) && Secret.mayBe(name))
      Seq(
        s"""{"$name": "hidden 1", "m": "shown"}""",
        s"""{"said": "{\\"$name\\": \\"hidden 1\\", \\"m\\": \\"shown\\"}"}""",
        s"$name=hidden&m=shown",
        s"$name: Bearer hidden, m: shown",
        s"{'$name': 'hidden 1', 'm': 'shown'}"
      ).foreach { body =>
        val text = snippet(body)
        assert(!text.contains("hidden") && text.contains("***") && text.contains("shown"), text)
      }
    }
  }

  test("a hash of a request has the values of names that only sound secret, and of no name that may be secret") {
    val plain =
      "author authorId co_author authorities country_code countryCode postcode zip-code sort_key sortKey keyword " +
        "assigned_to assignee design signals max_tokens bypass page_size"
    plain.split(" ").foreach(name => assert(!Secret.mayBe(name), name))
    val secret =
      "code key token X-Author-Token authorKey author_key author_code api_key_country_code authorization Cookie X-Pin otp " +
        "sort_key_token passcode promo_code project_key sign session tokEn APIKEY accessToken oauth designKey"
    secret.split(" ").foreach(name => assert(Secret.mayBe(name), name))
  }

  test("values of names that only look like secret names are shown") {
    val plain = """{"passengers": 4, "compassion": "yes", "inside": 1, "mappidity": 2, "message": "pass on"}"""
    assert(snippet(plain) == plain)
  }

  private val body =
    """{"user": {"pass": "b0dy \"1\""}, "n": {offset}, "filter": "raw-9876543", "sort": "updated_at"}"""

  test("secrets of body, initialBody and cookie are hidden, plain and escaped as JSON once or twice") {
    val secrets = known(
      "method" -> "POST",
      "body" -> body,
      "initialBody" -> """query { items(token: "f1rst", since: {offset}) }""",
      "cookie" -> "sid=c00kie; theme=light-1"
    )
    def escaped(text: String) = Json.fromString(text).noSpaces
    val said = """you said b0dy "1" and raw-9876543, at first f1rst, with c00kie"""
    Seq(said, escaped(said), escaped(escaped(said))).foreach { text =>
      val shown = secrets.hide(text)
      assert(!Seq("b0dy", "9876543", "f1rst", "c00kie").exists(shown.contains), shown)
    }
    assert(secrets.hide("the field updated_at") == "the field updated_at", "a word is not a secret")
  }

  test("the proxy's user and password are hidden, and so is their encoded form") {
    val options = Seq("proxy" -> "http://p:3128", "proxyUser" -> "pr0xy-user", "proxyPassword" -> "pr0xy-pass")
    val sent = Base64.getEncoder.encodeToString("pr0xy-user:pr0xy-pass".getBytes("UTF-8"))
    assert(known(options: _*).hide(s"pr0xy-user pr0xy-pass $sent") == "*** *** ***")
  }

  test("values of input columns are hidden if the name of the column sounds secret") {
    val row = InputRow(Vector("apiKey" -> Json.fromString("r0w-key"), "city" -> Json.fromString("Springfield")))
    assert(known().and(row).hide("r0w-key of Springfield") == "*** of Springfield")
    assert(known().hide("r0w-key") == "r0w-key")
  }

  test("a secret is hidden in every encoding: percent, JSON, HTML, Base64") {
    val secrets = known("authType" -> "Basic", "userId" -> "us3r/n&me", "userPassword" -> "p4ss=\"wörd\"<1>")
    Seq(
      "us3r%2Fn%26me p4ss%3D%22w%C3%B6rd%22%3C1%3E",
      "us3r%2fn%26me p4ss%3d%22w%c3%b6rd%22%3c1%3e",
      "us3r/n%26me p4ss=%22wörd%22%3C1%3E",
      "us3r%252Fn%2526me p4ss%253D%2522w%25C3%25B6rd%2522%253C1%253E",
      """us3r\/n§u0026me p4ss§u003d\"w§u00f6rd\"§u003c1§u003E""",
      """us3r\\\/n\§u0026me p4ss=\\\"wörd\\\"<1>""",
      "us3r/n&amp;me p4ss&#61;&quot;w&#xf6;rd&quot;&lt;1&gt;",
      "us3r&#x2F;n&#38;me p4ss=&#34;wörd&#34;<1>"
    ).map(_.replace('§', '\\')).foreach(text => assert(secrets.hide(text) == "*** ***", text))
    val pair = "us3r/n&me:p4ss=\"wörd\"<1>"
    Seq(pair, s"['$pair']", s"  $pair", s" $pair;").foreach { text =>
      val encoder = Base64.getUrlEncoder.encodeToString(text.getBytes("UTF-8"))
      val shown = secrets.hide(encoder)
      assert(shown.contains("***") && shown.length < 20 + text.length - pair.length, shown)
    }
    assert(secrets.hide("users/name and password") == "users/name and password")
  }

  test("a secret that is replaced by a mark is restored in its original spelling") {
    val secrets = known("authType" -> "Bearer", "oauthToken" -> "a|b/c=d+e f")
    Seq("a|b/c=d+e f", "a%7Cb%2Fc%3Dd%2Be%20f", "a%7cb%2fc%3dd%2be%20f", "a%7Cb/c=d%2Be%20f").foreach { spelled =>
      val text = s"http://h/p?x=$spelled&y=1"
      val held = secrets.hold(text)
      assert(held.contains("***") && !held.contains("=d") && secrets.open(held) == text, held)
    }
    assert(secrets.open("a ***other~p0*** b") == "a ***other~p0*** b")
  }

  test("a secret is replaced in the user part of a URL, but not in its host") {
    val secrets = known("headers" -> """{"X-Tenant": "tenant.example"}""")
    assert(secrets.hold("https://tenant.example/a?b=tenant.example").startsWith("https://tenant.example/a?b=***"))
    assert(!secrets.hold("https://tenant.example@h/a").contains("tenant"))
  }

  test("hiding secrets in a long text takes little time") {
    val secrets = known("authType" -> "Basic", "userId" -> "%25%25%25%25%25%25%25%25", "userPassword" -> "\\\\\\\\\\\\")
    val text = "%25" * 20000 + "\\" * 20000 + "&" * 20000
    val began = System.nanoTime
    secrets.hide(text)
    assert((System.nanoTime - began) / 1000000 < 5000)
  }

  test("a secret in the path of `url` is hidden, and a long word in the path is not") {
    Seq(
      "https://api.telegram.org/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getUpdates" -> "AAHdqTcv",
      "https://hooks.example/services/T00000000/B00000000/1XXXXXXXXXXXXXXXXXXXXXXX" -> "1XXXX",
      "https://node.example/v3/0123456789abcdef0123456789abcdef" -> "0123456789abcdef"
    ).foreach { case (url, secret) =>
      val secrets = known("url" -> url)
      assert(!Redact.own(url).contains(secret) && !secrets.hide(s"no $url here").contains(secret), url)
      assert(
        !secrets.hold(s"$url?page=2").contains(secret) && secrets.open(secrets.hold(s"$url?page=2")) == s"$url?page=2"
      )
    }
    val plain = "https://h/v1/550e8400-e29b-41d4-a716-446655440000/my-long-dataset-name-2024/internationalization?x=1"
    assert(Redact.own(plain) == plain && known("url" -> plain).hide(plain) == plain)
  }

  test("the identity of a source does not change when a later version treats more names as secret") {
    def of(url: String) =
      SourceIdentity.of(RestConfig.parse(Map("url" -> url)).fold(e => fail(e.text), identity)).url
    assert(of("http://h/x?appid=1&token=2") == ShortHash.of("http://h/x?appid=1&token=***"))
  }

  test("text of an API cannot break a log line or control a terminal") {
    val text = "a\r\n07:00 ERROR forged\u001b[31m\u009b2J\u2028\u202egnp.exe\u0000"
    assert(Printable(text) == "a<000d><000a>07:00 ERROR forged<001b>[31m<009b>2J<2028><202e>gnp.exe<0000>")
    assert(Printable("plain: ünï \ud83d\ude00 [x]\u00a0") == "plain: ünï \ud83d\ude00 [x]\u00a0")
    val e = RestError(Condition.OffsetValueInvalid, s"""The cursor "$text" is no address.""", text)
    assert(!e.text.exists(c => c < ' ') && !e.toException.getMessage.contains("\u202e"))
    val body = snippet("<p>\u001b]0;owned\u0007\u009b31m\u202e</p>")
    assert(!body.exists(c => c < ' ' || c == '\u009b' || c == '\u202e'), body)
    assert(RestError.wrongOptions(Seq("a: 1", "b: 2"), "").text.linesIterator.length == 3)
  }
}
