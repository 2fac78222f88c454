// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.page

import java.io.InputStream
import java.nio.ByteBuffer

import scala.collection.mutable

import io.circe.Json
import io.circe.jawn.parseByteBuffer
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.FieldPath

/** Takes the records of a response, one after the other, as they come in. */
trait RecordSink {

  /** One record, in `[from, to)` of an array that is used again: it must be copied to be kept. Never `null`. */
  def record(buf: Array[Byte], from: Int, to: Int): Unit

  /** The records of this response so far were none: forget them. */
  def restart(): Unit
}

/** What a response holds beside its records: the values that were asked for, by path. */
final case class Envelope(values: List[(List[String], Json)], names: List[String]) {
  def apply(path: FieldPath): Option[Json] = values.collectFirst {
    case (at, json) if path.names.startsWith(at) =>
      path.names.drop(at.length).foldLeft(Option(json))((j, n) => j.flatMap(_.asObject).flatMap(_(n)))
  }.flatten
}

/** Cuts a JSON response into records in one streaming pass: memory is that of the longest record.
  *
  * @param dataField where the records are: an array, or one value that is itself the record; `null` there is no record.
  *   `None`: a root array, or `data`, or the only array of objects in the root object
  * @param wanted paths to keep from outside the records
  */
final class RecordSlicer(dataField: Option[FieldPath], wanted: Seq[FieldPath], maxBytes: Long) {

  def slice(body: InputStream, sink: RecordSink): Either[RestError, Envelope] = {
    val pass = new SlicingPass(new JsonScanner(new ByteWindow(body, maxBytes)), wanted, sink)
    try
      dataField match {
        case Some(path) => pass.at(path)
        case None       => pass.recognise()
      }
    catch {
      case e: Malformed =>
        Left(
          RestError(
            Condition.InvalidResponse,
            s"The response is not valid JSON: ${e.reason}.",
            "The same request is sent again at the next interval."
          )
        )
      case e: TooLarge =>
        Left(
          RestError(
            Condition.ResponseTooLarge,
            s"The response or one of its records is larger than ${e.limit} bytes.",
            "Ask for smaller pages, or raise maxResponseBytes."
          )
        )
    }
  }
}

final private class SlicingPass(scanner: JsonScanner, wanted: Seq[FieldPath], sink: RecordSink) {
  import scanner.window

  private val values = List.newBuilder[(List[String], Json)]
  private val names = List.newBuilder[String]
  private val arrays = mutable.LinkedHashSet.empty[String]

  /** Records at a path that the user gave. */
  def at(path: FieldPath): Either[RestError, Envelope] = {
    scanner.skipByteOrderMark()
    val found = scanner.peek() == '{' && descend(path.names, Nil)
    if (found) finished()
    else if (window.end > window.pos && window.buf(window.pos) == '[')
      Left(
        notFound(s"dataField is $path, but the response is an array.", "Leave dataField out: a root array needs none.")
      )
    else if (scanner.peek() < 0) finished().flatMap(_ => Left(missing(path)))
    else scanner.unexpected("an object")
  }

  /** @return whether the path exists here; the object has been walked over */
  private def descend(path: List[String], prefix: List[String]): Boolean = {
    var found = false
    scanner.members { name =>
      if (prefix.isEmpty) names += name
      if (name == path.head && !found) {
        val rest = path.tail
        if (rest.isEmpty) { valueOfRecords(); found = true }
        else if (scanner.peek() == '{') found = descend(rest, prefix :+ name)
        else if (scanner.peek() == 'n') { scanner.skipValue(); found = true }
        else scanner.skipValue()
      } else other(prefix :+ name)
    }
    found
  }

  private def valueOfRecords(): Unit = if (scanner.peek() == '[') array() else element()

  /** No path given: see [[RecordSlicer]]. Whether an array is the one is known only at the end, so records may be taken back. */
  def recognise(): Either[RestError, Envelope] = {
    scanner.skipByteOrderMark()
    scanner.peek() match {
      case '[' => array(); finished()
      case '{' => recogniseInObject()
      case _   => scanner.unexpected("an array or an object")
    }
  }

  private def recogniseInObject(): Either[RestError, Envelope] = {
    var candidates = List.empty[String]
    var anyEmpty, data = false
    scanner.members { name =>
      names += name
      if (name == "data" && (scanner.peek() == '[' || scanner.peek() == 'n')) {
        if (candidates.nonEmpty) sink.restart()
        data = true
        if (scanner.peek() == '[') array() else scanner.skipValue()
      } else if (scanner.peek() == '[' && !data && !wants(List(name))) {
        arrays += name
        val first = afterBracket()
        if (first == ']') { anyEmpty = true; scanner.skipValue() }
        else if (first == '{') {
          if (candidates.isEmpty) array() else scanner.skipValue()
          candidates ::= name
        } else scanner.skipValue()
      } else other(List(name))
    }
    if (data || candidates.lengthCompare(1) == 0 || candidates.isEmpty && anyEmpty) finished()
    else {
      sink.restart()
      Left(
        if (candidates.isEmpty) missing(FieldPath(List("data")))
        else
          notFound(
            s"Several fields of the response hold arrays of objects: ${candidates.reverse.mkString(", ")}.",
            "Name the records by dataField."
          )
      )
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
    if (window.buf(window.mark) != 'n') sink.record(window.buf, window.mark, window.pos)
    window.mark = -1
  }

  private def wants(at: List[String]): Boolean = wanted.exists(_.names.startsWith(at))

  /** A value outside the records: kept if it was asked for, else only looked at for arrays, to be named in an error. */
  private def other(at: List[String]): Unit =
    if (wants(at)) {
      window.mark = window.pos
      scanner.skipValue()
      val text = ByteBuffer.wrap(window.buf, window.mark, window.pos - window.mark)
      values += at -> parseByteBuffer(text).fold(
        e => throw new Malformed(s"the value of ${FieldPath(at)} is broken (${e.message})"),
        identity
      )
      window.mark = -1
    } else
      scanner.peek() match {
        case '['                            => arrays += FieldPath(at).toString; scanner.skipValue()
        case '{' if at.lengthCompare(3) < 0 => scanner.members(name => other(at :+ name))
        case _                              => scanner.skipValue()
      }

  private def finished(): Either[RestError, Envelope] =
    if (scanner.peek() >= 0) scanner.unexpected("the end") else Right(Envelope(values.result(), names.result()))

  private def missing(path: FieldPath): RestError = {
    val fields = names.result()
    val exist =
      if (arrays.nonEmpty) s"Arrays in it: ${arrays.take(20).mkString(", ")}."
      else s"Its fields: ${if (fields.isEmpty) "none" else fields.take(20).mkString(", ")}."
    notFound(s"The response has no records at $path. $exist", "Name the path of the records by dataField.")
  }

  private def notFound(message: String, hint: String): RestError = RestError(Condition.DataFieldNotFound, message, hint)
}
