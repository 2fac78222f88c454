import sbtassembly.AssemblyPlugin.autoImport._
import sbtassembly.{MergeStrategy, PathList}

/** What the jar carries, renamed so that it cannot meet another copy on Spark's class path.
  *
  * Not optional: Spark 3.5 ships cats-kernel 2.1.1, on which an unshaded circe fails with `NoSuchMethodError`.
  */
object Shading {
  private val renamed = Seq("io.circe", "cats", "algebra", "org.typelevel.jawn", "sttp", "okhttp3", "okio", "kotlin")

  /** Whose jars go in, in addition to sttp's. */
  val organizations: Set[String] =
    Set("io.circe", "org.typelevel", "com.squareup.okhttp3", "com.squareup.okio", "org.jetbrains.kotlin")

  val rules: Seq[com.eed3si9n.jarjarabrams.ShadeRule] =
    renamed.map(p => ShadeRule.rename(s"$p.**" -> s"io.github.sparkrest.shaded.$p.@1").inAll)

  /** Service files are merged by lines; per-library metadata is dropped; any other duplicate fails the build. */
  val merge: String => MergeStrategy = {
    case PathList("META-INF", "services", _*)                           => MergeStrategy.filterDistinctLines
    case PathList("META-INF", "MANIFEST.MF")                            => MergeStrategy.discard
    case PathList("META-INF", "versions", "9", _*)                      => MergeStrategy.discard
    case PathList("META-INF", f) if f.matches("(?i)(LICENSE|NOTICE).*") => MergeStrategy.rename
    // Kotlin's metadata serve its compiler and its reflection, GraalVM's its native images, the list of suffixes cookies.
    case PathList("META-INF", "native-image" | "proguard" | "maven" | "com.android.tools", _*)   => MergeStrategy.discard
    case PathList("META-INF", f) if f.endsWith(".kotlin_module")        => MergeStrategy.discard
    case PathList("kotlin", rest @ _*) if rest.last.endsWith(".kotlin_builtins") => MergeStrategy.discard
    case PathList("okhttp3", "internal", "publicsuffix", f) if f.endsWith(".list") => MergeStrategy.discard
    case PathList("module-info.class")                                  => MergeStrategy.discard
    case PathList("scala-collection-compat.properties")                 => MergeStrategy.first
    case PathList("rootdoc.txt")                                        => MergeStrategy.discard
    case _                                                              => MergeStrategy.deduplicate
  }
}
