// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.session.OperatorPolicy
import io.github.sparkrest.error.RestError

/** Options for a task, as the text of the user. The rows of an input are not included.
  *
  * A task parses the options again, and does not get a parsed [[RestConfig]]: `env:` and `file:` are read at each poll, on the
  * machine that sends the request. So a changed secret takes effect, and its value does not travel with the task.
  *
  * @param columns of the input
  */
final private[sparkrest] case class TaskOptions(options: RestConfig.OptionMap, columns: Vector[String]) {

  /** Left: something the driver had is missing in the task, for example the file of a secret. */
  def parsed: Either[RestError, RestConfig] = OperatorPolicy.current.flatMap(RestConfig.parse(options.toMap, columns, _))

  def config: RestConfig = parsed.fold(e => throw e.toException, identity)
}

private[sparkrest] object TaskOptions {
  def apply(config: RestConfig): TaskOptions = config.input.fold(TaskOptions(config.options, Vector.empty)) { input =>
    val others = config.options.toMap.filterNot { case (k, _) => Set("inputdata", "input")(k.toLowerCase) }
    TaskOptions(new RestConfig.OptionMap(others + ("input" -> "rows of this task")), input.columns)
  }
}
