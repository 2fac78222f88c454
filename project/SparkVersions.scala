/** Which Spark line each Scala binary version is built against; what it is run on is in `python/spark-versions.txt`.
  *
  * Scala's binary version is the axis: sbt's own `src/main/scala-2.12` and `scala-2.13` folders hold what differs.
  */
object SparkVersions {

  /** @param scala the full Scala version
    * @param spark the Spark jars to compile and unit-test against
    * @param sttp 4.0.0-M16 is the last sttp client4 published for Scala 2.12
    */
  final case class Line(scala: String, spark: String, sttp: String)

  val Spark4: Line = Line("2.13.18", "4.0.4", "4.0.22")
  val Spark3: Line = Line("2.12.20", "3.5.9", "4.0.0-M16")
  val all: Seq[Line] = Seq(Spark4, Spark3)

  val Circe = "0.14.15"
  val ScalaTest = "3.2.20"
  val ScalaTestPlusCheck = "3.2.19.0"
  val SemanticDb = "4.14.2"

  def of(scalaVersion: String): Line =
    all.find(_.scala == scalaVersion).getOrElse(sys.error(s"no Spark line for Scala $scalaVersion in SparkVersions"))
}
