// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.session;

/** Which jar is for which Spark. In Java, as {@link RestSource}. */
public final class SparkLine {
  private SparkLine() {}

  /** Calls {@link #check} for the jar of this class and the running Spark. */
  public static void checkThisJar() {
    check(
        ScalaLine.VERSION,
        org.apache.spark.package$.MODULE$.SPARK_VERSION(),
        scala.util.Properties$.MODULE$.versionNumberString());
  }

  /**
   * @param jar Scala's binary version that the jar was compiled for
   * @param spark the running Spark's version, e.g. 4.1.4
   * @param scala the running Scala's version, e.g. 2.13.17
   * @throws IllegalArgumentException if they do not fit; its message begins with [REST_WRONG_SPARK]
   */
  public static void check(String jar, String spark, String scala) {
    boolean is35 = spark.startsWith("3.5.");
    boolean is4 = spark.startsWith("4.");
    boolean fits = jar.equals("2.12") ? is35 && scala.startsWith("2.12.") : is4 && scala.startsWith("2.13.");
    if (!fits) {
      String hint;
      if (is35 && scala.startsWith("2.12.")) hint = "Put spark-rest_2.12 on the class path instead.";
      else if (is4 && scala.startsWith("2.13.")) hint = "Put spark-rest_2.13 on the class path instead.";
      else hint = "spark-rest runs on Spark 3.5 with Scala 2.12, and on Spark 4 with Scala 2.13.";
      throw new IllegalArgumentException(
          "[REST_WRONG_SPARK] spark-rest_" + jar + " is for Spark " + (jar.equals("2.12") ? "3.5" : "4")
              + " with Scala " + jar + ", but this is Spark " + spark + " with Scala " + scala + ". " + hint);
    }
  }
}
