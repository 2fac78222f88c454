// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.session

import io.github.sparkrest.options.SparkSecrets
import org.apache.spark.SparkConf

/** Secrets in the settings of the application and in Hadoop's credential providers. The driver and the executors have the same
  * settings, so no secret travels with a task (ADR 30). Two of these are equal if they belong to the same application.
  */
final private[session] case class ApplicationSecrets(conf: SparkConf) extends SparkSecrets {

  def setting(key: String): Either[String, String] =
    if (!key.startsWith("spark."))
      Left(s"the Spark setting $key does not begin with spark., and executors get no other settings")
    else if (!SparkSettings.isRedacted(conf, key))
      Left(
        s"Spark does not redact the setting $key, so its value is not a secret; " +
          s"choose a name that matches spark.redaction.regex, such as $key.secret"
      )
    else conf.getOption(key).toRight(s"the application has no Spark setting $key; settings of a session are not read")

  def credential(alias: String): Either[String, String] = ApplicationSecrets.credentials(conf, alias)
}

private object ApplicationSecrets {
  val credentials = new HadoopCredentials
}
