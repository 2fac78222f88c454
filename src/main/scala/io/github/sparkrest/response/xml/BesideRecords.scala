// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.xml

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.config.records.XmlConfig
import io.github.sparkrest.json.{FirstNames, Malformed}
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.options.values.FieldPath.{At, Each, Members, Name, Segment, Where}
import io.github.sparkrest.response.{Envelope, ReaderSettings}

/** The elements of a response that are not records. Of these it keeps the ones to which a requested path leads.
  *
  * A path begins below the root element: `total` is an element in it, `_count` an attribute of it. An element that appears once
  * is also an array of one element, so that `link[_rel=next]._href` finds it in each response.
  */
final private[xml] class BesideRecords(config: XmlConfig, settings: ReaderSettings) {
  private val wanted = settings.outside.flatMap(p => BesideRecords.ways(p.segments.toList)).distinct
  private val names = new FirstNames(settings.rules.names)

  /** Open elements, the innermost first; `None`: the element is not kept. */
  private var open: List[(List[String], Option[XmlElement])] = Nil
  private var root = Option.empty[XmlElement]
  private var kept = 0L

  def open(element: XmlElement): Unit = {
    val name = XmlElement.nameOf(element.name, config)
    val path = open.headOption.fold(List.empty[String])(_._1 :+ name)
    if (path.lengthCompare(1) == 0) names += name
    val isKept = open.forall(_._2.isDefined) && wanted.exists(w => w.startsWith(path) || path.startsWith(w))
    if (isKept) {
      count(element.name + element.attributes.map { case (k, v) => k + v }.mkString)
      open.headOption.flatMap(_._2).foreach(_ += element)
      root = root.orElse(Some(element))
    }
    open = (path, if (isKept) Some(element) else None) :: open
  }

  def close(): Unit = open = open.tail

  def text(text: String): Unit = open.headOption.flatMap(_._2).foreach { e =>
    count(text)
    e += XmlText(text)
  }

  private def count(text: String): Unit = {
    kept += text.length
    val most = settings.rules.valueBytes
    if (kept > most) throw new Malformed(s"the values next to its records are longer than $most bytes") // guard: I4.64
  }

  def envelope: Envelope = {
    val out = new java.lang.StringBuilder
    root.foreach(_.appendObject(out, config, withAttributes = true)(_ => ()))
    val json = parse(out.toString).getOrElse(Json.obj())
    Envelope(
      settings.outside.toList.flatMap(p => BesideRecords.within(json, p.segments.toList).map(p -> _)),
      names.toList
    )
  }
}

private object BesideRecords {

  /** The names that lead to a value, and to the fields by which an element is chosen. */
  def ways(path: List[Segment]): Seq[List[String]] = {
    val choices = path.zipWithIndex.collect { case (Where(field, _), i) => namesOf(path.take(i)) :+ field }
    namesOf(path) +: choices
  }

  private def namesOf(path: List[Segment]): List[String] = path.collect { case Name(n) => n }

  def within(json: Json, path: List[Segment]): Option[Json] = path match {
    case Nil                                                  => Some(json)
    case (s @ (Where(_, _) | At(_))) :: rest if !json.isArray =>
      FieldPath.within(Json.arr(json), List(s)).flatMap(within(_, rest))
    case (s @ (Name(_) | Where(_, _) | At(_) | Each | Members)) :: rest =>
      FieldPath.within(json, List(s)).flatMap(within(_, rest))
  }
}
