// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

/** Text as a JSON string. It allocates nothing, because it runs for each value of CSV and XML. */
private[sparkrest] object QuotedText {
  def append(out: java.lang.StringBuilder, text: String): Unit = {
    out.append('"')
    var i = 0
    while (i < text.length) {
      val c = text.charAt(i)
      if (c == '"' || c == '\\') out.append('\\').append(c)
      else if (c == '\n') out.append("\\n")
      else if (c == '\r') out.append("\\r")
      else if (c == '\t') out.append("\\t")
      else if (c < ' ') out.append(f"\\u${c.toInt}%04x")
      else out.append(c)
      i += 1
    }
    out.append('"')
    ()
  }
}
