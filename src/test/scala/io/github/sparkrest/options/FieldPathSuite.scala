// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.options.values.FieldPath.{At, Each, Members, Name, Segment, Where}
import org.scalacheck.{Arbitrary, Gen}
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

class FieldPathSuite extends AnyFunSuite with ScalaCheckPropertyChecks {
  private def segments(text: String): Seq[Segment] =
    FieldPath.parse(text).fold(fail(s"'$text' does not parse as a path"): Seq[Segment])(_.segments)

  test("a path consists of names, quoted names, elements, selections and the root") {
    assert(segments(" meta.next ") == Seq(Name("meta"), Name("next")))
    assert(segments(""""@odata.nextLink".x-y""") == Seq(Name("@odata.nextLink"), Name("x-y")))
    assert(segments("data[].data") == Seq(Name("data"), Each, Name("data")))
    assert(segments("links[rel=next].uri") == Seq(Name("links"), Where("rel", "next"), Name("uri")))
    assert(segments("$") == Nil && segments("$[].item") == Seq(Each, Name("item")))
    assert(segments("$.a") == Seq(Name("a")) && segments("\"$\".a") == Seq(Name("$"), Name("a")))
    assert(segments("$ref.$") == Seq(Name("$ref"), Name("$")))
  }

  test("an index, from the root too") {
    assert(segments("a[0].b") == Seq(Name("a"), At(0), Name("b")) && segments("a[1][]") == Seq(Name("a"), At(1), Each))
    assert(segments("[1]") == Seq(At(1)) && segments("$[1].rows") == Seq(At(1), Name("rows")))
    assert(segments("[0].total") == Seq(At(0), Name("total")) && FieldPath.parse("a[3].b").exists(_.isSingle))
  }

  test("each member of an object") {
    assert(segments("rates.*") == Seq(Name("rates"), Members) && segments("*") == Seq(Members))
    assert(segments("$.*.x") == Seq(Members, Name("x")) && segments("""a."*"""") == Seq(Name("a"), Name("*")))
    assert(segments("a*") == Seq(Name("a*")) && FieldPath.parse("a.*").exists(p => !p.isSingle && !p.isPlain))
    Seq("rates.*", "*", """a."*"""", "a[].*.b").foreach(t => assert(FieldPath.parse(t).map(_.toString).contains(t)))
  }

  test("a selection may contain blanks around its parts, dots in its value, and quotes") {
    assert(segments("a[ k = v.w=x ]") == Seq(Name("a"), Where("k", "v.w=x")))
    assert(segments("""a["k=]"="v\"]"].b""") == Seq(Name("a"), Where("k=]", "v\"]"), Name("b")))
    assert(segments("""a[k=""]""") == Seq(Name("a"), Where("k", "")))
  }

  Seq(
    "",
    ".",
    "a..b",
    "a.",
    ".a",
    "[]",
    "a[",
    "a]",
    "a[-1]",
    "a[0",
    "a[1x]",
    "a[k]",
    "a[=v]",
    "a[k=]",
    "a[ =v]",
    "a[]b",
    "a\"b",
    "\"\"",
    "\"a",
    "$a[",
    "$.",
    "a[k=v",
    "a[k=[v]]",
    "a[\"\"=v]"
  ).foreach { text =>
    test(s"'$text' is not a path")(assert(FieldPath.parse(text).isEmpty))
  }

  test("a path knows whether it is plain, single, or the root") {
    def kinds(text: String) = FieldPath.parse(text).map(p => (p.isPlain, p.isSingle, p.isRoot))
    assert(kinds("a.b").contains((true, true, false)) && kinds("$").contains((true, true, true)))
    assert(kinds("a[].b").contains((false, false, false)) && kinds("a[k=v].b").contains((false, true, false)))
    assert(FieldPath(List("a.b", "c")).names == List("a.b", "c"))
  }

  test("a long quoted name does not exhaust the stack") {
    val name = "x\\" * 50000
    assert(FieldPath.parse(FieldPath(List(name)).toString).contains(FieldPath(List(name))))
  }

  test("the text of any path parses as the same path") {
    val text = Gen.oneOf(
      Gen.alphaNumStr,
      Gen.listOf(Gen.oneOf("$.\"[]= \\\n@-aé")).map(_.mkString),
      Arbitrary.arbitrary[String]
    )
    val name = text.suchThat(_.nonEmpty)
    val segment = Gen.frequency[Segment](
      3 -> name.map(Name(_)),
      1 -> Gen.const(Each),
      1 -> Gen.choose(0, 999999).map(At(_)),
      1 -> Gen.zip(name, text).map { case (k, v) => Where(k, v) }
    )
    forAll(Gen.choose(0, 5).flatMap(Gen.listOfN(_, segment)), minSuccessful(300)) { found =>
      val path = FieldPath(found.toVector)
      assert(FieldPath.parse(path.toString).contains(path), path.toString)
    }
  }
}
