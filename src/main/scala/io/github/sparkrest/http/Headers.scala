// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

/** Looks up header lines by name. Names of headers have no case (RFC 9110 §5.1). */
object Headers {
  implicit final class Lookup(private val lines: Seq[(String, String)]) extends AnyVal {

    /** The value of the first line with this name. */
    def value(name: String): Option[String] = lines.collectFirst { case (k, v) if k.equalsIgnoreCase(name) => v }

    def values(name: String): Seq[String] = lines.collect { case (k, v) if k.equalsIgnoreCase(name) => v }

    def has(name: String): Boolean = lines.exists(_._1.equalsIgnoreCase(name))

    /** This line instead of all others with its name. */
    def replacing(name: String, value: String): Seq[(String, String)] =
      lines.filterNot(_._1.equalsIgnoreCase(name)) :+ (name -> value)
  }
}
