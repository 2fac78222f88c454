// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.secret

import java.net.URI
import java.util.Locale.ROOT

import scala.annotation.tailrec
import scala.util.Try

import io.github.sparkrest.error.Printable

/** Removes secrets from text that is logged, thrown or stored (I6). */
object Redact {
  private val SnippetBytes = 200

  /** A name that sounds secret and its value, in JSON (also JSON within a string), in forms and in headers. */
  private val pair = {
    val quote = """\\*["']?"""
    val name = s"""$quote[\\w-]*(?:${Secret.Words})[\\w-]*$quote\\s*[:=]\\s*"""
    val value = """\\*"[^"]*"?|\\*'[^']*'?|(?:(?:Basic|Bearer|Digest|Token)\s+)?[^\s,&}]+"""
    s"(?i)($name)($value)".r
  }

  /** The URL with `***` for values of parameters whose name sounds secret, and without user information. */
  def url(text: String): String = url(text, Secret.isNamed(_))

  /** @param named whether the value of the parameter with this name is hidden */
  def url(text: String, named: String => Boolean): String = {
    val (base, query) = text.span(_ != '?')
    userInfo(base) + parameters(query)((name, value) => if (named(name)) "***" else value) // guard: I6.1
  }

  /** The URL with the value of each query parameter replaced. */
  def parameters(url: String)(value: (String, String) => String): String = {
    val (base, query) = url.splitAt(url.indexOf('?') + 1)
    if (base.isEmpty) url
    else
      query
        .split("&", -1)
        .map { p =>
          val eq = p.indexOf('=')
          if (eq < 0) p else p.substring(0, eq + 1) + value(p.substring(0, eq), p.substring(eq + 1))
        }
        .mkString(base, "&", "")
  }

  /** A URL of the options, safe to show. A key in its path has no name, but looks random. */
  def own(address: String): String = inPath(address).foldLeft(url(address))(_.replace(_, "***"))

  /** Values that [[own]] hides in a URL of the options. */
  def secretsIn(address: String): List[String] = inPath(address) ++ inQuery(address)

  private def inPath(address: String): List[String] =
    address.takeWhile(c => c != '?' && c != '#').split("/").toList.drop(3).filter { segment =>
      !segment.contains('{') && random.findAllIn(segment).exists(r => r.exists(_.isDigit) && r.exists(_.isLetter))
    }

  /** Long runs of letters and digits, which dates, words and UUIDs do not have. */
  private val random = "[A-Za-z0-9]{16,}".r

  private def inQuery(address: String): List[String] =
    address.split("\\?", 2).drop(1).toList.flatMap(_.split("&")).map(_.split("=", 2)).collect {
      case Array(name, value) if Secret.isNamed(name) => value
    }

  /** The first bytes of a body, on one line, with `***` for values that look secret. A last word that may be truncated is
    * dropped, because half a secret would not be recognized.
    */
  def snippet(body: Array[Byte], length: Int): String = {
    val head = Printable(new String(body, 0, math.min(length, SnippetBytes), "UTF-8").map(c => if (c < ' ') ' ' else c))
    val text = if (length < SnippetBytes) head else head.replaceAll("[^\\s\"',;:<>{}\\[\\]]*$", "")
    pair.replaceAllIn(text, "$1***").trim
  }

  def snippet(body: Array[Byte]): String = snippet(body, body.length)
  def snippet(text: String): String = snippet(text.getBytes("UTF-8"))

  /** The text with `***` for each value that has a name.
    *
    * @param named whether the value with this name is hidden
    */
  def named(text: String)(named: String => Boolean): String = {
    @tailrec def after(done: String, text: String): String = pair.findFirstMatchIn(text) match {
      case None                         => done + text
      case Some(m) if named(m.group(1)) => after(s"$done${text.substring(0, m.end(1))}***", text.substring(m.end))
      case Some(m)                      => after(done + text.substring(0, m.end(1)), text.substring(m.end(1)))
    }
    after("", text)
  }

  /** Values of a text that [[snippet]] would hide. */
  def valuesIn(text: String): List[String] =
    pair.findAllMatchIn(text).map(_.group(2).replaceAll("""^\\*["']|\\*["']$""", "")).toList

  private def userInfo(base: String): String =
    if (!base.contains('@') || Try(new URI(base)).toOption.exists(_.getUserInfo == null)) base
    else base.replaceFirst("//[^/@]*@", "//***@")
}

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

  /** Whether a value with this name may be a secret, so that not even a hash of it may be stored: a short secret can be guessed from
    * its hash. A hash that must change with a filter has to contain the values of names that only sound secret, such as `author`,
    * `country_code` or `sortKey`.
    */
  def mayBe(name: String): Boolean = {
    val words = hump.replaceAllIn(name, "$1_$2").toLowerCase(ROOT)
    val rest = harmless.replaceAllIn(words, "_") // guard: I1.122
    isNamed(if (rest == words) name else rest) || otherWords.findFirstIn(words).isDefined
  }

  /** Whole words, in which a word of [[Words]] has another meaning. */
  private val harmless = {
    val code =
      "area|airline|airport|category|city|color|commodity|country|currency|department|error|event|hs|iata|icao|" +
        "industry|iso|lang|language|locale|location|postal|reason|region|site|state|station|status|tax|time[_.-]?zone|type|unit|vat"
    val key =
      "business|column|facet|field|filter|foreign|index|issue|natural|partition|primary|range|record|row|sort|surrogate"
    val words = "(?:co[_.-]?)?author(?:s|ed)?|authorit(?:y|ies)|bypass|key[_.-]?words?|max[_.-]?tokens|" +
      "design(?:s|er|ers|ed|ation|ations)?|(?:un|re)?assign(?:s|ed|ee|ees|or|ment|ments)?|signals?|insights?|consignments?|" +
      "significan(?:t|ce)|(?:bar|geo|post|zip|uni)[_.-]?codes?"
    s"(?<![a-z])(?:$words|(?:$code)[_.-]?codes?|(?:$key)[_.-]?keys?)(?![a-z])".r
  }
  private val hump = "([a-z0-9])([A-Z])".r
  private val otherWords = "cookie|(?<![a-z])(?:pin|otp)(?![a-z])".r

  /** [[isNamed]] with the words of version 0.1.0. The identity in a checkpoint is a hash of the URL without such values. Other
    * words would change the hash, and the checkpoint would belong to another source.
    */
  def isNamedInIdentity(name: String): Boolean = inIdentity.matcher(name).matches()
  private val inIdentity =
    "(?i).*(?:key|token|secret|pass(?=w|phrase|[^a-z]|$)|sig|auth|credential|session|code).*".r.pattern

  def apply(value: String): Secret = new Secret(value)
}
