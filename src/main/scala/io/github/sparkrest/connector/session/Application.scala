// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.session

import scala.util.control.NonFatal

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Printable, RestError}
import io.github.sparkrest.http.RecentlyUsed
import io.github.sparkrest.options.{Policy, SparkSecrets}
import io.github.sparkrest.progress.seen.ShortHash
import io.github.sparkrest.secret.Redact
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.security.alias.CredentialProviderFactory.{CREDENTIAL_PROVIDER_PATH => ProviderPath}
import org.apache.spark.broadcast.Broadcast
import org.apache.spark.sql.SparkSession
import org.apache.spark.util.SerializableConfiguration
import org.apache.spark.{SparkConf, SparkEnv}

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

/** Hadoop's credential providers. A value is kept for a minute at most: a keystore slows down whoever opens it, on purpose, and it
  * may be on a remote file system. Thread-safe.
  */
final private[session] class HadoopCredentials(nowMs: () => Long = () => System.nanoTime / 1000000) {
  import HadoopCredentials._

  /** Loading Hadoop's XML files takes longer than a poll. */
  private val configurations = new RecentlyUsed[SparkConf, Configuration](most = 2, nowMs = nowMs)
  private val values = new RecentlyUsed[(SparkConf, String, Long), String](idleMs = KeptMillis, nowMs = nowMs)

  /** Left: the reason why the value is missing. */
  def apply(conf: SparkConf, alias: String): Either[String, String] =
    values((conf, alias, nowMs() / KeptMillis)) {
      configurations(conf)(Right(SparkSettings.hadoop(conf))).flatMap(fromProviders(_, alias))
    }
}

private object HadoopCredentials {
  private val KeptMillis = 60 * 1000L

  /** `Configuration.getPassword` would also return a setting in clear text, and so any setting of Hadoop. */
  private def fromProviders(hadoop: Configuration, alias: String): Either[String, String] =
    try
      if (hadoop.get(ProviderPath, "").trim.isEmpty)
        Left(s"no provider has the Hadoop credential $alias; set spark.hadoop.$ProviderPath for the application")
      else
        Option(hadoop.getPasswordFromCredentialProviders(alias))
          .map(new String(_))
          .toRight(s"the Hadoop credential $alias is in none of the providers of $ProviderPath on this machine")
    catch {
      case NonFatal(e) => Left(s"the Hadoop credential $alias cannot be read (${Printable(causeOf(e))})")
    }

  /** The last cause, because Hadoop's own message only says that the configuration has a problem. */
  private def causeOf(e: Throwable): String = {
    val last = Iterator.iterate(e)(_.getCause).takeWhile(_ != null).take(10).foldLeft(e)((_, cause) => cause)
    s"${last.getClass.getSimpleName}: ${last.getMessage}"
  }
}

/** Jars that a running session got by `ADD JAR`. */
private[connector] object SessionJars {

  /** Whether this class is in one of them. The loader of such jars is not public. */
  def isLoaderOf(found: Class[_]): Boolean =
    Option(found.getClassLoader).exists(_.getClass.getSimpleName == "NonClosableMutableURLClassLoader")
}

/** The driver's settings of Hadoop, for tasks. */
private[connector] object HadoopConf {
  def in(session: SparkSession): Broadcast[SerializableConfiguration] = {
    val context = session.sparkContext
    context.broadcast(new SerializableConfiguration(context.hadoopConfiguration))
  }
}

/** The name of a source in plans, job descriptions and logs: its URL without secrets. */
private[sparkrest] object SourceName {
  def apply(config: RestConfig): String = s"rest ${Redact.own(config.url)}"
}

/** A folder per checkpoint inside the user's folder, so that two sources can never share a log. */
private[sparkrest] object PageLogLocation {
  def of(pageLogLocation: String, checkpointLocation: String): String =
    s"${pageLogLocation.stripSuffix("/")}/${ShortHash.of(checkpointLocation)}"
}
