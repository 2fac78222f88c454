// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import io.github.sparkrest.options.RestConfig
import org.scalatest.funsuite.AnyFunSuite

class RequestTemplateSuite extends AnyFunSuite {
  private def url(template: String, offset: String, more: (String, String)*): String =
    rendered(template, offset, more: _*).url
  private def rendered(template: String, offset: String, more: (String, String)*): HttpRequest =
    new RequestTemplate(
      RestConfig.parse(Map("url" -> template, "offsetField" -> "id") ++ more).fold(e => fail(e.text), identity)
    ).render(RequestValues(offset)).fold(e => fail(e.text), identity)

  test("a placeholder is the offset, percent-encoded for a query") {
    assert(
      url(
        "https://h/a?since={id}&n=5",
        "2025-01-01T00:00:00+02:00 &x"
      ) == "https://h/a?since=2025-01-01T00%3A00%3A00%2B02%3A00%20%26x&n=5"
    )
    assert(url("https://h/a/{offset}/b", "a/b") == "https://h/a/a%2Fb/b")
    assert(url("https://h/a?q=é{id}", "ü").endsWith("%C3%BC"))
  }

  test("what the user wrote stays as it is") {
    assert(url("https://h/a%2Fb?x=%20y+z&flag&e=", "7") == "https://h/a%2Fb?x=%20y+z&flag&e=")
  }

  test("a query parameter that is an empty placeholder alone is left out") {
    assert(url("https://h/a?role=s&starting_after={id}", "") == "https://h/a?role=s")
    assert(url("https://h/a?starting_after={id}", "") == "https://h/a")
    assert(url("https://h/a?q=x{id}", "") == "https://h/a?q=x")
    assert(url("https://h/a?since={id}", "0") == "https://h/a?since=0")
  }

  test("params are appended and encoded") {
    assert(
      url("https://h/a?b=1", "9", "params" -> """{"q r":"x=y {id}","n":5}""") == "https://h/a?b=1&q%20r=x%3Dy%209&n=5"
    )
  }

  test("headers are filled, and cannot be split by a value") {
    val r = rendered("https://h/a", "a\r\nX: y", "headers" -> """{"X-After":"<{id}>"}""")
    assert(r.headers == Seq("X-After" -> "<aX: y>"))
    assert(r.toString == "HttpRequest(GET)")
  }
}
