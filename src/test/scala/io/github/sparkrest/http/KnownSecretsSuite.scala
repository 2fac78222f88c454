// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.util.Base64

import io.circe.Json
import io.github.sparkrest.options.{RestConfig, Secret}
import io.github.sparkrest.request.InputRow
import org.scalatest.funsuite.AnyFunSuite

/** What is taken out of a body or a message of an API: by the name beside it, or because the user's options hold it. */
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
    "code"
  ).foreach { name =>
    test(s"a snippet hides the value of $name: in JSON, in JSON within a text, in a form, in a header, in Python's way") {
      assert(Secret.isNamed(name))
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

  test("names that only look so are shown") {
    val plain = """{"passengers": 4, "compassion": "yes", "message": "pass on"}"""
    assert(snippet(plain) == plain)
  }

  private val body =
    """{"user": {"pass": "b0dy \"1\""}, "n": {offset}, "filter": "raw-9876543", "sort": "updated_at"}"""

  test("values of body, initialBody and cookie, as they are, in a text of JSON, and in one within that") {
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
    assert(secrets.hide("the field updated_at") == "the field updated_at", "a word is no secret")
  }

  test("the proxy's user and password, and both as they are sent") {
    val options = Seq("proxy" -> "http://p:3128", "proxyUser" -> "pr0xy-user", "proxyPassword" -> "pr0xy-pass")
    val sent = Base64.getEncoder.encodeToString("pr0xy-user:pr0xy-pass".getBytes("UTF-8"))
    assert(known(options: _*).hide(s"pr0xy-user pr0xy-pass $sent") == "*** *** ***")
  }

  test("of an input row the columns whose name sounds secret") {
    val row = InputRow(Vector("apiKey" -> Json.fromString("r0w-key"), "city" -> Json.fromString("Springfield")))
    assert(known().and(row).hide("r0w-key of Springfield") == "*** of Springfield")
    assert(known().hide("r0w-key") == "r0w-key")
  }

  test("every spelling of a value") {
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
    Seq(pair, s"{\"k\":\"$pair\"}", s"  $pair", s" $pair;").foreach { text =>
      val encoder = Base64.getUrlEncoder.encodeToString(text.getBytes("UTF-8"))
      val shown = secrets.hide(encoder)
      assert(shown.contains("***") && shown.length < 20 + text.length - pair.length, shown)
    }
    assert(secrets.hide("users/name and password") == "users/name and password")
  }

  test("what is held is put back as it was spelled") {
    val secrets = known("authType" -> "Bearer", "oauthToken" -> "a|b/c=d+e f")
    Seq("a|b/c=d+e f", "a%7Cb%2Fc%3Dd%2Be%20f", "a%7cb%2fc%3dd%2be%20f", "a%7Cb/c=d%2Be%20f").foreach { spelled =>
      val text = s"http://h/p?x=$spelled&y=1"
      val held = secrets.hold(text)
      assert(held.contains("***") && !held.contains("=d") && secrets.open(held) == text, held)
    }
    assert(secrets.open("a ***other~p0*** b") == "a ***other~p0*** b")
  }

  test("the host of a held URL stays, and its user does not") {
    val secrets = known("headers" -> """{"X-Tenant": "tenant.example"}""")
    assert(secrets.hold("https://tenant.example/a?b=tenant.example").startsWith("https://tenant.example/a?b=***"))
    assert(!secrets.hold("https://tenant.example@h/a").contains("tenant"))
  }

  test("a long text and many secrets take little time") {
    val secrets = known("authType" -> "Basic", "userId" -> "%25%25%25%25%25%25%25%25", "userPassword" -> "\\\\\\\\\\\\")
    val text = "%25" * 20000 + "\\" * 20000 + "&" * 20000
    val began = System.nanoTime
    secrets.hide(text)
    assert((System.nanoTime - began) / 1000000 < 2000)
  }
}
