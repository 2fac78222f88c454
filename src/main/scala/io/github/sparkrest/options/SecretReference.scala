// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import java.nio.file.{Files, NoSuchFileException, Paths}

import scala.util.Try

/** A reference to a secret: `env:NAME`, `file:PATH`, `conf:KEY` or `hadoop:ALIAS`. Spark shows the option, which is only the
  * reference. The driver and the executors read the value when they parse options, at each poll (ADR 30).
  */
private[sparkrest] object SecretReference {
  private val variable = "env:([A-Za-z_][A-Za-z0-9_]*)".r
  private val path = "file:(?://)?(.+)".r
  private val setting = """conf:(\S+)""".r
  private val alias = """hadoop:(\S+)""".r

  /** A larger file is not a secret, but a wrong path. */
  private val MaxBytes = 1L << 20

  /** @return `None`: `text` is not a reference. Left: the reason why the value cannot be read. */
  def read(text: String, policy: Policy, secrets: SparkSecrets): Option[Either[String, String]] = {
    def permitted(refused: Option[String])(value: => Either[String, String]) =
      Some(refused.toLeft(()).flatMap(_ => value))
    text.trim match {
      case variable(name) =>
        permitted(policy.refusesVariable(name)) {
          sys.env.get(name).toRight(s"the environment variable $name is not set")
        }
      case path(file)   => permitted(policy.refusesFile(file))(content(file))
      case setting(key) => permitted(policy.refusesSetting(key))(secrets.setting(key))
      case alias(name)  => permitted(policy.refusesAlias(name))(secrets.credential(name))
      case _            => None
    }
  }

  /** Whether `text` is a reference, as a whole value or as the name of a placeholder (`Token {env:NAME}`). */
  def is(text: String): Boolean = text.trim match {
    case variable(_) | path(_) | setting(_) | alias(_) => true
    case _                                             => false
  }

  /** Whether this option may contain a reference whose value changes while the application runs. */
  def mayChange(text: String): Boolean = text.contains("file:") || text.contains("hadoop:")

  /** Without the final line break that editors and secret stores add. */
  private def content(file: String): Either[String, String] = Try {
    val at = Paths.get(file)
    if (Files.size(at) > MaxBytes) Left(s"the file $file is larger than a megabyte")
    else Right(new String(Files.readAllBytes(at), "UTF-8").stripLineEnd)
  }.recover {
    case _: NoSuchFileException => Left(s"the file $file does not exist")
    case e                      => Left(s"the file $file cannot be read (${e.getClass.getSimpleName})")
  }.get
}

/** Secrets that only Spark reaches: those of the references `conf:KEY` and `hadoop:ALIAS`. Left: the reason why the value is missing. */
trait SparkSecrets {
  def setting(key: String): Either[String, String]
  def credential(alias: String): Either[String, String]
}

object SparkSecrets {

  /** For a process without a Spark application. */
  object Absent extends SparkSecrets {
    def setting(key: String): Either[String, String] = Left(s"no Spark application has the setting $key")
    def credential(alias: String): Either[String, String] = Left(s"no Spark application has the credential $alias")
  }
}
