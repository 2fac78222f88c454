// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.session

import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.Policy
import org.apache.spark.SparkEnv

/** The operator's policy, from the settings of the application, because `SET` can change the settings of a session. Executors
  * have the same settings, so the policy also holds there, whatever the options of a task are.
  */
private[sparkrest] object OperatorPolicy {
  def current: Either[RestError, Policy] =
    Policy.of(Option(SparkEnv.get).fold(Map.empty[String, String])(_.conf.getAllWithPrefix(Policy.Prefix).toMap))
}
