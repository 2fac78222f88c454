// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.session

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.{Policy, SparkSecrets}
import org.apache.spark.SparkEnv

/** What the Spark application gives to the options of every query: the operator's policy, and the secrets that only Spark reaches.
  *
  * Both come from the settings of the application. `SET` can change the settings of a session, and an executor has no session.
  * Executors have the settings of the application, so the policy also holds there, whatever the options of a task are.
  */
final private[sparkrest] case class Application(policy: Policy, secrets: SparkSecrets) {

  /** @param columns of the view that `input` names */
  def parse(options: Map[String, String], columns: Seq[String]): Either[RestError, RestConfig] =
    RestConfig.parse(options, columns, policy, secrets)
}

private[sparkrest] object Application {
  def current: Either[RestError, Application] = {
    val conf = Option(SparkEnv.get).map(_.conf)
    Policy
      .of(conf.fold(Map.empty[String, String])(_.getAllWithPrefix(Policy.Prefix).toMap))
      .map(Application(_, conf.fold[SparkSecrets](SparkSecrets.Absent)(ApplicationSecrets(_))))
  }
}
