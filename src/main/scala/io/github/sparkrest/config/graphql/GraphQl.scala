// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.graphql

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.options.tables.PaginationType
import io.github.sparkrest.options.values.FieldPath.{Each, Name}
import io.github.sparkrest.options.values.{FieldPath, JsonTemplate, Template}
import io.github.sparkrest.options.{GivenOptions, RestOptions}

/** Writes `graphqlQuery` and `graphqlVariables` as the options of any other request: a body, `errorWhen`, and the pages of a
  * connection. Pure, and without effect on its own result, because executors parse the options again.
  *
  * The response has the shape of the GraphQL specification (October 2021, §7.1), and connections that of the GraphQL Cursor
  * Connections Specification. Options that the user sets have precedence.
  */
private[config] object GraphQl {
  import RestOptions.{json => _, _}

  /** @param problems with the options */
  final case class Expanded(options: GivenOptions, problems: Seq[String])

  def expand(options: GivenOptions): Expanded =
    (options.get(GraphqlQuery), options.get(GraphqlVariables)) match {
      case (None, None)        => Expanded(options, Nil)
      case (None, Some(_))     => Expanded(options, Seq("graphqlVariables: needs graphqlQuery"))
      case (Some(query), vars) =>
        GraphQlDocument.parse(query) match {
          case Left(why)       => Expanded(options, Seq(s"graphqlQuery: $why"))
          case Right(document) => new Expansion(query, document, vars.getOrElse("{}"), options).expanded
        }
    }

  /** A list whose pages are linked by cursors.
    *
    * @param records path of its records
    * @param endCursor paths in the `pageInfo`, if the query reads them
    */
  final private case class Connection(
      key: String,
      records: FieldPath,
      endCursor: Option[FieldPath],
      hasNextPage: Option[FieldPath]
  )

  final private class Expansion(
      query: String,
      document: GraphQlDocument,
      vars: String,
      options: GivenOptions
  ) {
    private val found = connections(Vector(Name("data")), document.fields)
    private val connection = options.get(DataField).flatMap(FieldPath.parse) match {
      case Some(path) => found.find(_.records == path)
      case None       => if (found.lengthCompare(1) == 0) found.headOption else None
    }
    private val cursor = connection.flatMap(_.endCursor).filter(_ => names(vars).contains("cursor"))

    def expanded: Expanded = {
      val (variables, wrong) = variablesOf(vars)
      val derived = Seq(ErrorWhen -> "errors") ++ connection.map(c => DataField -> c.records.toString) ++
        cursor.toSeq.flatMap(c => Seq(Pagination -> PaginationType.Cursor.text, NextField -> c.toString)) ++
        connection.filter(_ => cursor.isDefined).flatMap(_.hasNextPage).map(c => HasMoreField -> c.toString)
      val kept = options.without(Seq(GraphqlQuery, GraphqlVariables).map(_.name))
      Expanded(
        new GivenOptions(
          derived.collect { case (o, value) if !options.has(o) => o.name -> value }.toMap ++ kept +
            (Body.name -> s"""{"query":${literal(query)},"variables":$variables}""")
        ),
        wrong ++ problems
      )
    }

    private def problems: Seq[String] = Seq(Body, InitialBody, BodyFormat).filter(options.has(_)).map { o =>
      s"${o.name}: cannot be combined with graphqlQuery, which makes the body"
    } ++ (for {
      c <- connection.toSeq if c.endCursor.isDefined && cursor.isEmpty && !options.has(Pagination)
    } yield s"""graphqlVariables: no variable is "{cursor}", so only the first page of ${c.key} would be read; add one, or set pagination=none""") ++
      (if (!options.has(DataField) && found.lengthCompare(1) > 0)
         Seq(s"dataField: is required, because the query has several lists: ${found.map(_.records).mkString(", ")}")
       else Nil)

    /** A variable that is one placeholder gets the JSON type that the query declares: `"{pageSize}"` is a number for an `Int`.
      * Any other one is left out while it is empty.
      */
    private def variablesOf(text: String): (String, Seq[String]) = parse(text).toOption match {
      case Some(json) if json.isObject =>
        val members = json.asObject.toList.flatMap(_.toList)
        val unknown = members.map(_._1).filterNot(document.variables.contains)
        val written = members.map { case (name, value) =>
          s"${Json.fromString(name).noSpaces}:${value.asString.flatMap(placeholder(name, _)).getOrElse(value.noSpaces)}"
        }
        written.mkString("{", ",", "}") -> unknown.map(n => s"graphqlVariables: the query does not declare $$$n")
      // Placeholders may be outside quotes, as in a body.
      case None if JsonTemplate.parse(text, isName).isDefined => text -> Nil
      case _                                                  => "{}" -> Seq("graphqlVariables: is not a JSON object")
    }

    private def placeholder(variable: String, text: String): Option[String] = Template.parse(text, isName).parts match {
      case List(Template.Hole(name, optional)) =>
        val isText = !Plain(document.variables.getOrElse(variable, "").stripSuffix("!"))
        Some(if (isText) s""""{$name?}"""" else if (optional) s"{$name?}" else s"{$name}")
      case _ => None
    }
  }

  private val Plain = Set("Int", "Float", "Boolean")

  private def isName(text: String): Boolean = text.matches("[\\w.@-]+")
  private def names(text: String): List[String] = Template.parse(text, isName).names

  /** As JSON, without braces: the name of a field in braces must not look like a placeholder. */
  private def literal(query: String): String = Json.fromString(query).noSpaces.replace("{", "\\u007b")

  /** Lists within the records of another list have no pages here. */
  private def connections(at: Vector[FieldPath.Segment], fields: List[Field]): List[Connection] = fields.flatMap {
    field =>
      val path = at :+ Name(field.key)
      def child(name: String) = field.inner.find(_.name == name)
      val records = child("nodes")
        .map(n => path :+ Name(n.key))
        .orElse(for {
          edges <- child("edges")
          node <- edges.inner.find(_.name == "node")
        } yield path ++ Vector(Name(edges.key), Each, Name(node.key)))
      def info(name: String) = for {
        pageInfo <- child("pageInfo")
        value <- pageInfo.inner.find(_.name == name)
      } yield FieldPath(path ++ Vector(Name(pageInfo.key), Name(value.key)))
      records.fold(connections(path, field.inner))(r =>
        List(Connection(field.key, FieldPath(r), info("endCursor"), info("hasNextPage")))
      )
  }
}
