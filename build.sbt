import SparkVersions._

ThisBuild / organization := "io.github.sparkrest"
ThisBuild / version := IO.read(file("VERSION")).trim
ThisBuild / versionScheme := Some("semver-spec")
ThisBuild / licenses := Seq("Apache-2.0" -> url("https://www.apache.org/licenses/LICENSE-2.0.txt"))
ThisBuild / description := "Any HTTP API as a Spark data source: no record lost, none twice"
ThisBuild / scalaVersion := Spark4.scala
ThisBuild / crossScalaVersions := all.map(_.scala)

/** Spark's own list of packages that it opens on Java 17. */
val sparkJavaOptions = Seq(
  "java.lang",
  "java.lang.invoke",
  "java.lang.reflect",
  "java.io",
  "java.net",
  "java.nio",
  "java.util",
  "java.util.concurrent",
  "java.util.concurrent.atomic",
  "sun.nio.ch",
  "sun.nio.cs",
  "sun.security.action",
  "sun.util.calendar"
).map(p => s"--add-opens=java.base/$p=ALL-UNNAMED")

lazy val root = (project in file("."))
  .enablePlugins(BuildInfoPlugin)
  .settings(
    name := "spark-rest",
    semanticdbEnabled := scalaBinaryVersion.value == "2.13",
    semanticdbVersion := SemanticDb,
    scalacOptions ++= Seq("-release", "11", "-deprecation", "-feature", "-unchecked", "-encoding", "utf8", "-Xlint:_"),
    scalacOptions ++= (scalaBinaryVersion.value match {
      case "2.12" => Seq("-Xfatal-warnings", "-Ywarn-unused:_", "-Ywarn-dead-code", "-Xsource:2.13")
      case _      =>
        Seq("-Werror", "-Wunused:_", "-Wdead-code", "-Wconf:cat=deprecation&origin=scala.collection.JavaConverters.*:s")
    }),
    Test / scalacOptions --= Seq("-Ywarn-dead-code", "-Wdead-code"),
    // Trigger.Once is deprecated in Spark 4 alone.
    Test / scalacOptions += "-Wconf:cat=unused-nowarn:s",
    javacOptions ++= Seq("--release", "11", "-Xlint:all", "-Xlint:-serial"),
    Compile / doc / javacOptions := Nil,
    // Spark has its own Scala library, so the published POM must not add one.
    autoScalaLibrary := false,
    libraryDependencies ++= Seq(
      "org.scala-lang" % "scala-library" % scalaVersion.value % Provided,
      "org.apache.spark" %% "spark-sql" % of(scalaVersion.value).spark % Provided,
      // Shaded into the jar: "provided" keeps them out of the published POM.
      "com.softwaremill.sttp.client4" %% "core" % of(scalaVersion.value).sttp % Provided,
      "com.squareup.okhttp3" % "okhttp-jvm" % OkHttp % Provided,
      "io.circe" %% "circe-core" % Circe % Provided,
      "io.circe" %% "circe-parser" % Circe % Provided,
      "org.scalatest" %% "scalatest" % ScalaTest % Test,
      "org.scalatestplus" %% "scalacheck-1-18" % ScalaTestPlusCheck % Test
    ) ++ of(scalaVersion.value).libraries.map(_ % Provided),
    buildInfoPackage := "io.github.sparkrest",
    buildInfoObject := "BuildInfo",
    buildInfoKeys := Seq[BuildInfoKey](
      name,
      version,
      scalaBinaryVersion,
      BuildInfoKey("sparkVersion" -> of(scalaVersion.value).spark)
    ),
    Test / fork := true,
    Test / parallelExecution := false,
    Test / baseDirectory := (ThisBuild / baseDirectory).value,
    Test / javaOptions ++= sparkJavaOptions ++ Seq(
      "-Xmx2g",
      "-Duser.timezone=UTC",
      "-Dspark.ui.enabled=false",
      "-Dspark.ui.showConsoleProgress=false"
    ),
    Test / testOptions += Tests
      .Argument(TestFrameworks.ScalaTest, "-oD", "-u", (crossTarget.value / "junit").getPath)
  )
  .settings(assemblySettings, publishSettings)

/** `make bench-rows`. No part of a release. */
lazy val benchRows = (project in file("bench/rows"))
  .enablePlugins(JmhPlugin)
  .dependsOn(root % "compile->compile;compile->provided")
  .settings(
    publish / skip := true,
    autoScalaLibrary := false,
    libraryDependencies ++= Seq(
      "org.scala-lang" % "scala-library" % scalaVersion.value % Provided,
      "org.apache.spark" %% "spark-sql" % of(scalaVersion.value).spark % Provided
    ),
    Jmh / javaOptions ++= sparkJavaOptions
  )

lazy val assemblySettings = Seq(
  assembly / assemblyJarName := s"${name.value}_${scalaBinaryVersion.value}-${version.value}.jar",
  assembly / assemblyOutputPath := (ThisBuild / baseDirectory).value / "target" / "jars" / (assembly / assemblyJarName).value,
  assembly / assemblyShadeRules := Shading.rules,
  assembly / assemblyMergeStrategy := Shading.merge,
  assembly / test := {},
  assembly / assemblyOption ~= (_.withIncludeScala(false)),
  // The compile class path contains Spark too, and the jar must not.
  assembly / fullClasspath := (Compile / exportedProducts).value ++ Shading.libraries.value,
  Compile / resourceGenerators += Shading.licenseFiles.taskValue,
  Shading.shadedModules := Shading.writtenModules.value
)

/** The published artifact is the shaded jar, under the plain coordinates, with no dependency that a user would resolve. */
lazy val publishSettings = Publication.metadata ++ Seq(
  Compile / packageBin := assembly.value,
  publishMavenStyle := true,
  // `+publish` fills target/sona-staging. `.ci/release_check.py` checks that folder, and `sonaRelease` uploads it.
  publishTo := localStaging.value,
  // `make publish-local` replaces the files of an earlier run.
  publishM2Configuration := publishM2Configuration.value.withOverwrite(true),
  // Maven Central demands a javadoc jar. The public part of this jar is its options, so these are documented in it.
  Compile / packageDoc / mappings := Publication.documentation((ThisBuild / baseDirectory).value),
  pomIncludeRepository := (_ => false)
)
