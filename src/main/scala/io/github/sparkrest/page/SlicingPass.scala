// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.page

import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.FieldPath
import io.github.sparkrest.options.FieldPath.{Each, Name, Segment, Where}

/** One way through one response: records to the sink, wanted values beside them to the envelope. */
final private[page] class SlicingPass(
    scanner: JsonScanner,
    wanted: Seq[FieldPath],
    sink: RecordSink,
    refused: Envelope => Option[RestError],
    empty: Envelope => Boolean
) {
  import EnvelopePass.{Selection, holds, into}
  import scanner.window

  private val beside = new EnvelopePass(scanner)
  private val names = List.newBuilder[String]

  /** Records at a path that the user gave. */
  def at(path: FieldPath): Either[RestError, Envelope] = {
    val segments = SlicingPass.withoutLastEach(path)
    val named = segments.headOption.exists(_.isInstanceOf[Name])
    val first = start()
    if (named && first == '[') Left(NoRecords.rootIsArray(path))
    else if (named && first != '{' && first != 'n') Left(rootIsScalar(s"dataField is $path, but"))
    else {
      val found = descend(segments, Vector.empty, trails(first))
      finished().flatMap(envelope => if (found) Right(envelope) else without(envelope, path.toString))
    }
  }

  /** A response without records. */
  private def without(envelope: Envelope, path: String): Either[RestError, Envelope] =
    refused(envelope).toLeft(envelope).filterOrElse(empty, NoRecords.at(path, names.result(), beside.arrays))

  /** No path given: see [[RecordSlicer]]. Whether an array is the one is known only at the end, so records may be taken back. */
  def recognise(): Either[RestError, Envelope] =
    start() match {
      case '[' => array(); finished()
      case '{' => recogniseInObject()
      case 'n' => scanner.skipValue(); finished()
      case _   => Left(rootIsScalar("dataField is not set, and"))
    }

  /** Values one after the other. */
  def lines(path: Option[FieldPath]): Envelope = {
    val segments = path.map(SlicingPass.withoutLastEach)
    scanner.begin()
    while (scanner.peek() >= 0) segments.fold(element())(inner)
    Envelope.Empty
  }

  private def start(): Int = {
    scanner.begin()
    val first = scanner.peek()
    if (first < 0) scanner.unexpected("a value") else first
  }

  /** The root itself is a wanted value only if it is a scalar: else it would be the whole response. */
  private def trails(first: Int): List[Trail] =
    wanted.toList.map(p => Trail(p, p.segments.toList)).filter(_.rest.nonEmpty || first != '{' && first != '[')

  /** Walks over the value at `pos`, to which a path has led that goes on with `path`.
    *
    * @param at where the value stands
    * @param open wanted paths that lead here too
    * @return whether there is anything at the end of the path
    */
  private def descend(path: List[Segment], at: Vector[Segment], open: List[Trail]): Boolean =
    (path, scanner.peek()) match {
      case (Nil, '[')                => array(); true
      case (Nil, _)                  => single(at, open); true
      case (_, 'n')                  => scanner.skipValue(); true
      case (Each :: _, _)            => inner(path); true
      case (Name(name) :: rest, '{') => descendObject(name, rest, at, open)
      case ((w: Where) :: rest, '[') => descendSelection(w, rest, at, open)
      case _                         => beside.keep(at, open); false
    }

  private def descendObject(
      wantedName: String,
      rest: List[Segment],
      at: Vector[Segment],
      open: List[Trail]
  ): Boolean = {
    var found, seen = false
    scanner.members { name =>
      if (at.isEmpty) names += name
      val here = at :+ Name(name)
      if (name == wantedName && seen) twice(FieldPath(here).toString)
      seen ||= name == wantedName
      if (name == wantedName) found = descend(rest, here, into(name, open))
      else beside.keep(here, into(name, open))
    }
    found
  }

  private def descendSelection(where: Where, rest: List[Segment], at: Vector[Segment], open: List[Trail]): Boolean = {
    val selection = new Selection(open)
    var chosen, found, here = false
    var others = List.empty[Trail]
    scanner.elementsWhere { (buf, from, to) =>
      others = selection.of(buf, from, to)
      here = !chosen && holds(where, buf, from, to)
      chosen ||= here
      here || others.nonEmpty
    } { () => if (here) found = descend(rest, at :+ where, others) else beside.keep(at :+ Each, others) }
    found
  }

  /** As [[descend]] behind a `[]`: what is not there is no record, and nothing is kept from beside it. */
  private def inner(path: List[Segment]): Unit =
    (path, scanner.peek()) match {
      case (Nil, '[')                      => array()
      case (Nil, _)                        => element()
      case (Each :: rest, '[')             => scanner.elements(() => inner(rest))
      case (Each :: rest, _)               => inner(rest)
      case (Name(wantedName) :: rest, '{') =>
        var found = false
        scanner.members { name =>
          if (name == wantedName && found) twice(name)
          if (name == wantedName) { found = true; inner(rest) }
          else scanner.skipValue()
        }
      case ((w: Where) :: rest, '[') =>
        var found = false
        scanner.elementsWhere { (buf, from, to) =>
          val here = !found && holds(w, buf, from, to)
          found ||= here
          here
        }(() => inner(rest))
      case _ => scanner.skipValue()
    }

  /** One value that is itself the record. It is walked into once more for what else is wanted of it. */
  private def single(at: Vector[Segment], open: List[Trail]): Unit = {
    window.mark = window.pos
    scanner.skipValue()
    pass()
    val again = open.nonEmpty || at.isEmpty
    if (again) window.pos = window.mark
    window.mark = -1
    if (again && at.isEmpty && scanner.peek() == '{')
      scanner.members { name =>
        names += name
        beside.keep(Vector(Name(name)), into(name, open))
      }
    else if (again) beside.keep(at, open)
  }

  private def recogniseInObject(): Either[RestError, Envelope] = {
    val open = trails('{')
    var candidates = List.empty[String]
    var anyEmpty, data = false
    scanner.members { name =>
      names += name
      val inside = into(name, open)
      val ofRecords = !data && !inside.exists(t => t.rest.isEmpty || EnvelopePass.selects(t))
      if (name == "data" && data) twice(name)
      if (name == "data" && (scanner.peek() == '[' || scanner.peek() == 'n')) {
        if (candidates.nonEmpty) sink.restart()
        data = true
        if (scanner.peek() == '[') array() else scanner.skipValue()
      } else if (scanner.peek() == '[' && ofRecords) {
        beside.arrays += FieldPath(List(name)).toString
        val first = afterBracket()
        if (first == ']') { anyEmpty = true; scanner.skipValue() }
        else if (first == '{') {
          if (candidates.isEmpty) array() else scanner.skipValue()
          candidates ::= name
        } else scanner.skipValue()
      } else beside.keep(Vector(Name(name)), inside)
    }
    if (data || candidates.lengthCompare(1) == 0 || candidates.isEmpty && anyEmpty) finished()
    else {
      sink.restart()
      if (candidates.isEmpty) finished().flatMap(without(_, "data"))
      else
        Left(NoRecords.several(candidates.reverse))
    }
  }

  /** The first byte inside the array at `pos`; `pos` stays. */
  private def afterBracket(): Int = {
    window.mark = window.pos
    window.pos += 1
    val c = scanner.peek()
    window.pos = window.mark
    window.mark = -1
    c
  }

  private def array(): Unit = scanner.elements(() => element())

  private def element(): Unit = {
    scanner.peek()
    window.mark = window.pos
    scanner.skipValue()
    pass()
    window.mark = -1
  }

  /** The value in `[mark, pos)` is a record. */
  private def pass(): Unit =
    if (window.buf(window.mark) != 'n') sink.record(window.buf, window.mark, window.pos)

  /** Which of the two another parser takes, nobody knows: records of the other would be lost. */
  private def twice(name: String): Nothing =
    throw new Malformed(s"the name $name, which leads to the records, stands twice in one object")

  private def finished(): Either[RestError, Envelope] =
    if (scanner.peek() >= 0) scanner.unexpected("the end") else Right(beside.result(names.result()))

  /** @param why begins the sentence */
  private def rootIsScalar(why: String): RestError = {
    scanner.skipValue()
    finished()
    NoRecords.rootIsScalar(why)
  }
}

private object SlicingPass {

  /** `a[]` is `a`: the elements of an array at the end of the path are the records anyway. */
  private def withoutLastEach(path: FieldPath): List[Segment] =
    (if (path.segments.lastOption.contains(Each)) path.segments.init else path.segments).toList
}
