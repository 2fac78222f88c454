// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.session.{Application, HadoopConf}
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.RecentlyUsed
import io.github.sparkrest.options.{GivenOptions, SecretReference}
import io.github.sparkrest.pagelog.store.BodyFolder
import io.github.sparkrest.response.files.BodyStore
import org.apache.spark.broadcast.Broadcast
import org.apache.spark.sql.SparkSession
import org.apache.spark.util.SerializableConfiguration

/** Options for a task, as the text of the user. The rows of an input are not included.
  *
  * A task does not get a parsed [[RestConfig]]: references to secrets are resolved on the machine that sends the request, so the
  * value of a secret does not travel with the task. An executor keeps the parsed options for its next tasks. It parses them in
  * each task if a secret may change, so that a changed secret takes effect (ADR 28).
  *
  * @param columns of the input
  */
final private[sparkrest] case class TaskOptions(options: GivenOptions, columns: Vector[String]) {

  /** Left: something the driver had is missing in the task, for example the file of a secret. */
  def parsed: Either[RestError, RestConfig] = Application.current.flatMap { application =>
    def parse = application.parse(options.toMap, columns)
    if (options.toMap.values.exists(SecretReference.mayChange)) parse else TaskOptions.kept((this, application))(parse)
  }

  def config: RestConfig = RestError.orThrow(parsed)
}

private[sparkrest] object TaskOptions {
  private val kept = new RecentlyUsed[(TaskOptions, Application), RestConfig]

  def apply(config: RestConfig): TaskOptions = config.input.fold(TaskOptions(config.options, Vector.empty)) { input =>
    val others = config.options.without(Seq("inputData", "input"))
    TaskOptions(new GivenOptions(others + ("input" -> "rows of this task")), input.columns)
  }
}

/** The folder of `saveTo` in a task.
  *
  * @param conf of the driver, which finds the folder; `None`: nothing is saved
  */
final private[sparkrest] class TaskBodies(conf: Option[Broadcast[SerializableConfiguration]]) extends Serializable {
  def store(config: RestConfig): BodyStore = conf.fold(BodyStore.Nowhere)(c => BodyFolder.of(config, c.value.value))
}

private[sparkrest] object TaskBodies {
  def apply(config: RestConfig, session: SparkSession): TaskBodies =
    new TaskBodies(config.records.saveTo.map(_ => HadoopConf.in(session)))
}
