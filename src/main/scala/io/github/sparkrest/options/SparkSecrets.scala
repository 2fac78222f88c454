// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

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
