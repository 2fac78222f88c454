// A Scala application that streams an API into Parquet. Build and run it:
//
//   make publish-local            (in the repository; a release comes from Maven Central)
//   cd examples/scala-app
//   ../../sbtw package            (Spark 4; for Spark 3.5: ../../sbtw ++2.12.20 package)
//   spark-submit --packages io.github.sparkrest:spark-rest_2.13:0.1.0 \
//     target/scala-2.13/rest-to-parquet_2.13-1.0.jar URL FOLDER

name := "rest-to-parquet"
version := "1.0"
scalaVersion := "2.13.18"
crossScalaVersions := Seq("2.13.18", "2.12.20")
scalacOptions ++= Seq("-release", "11")

// The repository that `make publish-local` fills. It comes last, because Maven may leave POMs without jars there, and sbt
// then looks for the jar only where it found the POM.
fullResolvers := fullResolvers.value :+ Resolver.mavenLocal

libraryDependencies ++= Seq(
  "org.apache.spark" %% "spark-sql" % (if (scalaBinaryVersion.value == "2.12") "3.5.9" else "4.0.4") % Provided,
  "io.github.sparkrest" %% "spark-rest" % "0.1.0" % Provided
)
