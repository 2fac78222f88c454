// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import io.github.sparkrest.error.RestError
import io.github.sparkrest.json.{JsonScanner, Malformed}
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.options.values.FieldPath.{At, Each, Name, Segment, Where}

/** One pass through one response: records go to the sink, requested values next to them to the envelope. */
final private[sparkrest] class SlicingPass(
    scanner: JsonScanner,
    settings: ReaderSettings,
    sink: RecordSink
) extends ResponsePass(scanner, settings) {
  import EnvelopePass.{Selection, holds, into}
  import scanner.window

  private val records = new RecordPass(scanner, sink)

  /** Elements at the first `[]` of the path. */
  private var items = 0L

  /** Records at the path of `dataField`. */
  def at(path: FieldPath): Either[RestError, Envelope] = {
    val segments = SlicingPass.withoutLastEach(path)
    val named = segments.headOption.exists(_.isInstanceOf[Name])
    val first = start()
    if (named && first == '[') Left(NoRecords.rootIsArray(path))
    else if (named && first != '{' && first != 'n') Left(rootIsScalar(s"dataField is $path, but"))
    else {
      val hollow = isHollow(first)
      val exists = descend(segments, Vector.empty, trails(first))
      finished()
        .map(_.copy(items = if (path.firstMany < 0) None else Some(items)))
        .flatMap(envelope => if (exists || hollow) Right(envelope) else without(envelope, path.toString))
    }
  }

  /** No path given: see [[JsonRecords]].
    *
    * @param earlier the field that contained the records of an earlier response
    */
  def recognise(earlier: Option[String]): Either[RestError, Envelope] =
    start() match {
      case '['           => if (earlier.exists(_ => scanner.inside() != ']')) moved(earlier) else array()
      case c if c == '{' => recogniseInObject(earlier, isHollow(c))
      case 'n'           => scanner.skipValue(); finished()
      case _             => Left(rootIsScalar("dataField is not set, and"))
    }

  private def array(): Either[RestError, Envelope] = { records.array(); finished() }

  private def moved(earlier: Option[String]): Either[RestError, Envelope] = {
    scanner.skipValue()
    finished().flatMap(_ => Left(NoRecords.moved(earlier.getOrElse(""))))
  }

  private def recogniseInObject(earlier: Option[String], hollow: Boolean): Either[RestError, Envelope] = {
    val recognition = new Recognition(scanner, records, beside, names, trails('{'))
    val where = earlier.fold(recognition.first())(recognition.later)
    val envelope = finished()
    where match {
      case Recognized.In(field)            => envelope.map(_.copy(recognized = Some(field)))
      case Recognized.Nothing              => envelope
      case Recognized.Missing(_) if hollow => envelope
      case Recognized.Missing(field)       => records.restart(); envelope.flatMap(without(_, field))
      case Recognized.Several(fields)      => records.restart(); envelope.flatMap(_ => Left(NoRecords.several(fields)))
    }
  }

  /** Values one after the other. */
  def lines(path: Option[FieldPath]): Envelope = {
    val segments = path.map(SlicingPass.withoutLastEach)
    scanner.begin()
    while (scanner.peek() >= 0) {
      scanner.checkLiteral()
      val before = records.passed
      segments.fold(records.line())(inner)
      // A line without records may be a summary of the others, which the API does not count.
      if (records.passed > before) items += 1
    }
    Envelope.Empty.copy(items = segments.filter(_.nonEmpty).map(_ => items))
  }

  /** The root value is the record. */
  def whole(): Either[RestError, Envelope] = {
    scanner.begin()
    if (scanner.peek() < 0) Right(Envelope.Empty)
    else {
      scanner.checkLiteral()
      single(Vector.empty, trails(scanner.peek()))
      finished()
    }
  }

  /** The root is a requested value only if it is a scalar: otherwise the envelope would be the whole response. */
  private def trails(first: Int): List[Trail] =
    settings.outside.toList.map(p => Trail(p, p.segments.toList)).filter(_.rest.nonEmpty || first != '{' && first != '[')

  /** Moves past the value at `pos`, and passes on the records in it.
    *
    * @param path the rest of the path of the records, from this value on
    * @param at the path of this value
    * @param open requested paths that lead here too
    * @return whether the path leads to a value
    */
  private def descend(path: List[Segment], at: Vector[Segment], open: List[Trail]): Boolean =
    (path, scanner.peek()) match {
      case (Nil, '[')                => records.array(); true
      case (Nil, _)                  => single(at, open); true
      case (_, 'n')                  => scanner.checkLiteral(); scanner.skipValue(); true
      case (Each :: rest, _)         => eachItem(rest); true
      case (Name(name) :: rest, '{') => descendObject(name, rest, at, open)
      case ((w: Where) :: rest, '[') => descendSelection(w, rest, at, open)
      case (At(n) :: rest, '[')      => descendIndex(n, rest, at, open)
      case _                         => beside.keep(at, open); false
    }

  private def descendObject(
      target: String,
      rest: List[Segment],
      at: Vector[Segment],
      open: List[Trail]
  ): Boolean = {
    var exists, seen = false
    scanner.members { name =>
      if (at.isEmpty) names += name
      val here = at :+ Name(name)
      if (name == target && seen) twice(FieldPath(here).toString)
      seen ||= name == target
      if (name == target) exists = descend(rest, here, into(name, open))
      else beside.keep(here, into(name, open))
    }
    exists
  }

  /** The elements are not looked at before, so the records may be longer than the memory. */
  private def descendIndex(target: Int, rest: List[Segment], at: Vector[Segment], open: List[Trail]): Boolean = {
    var exists = false
    var index = -1
    scanner.elements { () =>
      index += 1
      if (index == target) exists = descend(rest, at :+ At(index), into(index, open))
      else beside.keep(at :+ At(index), into(index, open))
    }
    exists
  }

  private def descendSelection(where: Where, rest: List[Segment], at: Vector[Segment], open: List[Trail]): Boolean = {
    val selection = new Selection(open)
    var chosen, exists, here = false
    var others = List.empty[Trail]
    scanner.elementsWhere { (buf, from, to) =>
      others = selection.of(buf, from, to)
      here = !chosen && holds(where, buf, from, to)
      chosen ||= here
      here || others.nonEmpty
    } { () => if (here) exists = descend(rest, at :+ where, others) else beside.keep(at :+ Each, others) }
    exists
  }

  private def eachItem(path: List[Segment]): Unit = {
    def item(): Unit = { items += 1; inner(path) } // guard: I2.20
    if (scanner.peek() == '[') scanner.elements(() => item()) else item()
  }

  /** [[descend]] behind a `[]`: an element without the rest of the path is not a record, and values next to it are not kept. */
  private def inner(path: List[Segment]): Unit =
    (path, scanner.peek()) match {
      case (Nil, '[')                  => records.array()
      case (Nil, _)                    => records.element()
      case (Each :: rest, '[')         => scanner.elements(() => inner(rest))
      case (Each :: rest, _)           => inner(rest)
      case (Name(target) :: rest, '{') =>
        var seen = false
        scanner.members { name =>
          if (name == target && seen) twice(name)
          if (name == target) { seen = true; inner(rest) }
          else scanner.skipValue()
        }
      case ((w: Where) :: rest, '[') =>
        var chosen = false
        scanner.elementsWhere { (buf, from, to) =>
          val here = !chosen && holds(w, buf, from, to)
          chosen ||= here
          here
        }(() => inner(rest))
      case (At(n) :: rest, '[') =>
        var index = -1
        scanner.elements { () =>
          index += 1
          if (index == n) inner(rest) else scanner.skipValue()
        }
      case _ => scanner.skipValue()
    }

  /** One value that is itself the record. A second walk through it keeps the requested values. */
  private def single(at: Vector[Segment], open: List[Trail]): Unit = {
    records.begin()
    val length = window.pos - window.mark
    records.pass(length, maybeLast = true)
    keepWithin(length, at, open)
  }

  private def twice(name: String): Nothing = throw new Malformed(Recognition.twice(name))

  /** @param why the beginning of the sentence */
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
