// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.UTF_8

import scala.collection.mutable

import io.circe.Json
import io.circe.jawn.parseByteBuffer
import io.github.sparkrest.error.RestError
import io.github.sparkrest.json.{FirstNames, JsonBytes, JsonScanner, Malformed, RawControls}
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.options.values.FieldPath.{At, Each, Members, Name, Segment, Where}

/** The part of a response next to its records: the values at the requested paths, and the first names of the root object.
  *
  * @param recognized the field of the root object that contains the records, if there is no `dataField`
  * @param items number of elements that the API counts, if they contain the records: see `PageFacts.items`. `None`: each record
  *   is an item
  */
final case class Envelope(
    values: List[(FieldPath, Json)],
    names: List[String],
    recognized: Option[String] = None,
    items: Option[Long] = None
) {

  /** The value at `path`; JSON `null` is a value. */
  def apply(path: FieldPath): Option[Json] = values.collectFirst {
    case (at, json) if path.segments.startsWith(at.segments) =>
      FieldPath.within(json, path.segments.toList.drop(at.segments.length))
  }.flatten
}

object Envelope {
  val Empty: Envelope = Envelope(Nil, Nil)
}

/** A requested path, and the rest of it below the current value of the scanner. */
final private[sparkrest] case class Trail(path: FieldPath, rest: List[Segment]) {
  def next: Trail = copy(rest = rest.tail)
}

/** Keeps the values at the requested paths next to the records, and skips everything else.
  *
  * A selection (`[rel=next]`) examines an element as a whole, then walks through it a second time: it is still in the window.
  */
final private[sparkrest] class EnvelopePass(scanner: JsonScanner) {
  import EnvelopePass._
  import scanner.window

  /** The first value of each path: a response may repeat a name any number of times. */
  private val values = mutable.LinkedHashMap.empty[FieldPath, Json]

  /** Arrays that were skipped. The error of a response without records names them. */
  val arrays: FirstNames = new FirstNames(scanner.rules.names)

  def result(names: List[String]): Envelope = Envelope(values.toList, names)

  /** Moves past the value at `pos`, whose path is `at`. */
  def keep(at: Vector[Segment], open: List[Trail]): Unit =
    if (open.exists(_.rest.isEmpty)) keepAll(at, open)
    else
      scanner.peek() match {
        case '[' if open.exists(selects) => select(at, open)
        case '['                         => arrays += FieldPath(at).toString; scanner.skipValue()
        case '{' if open.nonEmpty || at.lengthCompare(Named) < 0 =>
          scanner.members(name => keep(at :+ Name(name), into(name, open)))
        case _ => scanner.skipValue()
      }

  private def keepAll(at: Vector[Segment], open: List[Trail]): Unit = {
    window.mark = window.pos
    scanner.controls = false
    scanner.skipValue()
    val nested = window.buf(window.mark) == '{' || window.buf(window.mark) == '['
    if (nested && scanner.deepest > Deepest)
      throw new Malformed(s"the value of ${FieldPath(at)} is nested more than $Deepest levels deep")
    val most = scanner.rules.valueBytes
    if (window.pos - window.mark > most) throw new Malformed(s"the value of ${FieldPath(at)} is longer than $most bytes")
    val bytes =
      if (scanner.controls) ByteBuffer.wrap(RawControls.strict(window.buf, window.mark, window.pos))
      else ByteBuffer.wrap(window.buf, window.mark, window.pos - window.mark)
    val json = parseByteBuffer(bytes).fold(
      e => throw new Malformed(s"the value of ${FieldPath(at)} is broken (${e.message})"),
      identity
    )
    window.mark = -1
    open.foreach(t => FieldPath.within(json, t.rest).foreach(v => if (!values.contains(t.path)) values(t.path) = v))
  }

  private def select(at: Vector[Segment], open: List[Trail]): Unit = {
    val selection = new Selection(open)
    var inner = List.empty[Trail]
    scanner.elementsWhere { (buf, from, to) =>
      inner = selection.of(buf, from, to)
      inner.nonEmpty
    }(() => keep(at :+ Each, inner))
  }
}

private[sparkrest] object EnvelopePass {

  /** How deep arrays are searched for, for the error message. */
  private val Named = 3

  /** Kept values are processed by recursion. The same limit as Jackson's. */
  private val Deepest = 1000

  def into(name: String, open: List[Trail]): List[Trail] =
    if (open.isEmpty) Nil else open.collect { case t @ Trail(_, Name(`name`) :: _) => t.next }

  def selects(t: Trail): Boolean = t.rest.headOption.exists {
    case At(_) | Where(_, _)      => true
    case Name(_) | Each | Members => false
  }

  /** The trails that lead into the element with this index. */
  def into(index: Int, open: List[Trail]): List[Trail] = open.collect { case t @ Trail(_, At(`index`) :: _) => t.next }

  def holds(where: Where, buf: Array[Byte], from: Int, to: Int): Boolean = {
    val span = JsonBytes.find(buf, from, to, List(where.field.getBytes(UTF_8)))
    span != JsonBytes.Absent && JsonBytes.scalar(buf, span).contains(where.value)
  }

  /** Assigns each trail that selects an element of one array to the first element that matches. */
  final class Selection(open: List[Trail]) {
    private var left = open.filter(selects)
    private var index = -1

    /** The trails that select this element, moved past the selection. */
    def of(buf: Array[Byte], from: Int, to: Int): List[Trail] = {
      index += 1
      val (chosen, others) = left.partition {
        case Trail(_, (where: Where) :: _) => holds(where, buf, from, to)
        case Trail(_, At(n) :: _)          => n == index
        case _                             => false
      }
      left = others
      chosen.map(_.next)
    }
  }
}

/** A pass through a JSON response: what all of them do with its begin, its end and the values next to its records. */
abstract private[response] class ResponsePass(scanner: JsonScanner, settings: ReaderSettings) {
  import scanner.window

  protected val beside = new EnvelopePass(scanner)

  /** Of the fields of the root. */
  protected val names = new FirstNames(scanner.rules.names)

  /** The first byte of the response's value. */
  protected def start(): Int = {
    scanner.begin()
    val first = scanner.peek()
    if (first < 0) scanner.unexpected("a value")
    scanner.checkLiteral()
    first
  }

  /** `{}`: some APIs omit all fields if there are no records. */
  protected def isHollow(first: Int): Boolean = first == '{' && scanner.inside() == '}'

  protected def finished(): Either[RestError, Envelope] =
    if (scanner.peek() >= 0) scanner.unexpected("the end") else Right(beside.result(names.toList))

  /** A response without records. */
  protected def without(envelope: Envelope, path: String): Either[RestError, Envelope] =
    settings
      .refused(envelope)
      .toLeft(envelope)
      .filterOrElse(settings.empty, NoRecords.at(path, names.toList, beside.arrays.toList))

  /** Walks a second time through the record that ends at `pos`, and keeps the requested values in it.
    *
    * @param at the path of the record
    */
  protected def keepWithin(length: Int, at: Vector[Segment], open: List[Trail]): Unit =
    if (open.nonEmpty || at.isEmpty) {
      window.pos -= length
      if (at.isEmpty && scanner.peek() == '{')
        scanner.members { name =>
          names += name
          beside.keep(Vector(Name(name)), EnvelopePass.into(name, open))
        }
      else beside.keep(at, open)
    }
}
