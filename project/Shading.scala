import sbt._
import sbt.Keys._
import sbtassembly.AssemblyPlugin.autoImport._
import sbtassembly.{MergeStrategy, PathList}

/** The libraries inside the jar, renamed so that they cannot conflict with another copy on Spark's class path.
  *
  * This is necessary: Spark 3.5 contains cats-kernel 2.1.1, with which circe fails with `NoSuchMethodError`.
  */
object Shading {
  private val renamed = Seq("io.circe", "cats", "algebra", "org.typelevel.jawn", "sttp", "okhttp3", "okio", "kotlin")

  /** The organizations whose jars are included, in addition to sttp. */
  val organizations: Set[String] =
    Set("io.circe", "org.typelevel", "com.squareup.okhttp3", "com.squareup.okio", "org.jetbrains.kotlin")

  val rules: Seq[com.eed3si9n.jarjarabrams.ShadeRule] =
    renamed.map(p => ShadeRule.rename(s"$p.**" -> s"io.github.sparkrest.shaded.$p.@1").inAll)

  /** The jars of the compile class path whose classes are included in our jar. */
  val libraries: Def.Initialize[Task[Classpath]] = Def.task {
    (Compile / dependencyClasspath).value.filter(_.get(moduleID.key).exists(m => isShaded(m.organization)))
  }

  private def isShaded(organization: String): Boolean =
    organization.startsWith("com.softwaremill.sttp") || organizations(organization)

  val shadedModules =
    taskKey[File]("A line for each shaded jar: group, artifact, version, sha256, license; for the SBOM")

  val writtenModules: Def.Initialize[Task[File]] = Def.task {
    val licenses = (Compile / updateFull).value.configurations
      .flatMap(_.modules)
      .map(m => (m.module.organization, m.module.name) -> m.licenses.map(_._1))
      .toMap
    val lines = libraries.value.map { jar =>
      val module = jar.get(moduleID.key).get
      val sha256 = java.security.MessageDigest.getInstance("SHA-256").digest(IO.readBytes(jar.data))
      val license = licenses.getOrElse((module.organization, module.name), Nil).mkString(", ")
      Seq(module.organization, module.name, module.revision, sha256.map("%02x".format(_)).mkString, license)
        .mkString("\t")
    }
    val file = (ThisBuild / baseDirectory).value / "target" / "release" / s"shaded_${scalaBinaryVersion.value}.tsv"
    IO.writeLines(file, lines.sorted)
    file
  }

  /** The licenses of the shaded libraries demand that the jar contains their text. */
  val licenseFiles: Def.Initialize[Task[Seq[File]]] = Def.task {
    Seq("LICENSE", "NOTICE").map { name =>
      val target = (Compile / resourceManaged).value / "META-INF" / name
      IO.copyFile((ThisBuild / baseDirectory).value / name, target)
      target
    }
  }

  /** Merges service files by lines, and drops metadata of libraries. Any other duplicate fails the build. */
  val merge: String => MergeStrategy = {
    case PathList("META-INF", "services", _*)                           => MergeStrategy.filterDistinctLines
    case PathList("META-INF", "MANIFEST.MF")                            => MergeStrategy.discard
    case PathList("META-INF", "versions", "9", _*)                      => MergeStrategy.discard
    case PathList("META-INF", "LICENSE" | "NOTICE")                     => MergeStrategy.deduplicate
    case PathList("META-INF", f) if f.matches("(?i)(LICENSE|NOTICE).*") => MergeStrategy.rename
    // Only Kotlin's compiler and reflection, GraalVM's native images and OkHttp's cookies need these files.
    case PathList("META-INF", "native-image" | "proguard" | "maven" | "com.android.tools", _*) => MergeStrategy.discard
    case PathList("META-INF", f) if f.endsWith(".kotlin_module")                               => MergeStrategy.discard
    case PathList("kotlin", rest @ _*) if rest.last.endsWith(".kotlin_builtins")               => MergeStrategy.discard
    case PathList("okhttp3", "internal", "publicsuffix", f) if f.endsWith(".list")             => MergeStrategy.discard
    case PathList("module-info.class")                                                         => MergeStrategy.discard
    case PathList("scala-collection-compat.properties")                                        => MergeStrategy.first
    // sttp contains the C source of its Scala Native backend.
    case PathList("scala-native", _*) => MergeStrategy.discard
    case PathList("rootdoc.txt")      => MergeStrategy.discard
    case _                            => MergeStrategy.deduplicate
  }
}
