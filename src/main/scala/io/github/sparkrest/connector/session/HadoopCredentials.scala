// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.session

import scala.util.control.NonFatal

import io.github.sparkrest.error.Printable
import io.github.sparkrest.http.RecentlyUsed
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.security.alias.CredentialProviderFactory.{CREDENTIAL_PROVIDER_PATH => ProviderPath}
import org.apache.spark.SparkConf

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
