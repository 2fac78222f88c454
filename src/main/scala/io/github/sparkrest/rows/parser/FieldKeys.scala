// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows.parser

import io.github.sparkrest.json.Words

/** The names of a struct's fields, found by their bytes. For one thread.
  *
  * Records of one API have their fields in the same order. So each name remembers which one followed it last, and that one is
  * compared first, eight bytes at a time. Names that the schema lacks are remembered too, within a limit.
  *
  * @param names in UTF-8; null: a field that no record has
  * @param most names remembered next to the fields
  */
final private[parser] class FieldKeys(names: Array[Array[Byte]], most: Int = FieldKeys.MostLearned) {
  import FieldKeys._

  /** Before the first name of a record. */
  val start: Key = new Key(StrictJson.Empty, Unknown)
  private var table = new Array[Key](16)
  private var size = 0

  names.indices.filter(names(_) != null).foldLeft(start) { (before, i) =>
    val key = new Key(names(i), i)
    insert(key)
    before.next = key
    key
  }

  /** The key of the name at `at`, which begins with a quote and is not that of `before.next`; `json.pos` is then at its value. */
  def at(json: StrictJson, before: Key, at: Int): Key = {
    val b = json.buf
    // The record may lack a field.
    val later = if (before.next == null) null else before.next.next
    if (later != null && later.isAt(b, at)) {
      val p = at + later.length
      json.pos = if (b(p) <= ' ') json.blank(p) else p
      later
    } else {
      val end = json.nameEnd(at)
      val key = find(b, at + 1, end)
      before.next = key
      json.pos = json.colon(end + 1)
      key
    }
  }

  private def find(b: Array[Byte], from: Int, to: Int): Key = {
    val hash = hashOf(b, from, to)
    var i = hash & (table.length - 1)
    while (table(i) != null && !table(i).is(hash, b, from, to)) i = (i + 1) & (table.length - 1)
    if (table(i) != null) table(i)
    else {
      val key = new Key(java.util.Arrays.copyOfRange(b, from, to), Unknown)
      if (size < names.length + most && to - from <= LongestLearned) insert(key)
      key
    }
  }

  private def insert(key: Key): Unit = {
    if ((size + 1) * 2 > table.length) {
      val old = table
      table = new Array[Key](old.length * 2)
      old.foreach(k => if (k != null) place(k))
    }
    place(key)
    size += 1
  }

  private def place(key: Key): Unit = {
    var i = key.hash & (table.length - 1)
    while (table(i) != null) i = (i + 1) & (table.length - 1)
    table(i) = key
  }
}

private[parser] object FieldKeys {

  /** Of a name that is none of the fields. */
  val Unknown: Int = -1
  val MostLearned = 2048
  private val LongestLearned = 256

  /** A name with its quotes and the colon, as words of eight bytes. */
  final class Key(name: Array[Byte], val field: Int) {
    val hash: Int = hashOf(name, 0, name.length)
    val length: Int = name.length + 3
    var next: Key = _
    private val quoted = '"'.toByte +: name :+ '"'.toByte :+ ':'.toByte
    private val word0 = wordAt(quoted, 0)
    private val mask0 = maskOf(length)
    private val word1 = wordAt(quoted, 8)
    private val mask1 = maskOf(length - 8)

    /** Whether it stands at `at`. Near the end of the array nobody knows. */
    def isAt(b: Array[Byte], at: Int): Boolean =
      at + 16 <= b.length &&
        (((Words.get(b, at) ^ word0) & mask0) | ((Words.get(b, at + 8) ^ word1) & mask1)) == 0 &&
        (length <= 16 || isRestAt(b, at))

    private def isRestAt(b: Array[Byte], at: Int): Boolean = at + length <= b.length && {
      var i = 16
      while (i + 8 <= length && Words.get(b, at + i) == Words.get(quoted, i)) i += 8
      while (i < length && b(at + i) == quoted(i)) i += 1
      i == length
    }

    def is(other: Int, b: Array[Byte], from: Int, to: Int): Boolean = hash == other && name.length == to - from && {
      var i = 0
      while (i < name.length && b(from + i) == name(i)) i += 1
      i == name.length
    }
  }

  private def wordAt(b: Array[Byte], from: Int): Long = {
    val word = new Array[Byte](8)
    if (from < b.length) System.arraycopy(b, from, word, 0, math.min(8, b.length - from))
    Words.get(word, 0)
  }

  /** Of the first `bytes` of a little-endian word. */
  private def maskOf(bytes: Int): Long = if (bytes >= 8) -1L else if (bytes <= 0) 0L else (1L << (bytes * 8)) - 1

  private def hashOf(b: Array[Byte], from: Int, to: Int): Int = {
    var h = (to - from).toLong
    var i = from
    while (i + 8 <= to) {
      h = (h ^ Words.get(b, i)) * 0x9e3779b97f4a7c15L
      i += 8
    }
    while (i < to) {
      h = (h ^ b(i)) * 0x9e3779b97f4a7c15L
      i += 1
    }
    (h >>> 32).toInt ^ (h >>> 17).toInt
  }
}
