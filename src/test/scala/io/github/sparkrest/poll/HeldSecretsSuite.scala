// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.net.URLDecoder
import java.nio.charset.StandardCharsets.UTF_8
import java.util.Base64

import io.circe.Json
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.auth.AuthorizedClient
import io.github.sparkrest.http.transport.SttpClient
import io.github.sparkrest.http.{Clock, LocalServer}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.schedule.{CountingSink, PolledApi}
import org.scalatest.funsuite.AnyFunSuite

/** A credential that the API repeats in its next URL or cursor is not in the stored state, but is sent (I6). */
class HeldSecretsSuite extends AnyFunSuite {
  private val secret = "app|5ecret/k=y+"

  /** The secret, encoded as libraries of several languages do it. */
  private val encoded =
    Seq("app%7C5ecret%2Fk%3Dy%2B", "app%7c5ecret%2fk%3dy%2b", "app%7C5ecret/k=y%2B", "app|5ecret/k=y+")
  private val records = """"data":[{"id":1}]"""

  private def api(options: (String, String)*)(first: String) = new PolledApi(
    Seq("offsetType" -> "max_field", "offsetField" -> "id", "initialOffset" -> "0") ++ options: _*
  )(r => PolledApi.Answer(if (r.url.contains("page2")) s"{$records}" else s"{$records,$first}"))

  /** Polls one page, and returns the stored state. */
  private def stored(a: PolledApi): String = {
    val sink = new CountingSink
    val outcome = new Poll(a.config, AuthorizedClient(a.config, a.client, None), Clock.System)
      .run(a.state, TaskBudget(Long.MaxValue, Long.MaxValue, 1), sink)
    assert(outcome.error.isEmpty, outcome.error.map(_.text))
    a.state = outcome.state
    Progress.encoder(outcome.state).noSpaces
  }

  private def hides(state: String): Unit = {
    val plain = URLDecoder.decode(state.replace("+", "%2B"), "UTF-8")
    assert(!state.contains("5ecret") && !plain.contains("5ecret") && state.contains("***"), state)
  }

  encoded.foreach { e =>
    Seq(
      "Bearer" -> Seq("authType" -> "Bearer", "oauthToken" -> secret),
      "a header" -> Seq("headers" -> Json.obj("X-Key" -> Json.fromString(secret)).noSpaces),
      "params" -> Seq("params" -> Json.obj("signed" -> Json.fromString(secret)).noSpaces)
    ).foreach { case (kind, options) =>
      test(s"the state hides the secret of $kind in a next URL, spelled $e, and the request contains it") {
        val next = s"http://h/x/page2?access=$e&after=7"
        val a = api((options ++ Seq("pagination" -> "nextUrl", "nextField" -> "next")): _*)(
          s""""next":${Json.fromString(next).noSpaces.replace("/", "\\/").replace("=", "\\u003d")}"""
        )
        hides(stored(a))
        a.poll()
        assert(a.asked.last.url == next.replace("|", "%7C"), "the request must have the API's spelling")
      }
    }
  }

  test("the state hides a secret in a cursor, plain or inside Base64, and the request contains it") {
    val inside = Base64.getEncoder.encodeToString(s"""{"k":"$secret","after":5}""".getBytes(UTF_8))
    val options = Seq("authType" -> "ApiKey", "apiKey" -> secret, "pagination" -> "cursor", "nextField" -> "next")
    Seq(s"$secret;5", inside).foreach { cursor =>
      val a =
        api((options :+ ("url" -> "http://h/x?since={offset}")): _*)(s""""next":${Json.fromString(cursor).noSpaces}""")
      val state = stored(a)
      hides(state)
      val held = Base64.getEncoder.encodeToString(secret.getBytes(UTF_8)).slice(4, 12)
      assert(!state.contains(held) && !state.contains(inside), state)
      a.poll()
      assert(PolledApi.query(a.asked.last)("cursor") == cursor)
    }
  }

  test("the state has a mark in place of a fetched token, and the request contains the newest token") {
    var issued = 0
    val server = new LocalServer({ e =>
      if (e.getRequestURI.getPath == "/token") {
        issued += 1
        LocalServer.send(e, 200, s"""{"access_token":"f3tched-$issued"}""")
      } else if (
        e.getRequestHeaders.getFirst("Authorization") == "Bearer f3tched-1" && e.getRequestURI.getPath == "/page2"
      )
        LocalServer.send(e, 401, "")
      else {
        val token = e.getRequestHeaders.getFirst("Authorization").drop("Bearer ".length)
        val next = if (e.getRequestURI.getPath == "/page2") "" else s""","next":"/page2?access=$token""""
        LocalServer.send(e, 200, s"{$records$next}")
      }
    })
    try {
      val config = RestConfig
        .parse(
          Map(
            "url" -> s"${server.url}/x",
            "authType" -> "OAuth2",
            "oauth2TokenUrl" -> s"${server.url}/token",
            "oauth2ClientId" -> "client-of-HeldSecretsSuite",
            "oauth2ClientSecret" -> "cl13nt",
            "offsetType" -> "max_field",
            "offsetField" -> "id",
            "pagination" -> "nextUrl",
            "nextField" -> "next"
          )
        )
        .fold(e => fail(e.text), identity)
      val client = AuthorizedClient(config, SttpClient(config, () => false), None)
      def run(state: Progress) =
        new Poll(config, client, Clock.System)
          .run(state, TaskBudget(Long.MaxValue, Long.MaxValue, 1), new CountingSink)
      val first = run(Progress.Initial)
      val state = Progress.encoder(first.state).noSpaces
      assert(first.error.isEmpty && !state.contains("f3tched") && state.contains("***token"), state)
      assert(run(first.state).error.isEmpty)
      assert(
        server.asked.map(_.uri).filter(_.startsWith("/page2")) == Seq(
          "/page2?access=f3tched-1",
          "/page2?access=f3tched-2"
        )
      )
    } finally server.close()
  }

  test("a stored secret is sent only to the origin of `url`") {
    val a = api(
      "authType" -> "Bearer",
      "oauthToken" -> secret,
      "pagination" -> "nextUrl",
      "nextField" -> "next",
      "allowedHosts" -> "other"
    )(s""""next":"http://other/page2?access=${encoded.head}"""")
    hides(stored(a))
    a.poll()
    assert(a.asked.last.url.startsWith("http://other/page2?access=***"))
  }
}
