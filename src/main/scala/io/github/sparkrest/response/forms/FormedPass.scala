// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.forms

import scala.collection.mutable

import io.github.sparkrest.error.RestError
import io.github.sparkrest.json.{JsonBytes, JsonScanner, Malformed, RawControls}
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.options.values.FieldPath.{At, Each, Members, Name, Segment, Where}
import io.github.sparkrest.response._

/** One pass through a response whose records have a [[RecordForm]].
  *
  * The values of added fields may come behind the records. So the value that contains both is read as a whole first, then walked
  * through a second time: it is still in the window. Without added fields, memory is that of the longest record.
  */
final private[response] class FormedPass(
    scanner: JsonScanner,
    form: RecordForm,
    settings: ReaderSettings,
    sink: RecordSink
) extends ResponsePass(scanner, settings) {
  import EnvelopePass.{Selection, holds, into}
  import scanner.window

  private val added = if (form.labels.isEmpty) None else Some(new AddedFields(form.labels, sink))
  private val target = {
    val withAdded = added.getOrElse(sink)
    if (form.names.isEmpty) withAdded else new NamedFields(form.names, withAdded)
  }
  private val records = new RecordPass(scanner, target)

  /** Records that did not go through `records`. */
  private var ofColumns = 0L

  /** The paths that led to a value, or to where an API that has no records may leave one out. */
  private val found = mutable.Set.empty[FieldPath]

  /** Elements at the first `[]` or `*` of the paths. Of a path without them, the records. */
  private var items = 0L
  private val countsItems = form.paths.exists(_.firstMany >= 0)

  /** A response that is one JSON value. */
  def document(): Either[RestError, Envelope] = {
    val hollow = isHollow(start())
    val outside = settings.outside.toList.map(p => Trail(p, p.segments.toList)).filter(_.rest.nonEmpty)
    walk(form.branches, Vector.empty, Some(outside))
    finished().map(_.copy(items = if (countsItems) Some(items) else None)).flatMap { envelope =>
      form.paths.find(!found(_)) match { // guard: I1.41
        case Some(missing) if !hollow => without(envelope, missing.toString)
        case _                        => Right(envelope)
      }
    }
  }

  /** Values one after the other. */
  def lines(): Envelope = {
    var ofLines = 0L
    scanner.begin()
    while (scanner.peek() >= 0) {
      scanner.checkLiteral()
      val before = passed
      walk(form.branches, Vector.empty, None)
      // As in SlicingPass.
      if (passed > before) ofLines += 1
    }
    Envelope.Empty.copy(items = if (form.branches.exists(_.rest.isEmpty)) None else Some(ofLines))
  }

  /** Moves past the value at `pos`, and passes on the records in it.
    *
    * @param branches paths that lead here
    * @param at the path of this value
    * @param open requested values next to the records that lead here too; `None`: behind a `[]` or `*`, where none are kept
    */
  private def walk(branches: List[Branch], at: Vector[Segment], open: Option[List[Trail]]): Unit = {
    val known = withValuesHere(branches)
    (known, scanner.peek()) match {
      case (branch :: _, _) if branch.rest.isEmpty => end(branch, at, open)
      case (_, 'n') => found ++= known.map(_.path); scanner.checkLiteral(); scanner.skipValue()
      case (_, '{') => members(known, at, open)
      case (_, '[') => elements(known, at, open)
      case (_, _)   =>
        known.filter(_.rest.headOption.contains(Each)) match {
          case Nil    => pass(at, open)
          case single => only(single, at)
        }
    }
  }

  private def members(branches: List[Branch], at: Vector[Segment], open: Option[List[Trail]]): Unit = {
    val single = branches.filter(_.rest.headOption.contains(Each))
    if (single.nonEmpty) only(single, at)
    else {
      val seen = mutable.Set.empty[String]
      val (many, named) = branches.partition(_.rest.head == Members)
      found ++= many.map(_.path)
      scanner.members { name =>
        if (at.isEmpty) names += name
        countItem(many)
        val one = named.collect { case b if b.rest.head == Name(name) => b.next }
        if (one.nonEmpty && !seen.add(name)) throw new Malformed(Recognition.twice(name))
        step(one ++ many.map(_.next(name)), at :+ Name(name), open.map(into(name, _)), keeps = many.isEmpty)
      }
    }
  }

  /** A value in place of an array of one element. */
  private def only(branches: List[Branch], at: Vector[Segment]): Unit = {
    countItem(branches)
    found ++= branches.map(_.path)
    walk(branches.map(_.next), at, None)
  }

  /** Several paths may lead through one element: it is one item. */
  private def countItem(branches: List[Branch]): Unit = if (branches.exists(_.countsItems)) items += 1 // guard: I2.21

  private def elements(branches: List[Branch], at: Vector[Segment], open: Option[List[Trail]]): Unit = {
    val many = branches.exists(b => b.rest.head == Each || b.rest.head == Members)
    found ++= branches.filter(b => b.rest.head == Each || b.rest.head == Members).map(_.path)
    var index = -1
    var taken = Set.empty[FieldPath]
    def entered = branches.collect {
      case b if b.rest.head == Each      => b.next
      case b if b.rest.head == Members   => b.next(index.toString)
      case b if b.rest.head == At(index) => b.next
    }
    val selecting = branches.collect { case b @ Branch(_, (where: Where) :: _, _, _, _, _) => b -> where }
    if (selecting.isEmpty)
      scanner.elements { () =>
        index += 1
        countItem(branches)
        step(entered, at :+ At(index), open.map(into(index, _)), keeps = !many)
      }
    else {
      val selection = new Selection(open.getOrElse(Nil))
      var inside = List.empty[Branch]
      var others = List.empty[Trail]
      scanner.elementsWhere { (buf, from, to) =>
        index += 1
        countItem(branches)
        val chosen = selecting.collect { case (b, where) if !taken(b.path) && holds(where, buf, from, to) => b }
        taken ++= chosen.map(_.path)
        inside = chosen.map(_.next) ++ entered
        others = selection.of(buf, from, to)
        inside.nonEmpty || others.nonEmpty
      }(() => step(inside, at :+ Each, open.map(_ => others), keeps = !many))
    }
  }

  /** A value within an object or array.
    *
    * @param keeps whether it is one value, next to which others may be requested
    */
  private def step(inside: List[Branch], at: Vector[Segment], open: Option[List[Trail]], keeps: Boolean): Unit =
    if (inside.isEmpty) pass(at, open) else walk(inside, at, if (keeps) open else None)

  private def pass(at: Vector[Segment], open: Option[List[Trail]]): Unit =
    open.fold(scanner.skipValue())(beside.keep(at, _))

  /** The value at the end of a path. */
  private def end(branch: Branch, at: Vector[Segment], open: Option[List[Trail]]): Unit = {
    val before = passed
    added.foreach(_.values = branch.values)
    scanner.peek() match {
      case '[' if !form.columns => found += branch.path; records.array()
      case 'n'                  => found += branch.path; scanner.checkLiteral(); scanner.skipValue()
      case _                    =>
        records.begin()
        val length = window.pos - window.mark
        if (form.columns) columns(branch, length) else { found += branch.path; records.pass(length, maybeLast = true) }
        open.foreach(keepWithin(length, at, _))
    }
    if (branch.path.firstMany < 0) items += passed - before
  }

  private def passed: Long = records.passed + ofColumns

  private def columns(branch: Branch, length: Int): Unit = {
    val (buf, from, to) =
      if (scanner.breaks) {
        val line = RawControls.onOneLine(window.buf, window.mark, window.mark + length)
        (line, 0, line.length)
      } else (window.buf, window.mark, window.mark + length)
    window.mark = -1
    val hollow = JsonBytes.names(buf, from, to, most = 1).isEmpty && buf(from) == '{'
    val rows = ColumnRows.pass(buf, from, to, target)
    if (rows >= 0 || hollow) found += branch.path
    ofColumns += math.max(rows, 0)
  }

  /** Reads the values of added fields that are in the value at `pos`. `pos` does not move. */
  private def withValuesHere(branches: List[Branch]): List[Branch] =
    if (branches.forall(_.here.isEmpty)) branches
    else {
      window.mark = window.pos
      scanner.skipValue()
      val (buf, from, to) = (window.buf, window.mark, window.pos)
      val known = branches.map { b =>
        b.copy(values = b.here.foldLeft(b.values)((all, a) => all.updated(a.field, value(buf, from, to, a))))
      }
      window.pos = window.mark
      window.mark = -1
      known
    }

  private def value(buf: Array[Byte], from: Int, to: Int, around: Around): Array[Byte] = {
    val span = JsonBytes.find(buf, from, to, around.names)
    if (span == JsonBytes.Absent) Branch.Null
    else {
      val length = JsonBytes.to(span) - JsonBytes.from(span)
      if (length > scanner.rules.valueBytes)
        throw new Malformed(s"the value of an added field is longer than ${scanner.rules.valueBytes} bytes")
      RawControls.onOneLine(buf, JsonBytes.from(span), JsonBytes.to(span))
    }
  }
}
