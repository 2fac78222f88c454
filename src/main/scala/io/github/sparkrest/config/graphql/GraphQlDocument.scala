// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.graphql

import scala.collection.mutable

/** A field of a GraphQL query.
  *
  * @param key name in the response: the alias, if there is one
  */
final private[graphql] case class Field(name: String, key: String, inner: List[Field])

/** The one operation of a GraphQL document, as far as pages need it: fields without arguments, fragments put in place.
  *
  * @param variables declared types by name: `Int!`, `[String]`
  */
final private[graphql] case class GraphQlDocument(variables: Map[String, String], fields: List[Field])

/** Reads selections and the types of variables by the grammar of the GraphQL specification (October 2021, §2). It skips arguments,
  * default values and directives without a check.
  */
private[graphql] object GraphQlDocument {

  /** Left: the mistake, and its line. */
  def parse(text: String): Either[String, GraphQlDocument] =
    try new Reader(text).document()
    catch { case e: Unreadable => Left(e.getMessage) }

  final private class Unreadable(message: String) extends RuntimeException(message, null, false, false)

  /** The next token. Commas, blanks and comments mean nothing (§2.1). */
  private val token =
    """(?s)\G(?:[\s,\x{feff}]|#[^\n\r]*)*+("{3}(?:\\"{3}|(?!"{3}).)*+"{3}|"(?:[^"\\\n\r]|\\.)*+"|\.\.\.|[_A-Za-z][_0-9A-Za-z]*+|-?[0-9][0-9.eE+-]*+|[!$&()\[\]{}:=@|]|\z)""".r
  private val name = "[_A-Za-z][_0-9A-Za-z]*"

  /** Nobody writes a query that is nested deeper. */
  private val Deepest = 100

  sealed private trait Selected
  final private case class Taken(name: String, key: String, inner: List[Selected]) extends Selected
  final private case class Spread(fragment: String) extends Selected

  final private class Reader(text: String) {
    private val tokens: Vector[(String, Int)] = {
      val found = Vector.newBuilder[(String, Int)]
      val matcher = token.pattern.matcher(text)
      var at = 0
      while (at >= 0) {
        if (!matcher.find(at)) throw new Unreadable(s"has an unexpected character${place(at + blanks(at))}")
        found += (matcher.group(1) -> matcher.start(1))
        at = if (matcher.group(1).isEmpty) -1 else matcher.end()
      }
      found.result()
    }
    private var at = 0
    private val fragments = mutable.Map.empty[String, List[Selected]]

    private def blanks(at: Int): Int = text.drop(at).takeWhile(c => c.isWhitespace || c == ',').length
    private def place(at: Int): String = s" in line ${text.take(at).count(_ == '\n') + 1}"
    private def peek: String = tokens(at)._1
    private def next(): String = {
      val (found, _) = tokens(at)
      if (found.nonEmpty) at += 1
      found
    }
    private def unexpected(): Nothing = throw new Unreadable(
      if (peek.isEmpty) "ends too early" else s"""has an unexpected "${peek.take(20)}"${place(tokens(at)._2)}"""
    )
    private def expect(expected: String): Unit = if (peek == expected) { next(); () }
    else unexpected()
    private def named(): String = if (peek.matches(name)) next() else unexpected()

    def document(): Either[String, GraphQlDocument] = {
      val operations = List.newBuilder[(Map[String, String], List[Selected])]
      while (peek.nonEmpty) peek match {
        case "{"                                   => operations += (Map.empty[String, String] -> selections(0))
        case "query" | "mutation" | "subscription" =>
          next()
          if (peek.matches(name)) next()
          val variables = if (peek == "(") declared() else Map.empty[String, String]
          directives()
          operations += (variables -> selections(0))
        case "fragment" =>
          next()
          val fragment = named()
          expect("on")
          named()
          directives()
          fragments(fragment) = selections(0)
        case _ => unexpected()
      }
      operations.result() match {
        case List((variables, selected)) => Right(GraphQlDocument(variables, fields(selected, Set.empty)))
        case several                     => Left(s"contains ${several.length} operations; it must contain one")
      }
    }

    /** `($first: Int!, $tags: [String!] = ["a"])` */
    private def declared(): Map[String, String] = {
      expect("(")
      val types = Map.newBuilder[String, String]
      while (peek != ")") {
        expect("$")
        val variable = named()
        expect(":")
        val declaredType = new StringBuilder
        while (peek.matches(name) || Set("[", "]", "!")(peek)) declaredType ++= next()
        types += variable -> declaredType.result()
        if (peek == "=") { next(); value() }
        directives()
      }
      expect(")")
      types.result()
    }

    private def value(): Unit = peek match {
      case "[" | "{" => nested()
      case "$"       => next(); named(); ()
      case ""        => unexpected()
      case _         => next(); ()
    }

    /** Skips from an opening bracket to its closing one. */
    private def nested(): Unit = {
      var open = 0
      do {
        if (peek.isEmpty) unexpected()
        val found = next()
        if (Set("(", "[", "{")(found)) open += 1 else if (Set(")", "]", "}")(found)) open -= 1
      } while (open > 0)
    }

    private def directives(): Unit = while (peek == "@") {
      next()
      named()
      if (peek == "(") nested()
    }

    private def selections(depth: Int): List[Selected] = {
      if (depth > Deepest) throw new Unreadable(s"is nested more than $Deepest levels deep")
      expect("{")
      val found = List.newBuilder[Selected]
      while (peek != "}")
        if (peek == "...") {
          next()
          if (peek.matches(name) && peek != "on") { found += Spread(next()); directives() }
          else {
            if (peek == "on") { next(); named() }
            directives()
            found ++= selections(depth + 1)
          }
        } else found += field(depth)
      expect("}")
      found.result()
    }

    private def field(depth: Int): Selected = {
      val first = named()
      val second = if (peek == ":") { next(); named() }
      else first
      if (peek == "(") nested()
      directives()
      Taken(second, first, if (peek == "{") selections(depth + 1) else Nil)
    }

    /** @param within fragments that are being put in place: a fragment may not contain itself (§5.5.2.2) */
    private def fields(selected: List[Selected], within: Set[String]): List[Field] = selected.flatMap {
      case Taken(name, key, inner)               => List(Field(name, key, fields(inner, within)))
      case Spread(fragment) if !within(fragment) => fields(fragments.getOrElse(fragment, Nil), within + fragment)
      case Spread(_)                             => Nil
    }
  }
}
