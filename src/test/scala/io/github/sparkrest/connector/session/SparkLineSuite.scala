// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.session

import io.github.sparkrest.error.Condition
import org.scalatest.funsuite.AnyFunSuite

class SparkLineSuite extends AnyFunSuite {
  private def refused(jar: String, spark: String, scala: String): String =
    intercept[IllegalArgumentException](SparkLine.check(jar, spark, scala)).getMessage

  test("each jar runs on each of its Spark lines") {
    SparkLine.check("2.12", "3.5.9", "2.12.18")
    Seq("4.0.5", "4.1.4", "4.2.1", "4.3.0", "4.4.0-SNAPSHOT").foreach(SparkLine.check("2.13", _, "2.13.17"))
  }

  test("the error for the wrong jar names the other jar") {
    assert(
      refused(
        "2.13",
        "3.5.9",
        "2.12.18"
      ) == s"[REST_${Condition.WrongSpark.name}] spark-rest_2.13 is for Spark 4 with " +
        "Scala 2.13, but this is Spark 3.5.9 with Scala 2.12.18. Put spark-rest_2.12 on the class path instead."
    )
    assert(refused("2.12", "4.3.0", "2.13.17").endsWith("Put spark-rest_2.13 on the class path instead."))
  }

  test("this jar is for the Scala line of its tests") {
    assert(ScalaLine.VERSION == io.github.sparkrest.BuildInfo.scalaBinaryVersion)
  }

  test("the error for a Spark line without a jar names the supported lines") {
    Seq("2.12" -> ("3.4.4" -> "2.12.17"), "2.13" -> ("3.5.9" -> "2.13.8"), "2.13" -> ("5.0.0" -> "2.13.17")).foreach {
      case (jar, (spark, scala)) =>
        val message = refused(jar, spark, scala)
        assert(message.contains(s"this is Spark $spark with Scala $scala."))
        assert(message.endsWith("spark-rest runs on Spark 3.5 with Scala 2.12, and on Spark 4 with Scala 2.13."))
    }
  }
}
