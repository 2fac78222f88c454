// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

/** A value that prints as `***`: whoever needs it says `.reveal`, at the place where it is sent. */
final class Secret private (value: String) extends Serializable {
  def reveal: String = value
  override def toString: String = "***"
  override def equals(other: Any): Boolean = other match {
    case s: Secret => s.reveal == value
    case _         => false
  }
  override def hashCode: Int = value.hashCode
}

object Secret {
  def apply(value: String): Secret = new Secret(value)
}
