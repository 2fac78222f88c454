// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.secret

/** A value that prints as `***`. Code calls `.reveal` only where it sends the value. */
final class Secret private (value: String) extends Serializable {
  def reveal: String = value
  override def toString: String = "***" // guard: I6.5
  override def equals(other: Any): Boolean = other match {
    case s: Secret => s.reveal == value
    case _         => false
  }
  override def hashCode: Int = value.hashCode
}

object Secret {

  /** Words in names whose values are likely to be secrets, as a regular expression. `passenger` and `inside` are not. */
  val Words: String = "key|token|secret|pass(?=w|phrase|[^a-z]|$)|sig|auth|credential|session|code" +
    "|app[_-]?id(?![a-z])|pwd|jwt|bearer|assertion|(?<![a-z])sid(?![a-z])|sessid"
  private val named = s"(?i).*(?:$Words).*".r.pattern

  /** Whether a value with this name is likely to be a secret. */
  def isNamed(name: String): Boolean = named.matcher(name).matches()

  /** [[isNamed]] with the words of version 0.1.0. The identity in a checkpoint is a hash of the URL without such values. Other
    * words would change the hash, and the checkpoint would belong to another source.
    */
  def isNamedInIdentity(name: String): Boolean = inIdentity.matcher(name).matches()
  private val inIdentity =
    "(?i).*(?:key|token|secret|pass(?=w|phrase|[^a-z]|$)|sig|auth|credential|session|code).*".r.pattern

  def apply(value: String): Secret = new Secret(value)
}
