// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import java.nio.file.{Files, NoSuchFileException, Paths}

import scala.util.Try

/** A reference to a secret: `env:NAME` or `file:PATH`. Spark shows the option, which is only the reference. The driver and the
  * executors read the value when they parse options, at each poll.
  */
private[sparkrest] object SecretReference {
  private val variable = "env:([A-Za-z_][A-Za-z0-9_]*)".r
  private val path = "file:(?://)?(.+)".r

  /** A larger file is not a secret, but a wrong path. */
  private val MaxBytes = 1L << 20

  /** @return `None`: `text` is not a reference. Left: the reason why the value cannot be read. */
  def read(text: String, policy: Policy): Option[Either[String, String]] = text.trim match {
    case variable(name) =>
      val value = sys.env.get(name).toRight(s"the environment variable $name is not set")
      Some(policy.refusesVariable(name).toLeft(()).flatMap(_ => value))
    case path(file) => Some(policy.refusesFile(file).toLeft(()).flatMap(_ => content(file)))
    case _          => None
  }

  def is(text: String): Boolean = text.trim match {
    case variable(_) | path(_) => true
    case _                     => false
  }

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
