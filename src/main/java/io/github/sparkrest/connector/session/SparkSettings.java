// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.session;

import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.internal.config.package$;

/** Settings of the application, as Spark itself reads them. In Java, as {@link SessionArtifacts}. */
public final class SparkSettings {
  private SparkSettings() {}

  /** Whether Spark hides the value of this setting in its UI and its event log: {@code spark.redaction.regex}. */
  public static boolean isRedacted(SparkConf conf, String key) {
    return conf.get(package$.MODULE$.SECRET_REDACTION_PATTERN()).pattern().matcher(key).find();
  }

  /** Hadoop's files on the class path, and {@code spark.hadoop.…}. */
  public static Configuration hadoop(SparkConf conf) {
    return SparkHadoopUtil.get().newConfiguration(conf);
  }
}
