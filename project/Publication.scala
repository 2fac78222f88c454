import sbt._
import sbt.Keys._

/** What Maven Central demands of a POM and of a release, next to the jar itself. */
object Publication {
  private val repository = "github.com/sparkrest/spark-rest"

  val metadata: Seq[Setting[_]] = Seq(
    homepage := Some(url("https://sparkrest.github.io/spark-rest/")),
    organizationName := "spark-rest",
    organizationHomepage := Some(url("https://github.com/sparkrest")),
    scmInfo := Some(
      ScmInfo(url(s"https://$repository"), s"scm:git:https://$repository.git", s"scm:git:ssh://git@$repository.git")
    ),
    developers := List(Developer("sparkrest", "The spark-rest maintainers", "", url("https://github.com/sparkrest")))
  )

  /** The files of the javadoc jar. Scaladoc of the classes would document nothing that a user may call. */
  def documentation(root: File): Seq[(File, String)] =
    Seq("options", "errors", "versions").map(page => root / "docs" / s"$page.md" -> s"$page.md") :+
      (root / "python" / "README.md" -> "README.md") :+ (root / "LICENSE" -> "META-INF/LICENSE")
}
