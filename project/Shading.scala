import sbtassembly.AssemblyPlugin.autoImport._
import sbtassembly.{MergeStrategy, PathList}

/** What the jar carries, renamed so that it cannot meet another copy on Spark's class path.
  *
  * Not optional: Spark 3.5 ships cats-kernel 2.1.1, on which an unshaded circe fails with `NoSuchMethodError`.
  */
object Shading {
  private val renamed = Seq("io.circe", "cats", "algebra", "org.typelevel.jawn", "sttp")

  val rules: Seq[com.eed3si9n.jarjarabrams.ShadeRule] =
    renamed.map(p => ShadeRule.rename(s"$p.**" -> s"io.github.sparkrest.shaded.$p.@1").inAll)

  /** Service files are merged by lines; per-library metadata is dropped; any other duplicate fails the build. */
  val merge: String => MergeStrategy = {
    case PathList("META-INF", "services", _*)                           => MergeStrategy.filterDistinctLines
    case PathList("META-INF", "MANIFEST.MF")                            => MergeStrategy.discard
    case PathList("META-INF", "versions", "9", "module-info.class")     => MergeStrategy.discard
    case PathList("META-INF", f) if f.matches("(?i)(LICENSE|NOTICE).*") => MergeStrategy.rename
    case PathList("module-info.class")                                  => MergeStrategy.discard
    case PathList("scala-collection-compat.properties")                 => MergeStrategy.first
    case PathList("rootdoc.txt")                                        => MergeStrategy.discard
    case _                                                              => MergeStrategy.deduplicate
  }
}
