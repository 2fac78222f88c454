// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

/** Where a value stands in a JSON document: names from the root down, e.g. `meta.next` or `"odata.next".link`.
  *
  * @param names at least one; none is empty
  */
final case class FieldPath(names: List[String]) {
  override def toString: String =
    names.map(n => if (n.exists(c => c == '.' || c == '"')) "\"" + n.replace("\"", "\\\"") + "\"" else n).mkString(".")
}

object FieldPath {
  private val segment = """"((?:[^"\\]|\\.)+)"|([^."\[\]]+)"""

  /** `None` if the text is not a path. */
  def parse(text: String): Option[FieldPath] = {
    val t = text.trim
    if (!t.matches(s"(?:$segment)(?:\\.(?:$segment))*")) None
    else
      Some(
        FieldPath(
          segment.r
            .findAllMatchIn(t)
            .map { m =>
              Option(m.group(1)).map(_.replaceAll("\\\\(.)", "$1")).getOrElse(m.group(2))
            }
            .toList
        )
      )
  }
}
