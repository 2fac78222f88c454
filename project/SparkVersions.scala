import sbt._

/** The Spark line for which each Scala binary version is compiled. `python/spark-versions.txt` lists the versions for tests.
  *
  * Code that differs between the lines is in sbt's folders `src/main/scala-2.12` and `scala-2.13`.
  */
object SparkVersions {

  /** @param scala the full Scala version
    * @param spark the Spark jars to compile and unit-test against
    * @param sttp 4.0.0-M16 is the last sttp client4 published for Scala 2.12
    * @param libraries libraries of every Spark distribution that the code uses directly, in the versions of this Spark
    */
  final case class Line(scala: String, spark: String, sttp: String, libraries: Seq[ModuleID])

  val Spark4: Line =
    Line("2.13.18", "4.0.4", "4.0.22", libraries("3.4.1", "1.5.6-9", "1.27.1", "1.13.0", "2.18.6", "2.0.16"))
  val Spark3: Line =
    Line("2.12.20", "3.5.9", "4.0.0-M16", libraries("3.3.4", "1.5.5-4", "1.26.2", "1.10.0", "2.15.2", "2.0.7"))
  val all: Seq[Line] = Seq(Spark4, Spark3)

  val OkHttp = "5.5.1"
  val Circe = "0.14.15"
  val ScalaTest = "3.2.20"
  val ScalaTestPlusCheck = "3.2.19.0"
  val SemanticDb = "4.14.2"

  private def libraries(hadoop: String, zstd: String, compress: String, text: String, jackson: String, slf4j: String) =
    Seq(
      "org.apache.hadoop" % "hadoop-client-api" % hadoop,
      "com.github.luben" % "zstd-jni" % zstd,
      "org.lz4" % "lz4-java" % "1.8.0",
      "org.apache.commons" % "commons-compress" % compress,
      "org.apache.commons" % "commons-text" % text,
      "com.fasterxml.jackson.core" % "jackson-core" % jackson,
      "org.slf4j" % "slf4j-api" % slf4j
    )

  def of(scalaVersion: String): Line =
    all.find(_.scala == scalaVersion).getOrElse(sys.error(s"no Spark line for Scala $scalaVersion in SparkVersions"))
}
