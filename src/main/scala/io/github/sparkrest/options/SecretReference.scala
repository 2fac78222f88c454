// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import java.nio.file.{Files, NoSuchFileException, Paths}

import scala.util.Try

/** A secret given by its place: `env:NAME` or `file:PATH`. The text of the option stays the reference, wherever Spark shows
  * it; the value is read where options are, on the driver and on executors, at each poll anew.
  */
private[sparkrest] object SecretReference {
  private val variable = "env:([A-Za-z_][A-Za-z0-9_]*)".r
  private val path = "file:(?://)?(.+)".r

  /** More is no secret, but a wrong file. */
  private val MaxBytes = 1L << 20

  /** @return `None`: `text` is no reference; otherwise the value, or why there is none */
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

  /** Without the line break at the end that editors and secret stores put there. */
  private def content(file: String): Either[String, String] = Try {
    val at = Paths.get(file)
    if (Files.size(at) > MaxBytes) Left(s"the file $file is larger than a megabyte")
    else Right(new String(Files.readAllBytes(at), "UTF-8").stripLineEnd)
  }.recover {
    case _: NoSuchFileException => Left(s"there is no file $file")
    case e                      => Left(s"the file $file cannot be read (${e.getClass.getSimpleName})")
  }.get
}
