// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.graphql

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.options.tables.PaginationType
import io.github.sparkrest.request.{RequestTemplate, RequestValues}
import org.scalatest.funsuite.AnyFunSuite

class GraphQlSuite extends AnyFunSuite {
  private val issues =
    """query ($first: Int!, $after: String, $since: DateTime) {
      issues(first: $first, after: $after, filter: {at: {gte: $since}}) {
        nodes { id title at labels { nodes { name } pageInfo { endCursor } } }
        pageInfo { hasNextPage endCursor }
      }
    }"""
  private val variables = """{"first": "{pageSize}", "after": "{cursor}", "since": "{at}"}"""

  private def options(more: (String, String)*): Map[String, String] =
    Map("url" -> "http://h/graphql", "offsetType" -> "max_field", "offsetField" -> "at", "pageSize" -> "50") ++ more
  private def config(more: (String, String)*): RestConfig =
    RestConfig.parse(options(more: _*)).fold(e => fail(e.text), identity)
  private def problems(more: (String, String)*): String =
    RestConfig.parse(options(more: _*)).fold(_.text, c => fail(s"$c has no problem"))
  private def body(config: RestConfig, offset: String): io.circe.Json = {
    val request = new RequestTemplate(config).render(RequestValues(offset)).fold(e => fail(e.text), identity)
    assert(request.method == "POST")
    io.circe.parser.parse(request.body.getOrElse("")).fold(e => fail(e.getMessage), identity)
  }
  private def sent(config: RestConfig, offset: String): String =
    body(config, offset).hcursor.downField("variables").focus.fold("")(_.noSpaces)

  test("a query says where records and pages are") {
    val c = config("graphqlQuery" -> issues, "graphqlVariables" -> variables)
    assert(c.records.paths.map(_.toString).contains("data.issues.nodes"))
    assert(c.paging.kind == PaginationType.Cursor)
    assert(c.paging.next.toString.contains("endCursor") && c.paging.hasMore.toString.contains("hasNextPage"))
    assert(c.errorWhen.map(_.path.toString).contains("errors"))
  }

  test("the query is sent as written, and variables have the types that it declares") {
    val c = config("graphqlQuery" -> issues, "graphqlVariables" -> variables)
    assert(body(c, "7").hcursor.get[String]("query").contains(issues))
    assert(sent(c, "7") == """{"first":50,"since":"7"}""", "an offset that looks like a number stays a text")
    assert(sent(c, "") == """{"first":50}""")
  }

  test("names of fields in braces are no placeholders") {
    val c = config("graphqlQuery" -> "{ items { nodes {at} } }")
    assert(body(c, "7").hcursor.get[String]("query").contains("{ items { nodes {at} } }"))
  }

  test("the options are the same after they are parsed again, as executors do") {
    val c = config("graphqlQuery" -> issues, "graphqlVariables" -> variables)
    assert(RestConfig.parse(c.options.toMap).map(_.copy(options = c.options)) == Right(c))
  }

  test("aliases, fragments, edges, strings, comments and directives") {
    val query =
      """# { x } "
      query Q($n: Int = 5 @d(a: "}"), $words: [String!]! = ["a", "b"], $o: In = {a: {b: 1}}) @live(if: true) {
        shop @include(if: $x) {
          found: products(query: "a } b", text: $TQ a { "quoted" \$TQ $TQ, n: -1.5e3) { ...Page ... on C { total } ... @skip(if: false) { x } }
        }
      }
      fragment Page on ProductConnection { list: edges { cursor, item: node { ...Cycle } } info: pageInfo { end: endCursor } }
      fragment Cycle on P { id ...Cycle }""".replace("$TQ", "\"\"\"")
    val c = config("graphqlQuery" -> query, "graphqlVariables" -> """{"n": "{cursor}", "words": ["{at}"], "o": {}}""")
    assert(c.records.paths.map(_.toString).contains("data.shop.found.list[].item"))
    assert(c.paging.next.map(_.toString).exists(_.contains("end")) && c.paging.hasMore.isEmpty)
  }

  test("options of the user have precedence") {
    val two = "{ a { nodes { id } } b(after: $x) { nodes { id } pageInfo { endCursor } } }"
    assert(
      problems("graphqlQuery" -> two).contains(
        "dataField: is required, because the query has several lists: data.a.nodes, data.b.nodes"
      )
    )
    val c = config("graphqlQuery" -> two, "dataField" -> "data.a.nodes", "errorWhen" -> "bad")
    assert(c.paging.kind == PaginationType.Unpaged && c.errorWhen.map(_.path.toString).contains("bad"))
    assert(config("graphqlQuery" -> two, "dataField" -> "data.b.nodes", "pagination" -> "none").paging.next.isEmpty)
  }

  test("a mistake is named") {
    def wrong(query: String) = problems("graphqlQuery" -> query)
    assert(
      problems("graphqlQuery" -> issues, "graphqlVariables" -> """{"first": 5}""").contains(
        """graphqlVariables: no variable is "{cursor}", so only the first page of issues would be read"""
      )
    )
    assert(problems("graphqlVariables" -> "{}").contains("graphqlVariables: needs graphqlQuery"))
    assert(
      problems("graphqlQuery" -> "{ a }", "graphqlVariables" -> "[]").contains("graphqlVariables: is not a JSON object")
    )
    assert(
      problems("graphqlQuery" -> "{ a }", "graphqlVariables" -> """{"b": 1}""").contains("the query does not declare $b")
    )
    assert(problems("graphqlQuery" -> "{ a }", "body" -> "{}").contains("body: cannot be combined with graphqlQuery"))
    assert(wrong("{ a { b }").contains("graphqlQuery: ends too early"))
    assert(wrong("{ a\n ) }").contains("""graphqlQuery: has an unexpected ")" in line 2"""))
    assert(wrong("{ a }\n ; ").contains("graphqlQuery: has an unexpected character in line 2"))
    assert(wrong("query A { a } query B { b }").contains("contains 2 operations"))
    assert(wrong("fragment F on T { a }").contains("contains 0 operations"))
    assert(wrong("{a" * 200 + "}" * 200).contains("nested more than 100 levels deep"))
    assert(wrong("{ a(b: \"" + "x" * 100000).contains("unexpected character"))
  }
}
