// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import io.github.sparkrest.error.RestError
import io.github.sparkrest.json.{FirstNames, JsonScanner, Malformed}
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.options.values.FieldPath.{Each, Name, Segment, Where}

/** One way through one response: records to the sink, wanted values beside them to the envelope. */
final private[sparkrest] class SlicingPass(
    scanner: JsonScanner,
    settings: ReaderSettings,
    sink: RecordSink
) {
  import EnvelopePass.{Selection, holds, into}
  import scanner.window

  private val beside = new EnvelopePass(scanner)
  private val records = new RecordPass(scanner, sink)
  private val names = new FirstNames(scanner.rules.names)

  /** Records at a path that the user gave. */
  def at(path: FieldPath): Either[RestError, Envelope] = {
    val segments = SlicingPass.withoutLastEach(path)
    val named = segments.headOption.exists(_.isInstanceOf[Name])
    val first = start()
    if (named && first == '[') Left(NoRecords.rootIsArray(path))
    else if (named && first != '{' && first != 'n') Left(rootIsScalar(s"dataField is $path, but"))
    else {
      val hollow = isHollow(first)
      val found = descend(segments, Vector.empty, trails(first))
      finished().flatMap(envelope => if (found || hollow) Right(envelope) else without(envelope, path.toString))
    }
  }

  /** `{}`: some APIs leave all fields out if there is nothing. */
  private def isHollow(first: Int): Boolean = first == '{' && scanner.inside() == '}'

  /** A response without records. */
  private def without(envelope: Envelope, path: String): Either[RestError, Envelope] =
    settings
      .refused(envelope)
      .toLeft(envelope)
      .filterOrElse(settings.empty, NoRecords.at(path, names.toList, beside.arrays.toList))

  /** No path given: see [[JsonRecords]].
    *
    * @param known the field that held the records of an earlier response
    */
  def recognise(known: Option[String]): Either[RestError, Envelope] =
    start() match {
      case '['           => if (known.exists(_ => scanner.inside() != ']')) moved(known) else array()
      case c if c == '{' => recogniseInObject(known, isHollow(c))
      case 'n'           => scanner.skipValue(); finished()
      case _             => Left(rootIsScalar("dataField is not set, and"))
    }

  private def array(): Either[RestError, Envelope] = { records.array(); finished() }

  private def moved(known: Option[String]): Either[RestError, Envelope] = {
    scanner.skipValue()
    finished().flatMap(_ => Left(NoRecords.moved(known.getOrElse(""))))
  }

  private def recogniseInObject(known: Option[String], hollow: Boolean): Either[RestError, Envelope] = {
    val recognition = new Recognition(scanner, records, beside, names, trails('{'))
    val where = known.fold(recognition.first())(recognition.later)
    val found = finished()
    where match {
      case Recognized.In(field)            => found.map(_.copy(recognized = Some(field)))
      case Recognized.Nothing              => found
      case Recognized.Missing(_) if hollow => found
      case Recognized.Missing(field)       => records.restart(); found.flatMap(without(_, field))
      case Recognized.Several(fields)      => records.restart(); found.flatMap(_ => Left(NoRecords.several(fields)))
    }
  }

  /** Values one after the other. */
  def lines(path: Option[FieldPath]): Envelope = {
    val segments = path.map(SlicingPass.withoutLastEach)
    scanner.begin()
    while (scanner.peek() >= 0) {
      scanner.checkLiteral()
      segments.fold(records.element())(inner)
    }
    Envelope.Empty
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

  private def start(): Int = {
    scanner.begin()
    val first = scanner.peek()
    if (first < 0) scanner.unexpected("a value")
    scanner.checkLiteral()
    first
  }

  /** The root itself is a wanted value only if it is a scalar: else it would be the whole response. */
  private def trails(first: Int): List[Trail] =
    settings.outside.toList.map(p => Trail(p, p.segments.toList)).filter(_.rest.nonEmpty || first != '{' && first != '[')

  /** Walks over the value at `pos`, to which a path has led that goes on with `path`.
    *
    * @param at where the value stands
    * @param open wanted paths that lead here too
    * @return whether there is anything at the end of the path
    */
  private def descend(path: List[Segment], at: Vector[Segment], open: List[Trail]): Boolean =
    (path, scanner.peek()) match {
      case (Nil, '[')                => records.array(); true
      case (Nil, _)                  => single(at, open); true
      case (_, 'n')                  => scanner.checkLiteral(); scanner.skipValue(); true
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
      case (Nil, '[')                      => records.array()
      case (Nil, _)                        => records.element()
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
    records.begin()
    records.pass()
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

  private def twice(name: String): Nothing = throw new Malformed(Recognition.twice(name))

  private def finished(): Either[RestError, Envelope] =
    if (scanner.peek() >= 0) scanner.unexpected("the end") else Right(beside.result(names.toList))

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
