// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.io.{ByteArrayInputStream, ByteArrayOutputStream, InputStream}
import java.util.Arrays
import java.util.zip.{Deflater, DeflaterOutputStream, GZIPOutputStream}

import com.github.luben.zstd.{Zstd, ZstdOutputStream}
import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

class ContentCodingSuite extends AnyFunSuite with ScalaCheckPropertyChecks {
  import ContentCodingSuite._

  /** Returns one to three bytes at a time, and reports that no further byte is available. */
  final private class Dribble(bytes: Array[Byte], end: => Int = -1) extends InputStream {
    private val in = new ByteArrayInputStream(bytes)
    override def available(): Int = 0
    def read(): Int = { val b = in.read(); if (b < 0) end else b }
    override def read(b: Array[Byte], off: Int, len: Int): Int = {
      val n = in.read(b, off, math.min(len, 3))
      if (n < 0) end else n
    }
  }

  private def decoded(header: String, in: InputStream): Array[Byte] =
    ContentCoding.decode(Seq("content-encoding" -> header), in).fold(e => fail(e.text), _.readAllBytes())

  private val text = ("{\"id\": 1, \"text\": \"é\"}\n" * 50).getBytes("UTF-8")

  test("Accept-Encoding lists all codings") {
    assert(ContentCoding.accepted == "gzip, deflate, zstd")
  }

  private val files = coded.filter { case (_, header, _) => header == "gzip" || header == "zstd" }

  test("a body that is a compressed file is decoded without a header, also several files in one") {
    def plain(in: InputStream) = ContentCoding.decode(Nil, in).fold(e => fail(e.text), _.readAllBytes())
    assert(files.length == 2)
    files.foreach { case (_, header, encode) =>
      assert(Arrays.equals(plain(new Dribble(encode(text))), text))
      assert(Arrays.equals(plain(new Dribble(encode(text) ++ encode(text))), text ++ text))
      // A file that the transport compressed once more.
      assert(Arrays.equals(decoded(header, new Dribble(encode(encode(text)))), text))
      (5 until encode(text).length).foreach(n => intercept[BrokenBody](plain(new Dribble(encode(text).take(n)))))
    }
    (0 to 6).foreach(n => assert(Arrays.equals(plain(new Dribble(text.take(n))), text.take(n))))
    Seq("\u001f", "(", "(x", "\u001fabc").foreach(t =>
      assert(plain(new Dribble(t.getBytes("UTF-8"))).sameElements(t.getBytes("UTF-8")))
    )
  }

  coded.foreach { case (name, header, encode) =>
    test(s"$name: any bytes, read in any pieces, are decoded") {
      forAll(Gen.containerOf[Array, Byte](Gen.choose(-128, 127).map(_.toByte)), minSuccessful(50)) { bytes =>
        assert(Arrays.equals(decoded(header, new ByteArrayInputStream(encode(bytes))), bytes))
        assert(Arrays.equals(decoded(header, new Dribble(encode(bytes))), bytes))
      }
      val large = Array.fill(1 << 20)('x'.toByte)
      assert(Arrays.equals(decoded(header, new ByteArrayInputStream(encode(large))), large))
    }

    test(s"$name: a body that is cut at any byte is an error") {
      val whole = encode(text)
      (1 until whole.length).foreach { n =>
        intercept[BrokenBody](decoded(header, new Dribble(whole.take(n))))
        // The connection breaks at this byte.
        intercept[BrokenBody](decoded(header, new Dribble(whole.take(n), throw new BrokenBody("reset", null))))
      }
      intercept[BrokenBody](decoded(header, new Dribble(whole, throw new BrokenBody("reset", null))))
      assert(decoded(header, new Dribble(Array.emptyByteArray)).isEmpty)
    }

    test(s"$name: a body of several compressed parts is decoded to its end, except for deflate") {
      val parts = Seq(text.take(100), Array.emptyByteArray, text.drop(100))
      val bytes = parts.map(encode).reduce(_ ++ _)
      if (header == "deflate") intercept[BrokenBody](decoded(header, new Dribble(bytes)))
      else {
        assert(Arrays.equals(decoded(header, new Dribble(bytes)), text))
        val borders = parts.scanLeft(0)((n, p) => n + encode(p).length).toSet
        (1 until bytes.length).filterNot(borders).foreach { n =>
          intercept[BrokenBody](decoded(header, new Dribble(bytes.take(n))))
        }
      }
    }

    test(s"$name: random bytes cause no exception except BrokenBody") {
      forAll(Gen.containerOf[Array, Byte](Gen.choose(-128, 127).map(_.toByte)), minSuccessful(100)) { noise =>
        try { decoded(header, new Dribble(noise)); () }
        catch { case _: BrokenBody => () }
      }
    }
  }

  test("a gzip body with a wrong checksum is an error") {
    val whole = gzip(text)
    whole(whole.length - 6) = (whole(whole.length - 6) ^ 1).toByte
    assert(intercept[BrokenBody](decoded("gzip", new Dribble(whole))).getMessage.contains("CRC"))
  }

  test("a gzip body with all optional header fields is decoded") {
    val plain = gzip(text)
    val fields = Array[Byte](2, 0, 7, 7) ++ "name\u0000comment\u0000".getBytes ++ Array[Byte](1, 1)
    val head = plain.take(10)
    head(3) = (4 | 8 | 16 | 2).toByte
    assert(Arrays.equals(decoded("gzip", new Dribble(head ++ fields ++ plain.drop(10))), text))
  }

  test("several codings are decoded in turn, and unknown codings or too many of them are an error") {
    assert(Arrays.equals(decoded("deflate, gzip , identity", new Dribble(gzip(zlib(text)))), text))
    val both = Seq("Content-Encoding" -> "gzip", "content-encoding" -> "ZSTD")
    val body = ContentCoding.decode(both, new Dribble(zstd(gzip(text)))).fold(e => fail(e.text), identity)
    assert(Arrays.equals(body.readAllBytes(), text))
    def error(header: String) = ContentCoding
      .decode(Seq("content-encoding" -> header), new Dribble(text))
      .fold(identity, _ => fail(header))
    assert(error("br").message.contains("\"br\"") && error("gzip, br").hint.contains("Accept-Encoding"))
    assert(error("gzip,gzip,gzip,gzip").message.contains("more than 3 times"))
  }

  test("a zstd window above the limit of HTTP is refused, because it would use that much memory") {
    val out = new ByteArrayOutputStream
    val zip = new ZstdOutputStream(out).setLong(27)
    (1 to 20).foreach(_ => zip.write(Array.fill(1 << 20)('x'.toByte)))
    zip.close()
    intercept[BrokenBody](decoded("zstd", new ByteArrayInputStream(out.toByteArray)))
  }
}

object ContentCodingSuite {
  def gzip(bytes: Array[Byte]): Array[Byte] = written(bytes)(new GZIPOutputStream(_))
  def zlib(bytes: Array[Byte]): Array[Byte] = written(bytes)(new DeflaterOutputStream(_))
  def raw(bytes: Array[Byte]): Array[Byte] = written(bytes)(new DeflaterOutputStream(_, new Deflater(9, true)))
  def zstd(bytes: Array[Byte]): Array[Byte] = Zstd.compress(bytes)

  /** The name, the header, and the function that encodes. */
  val coded: Seq[(String, String, Array[Byte] => Array[Byte])] = Seq(
    ("gzip", "gzip", gzip),
    ("zlib", "deflate", zlib),
    ("bare deflate", "deflate", raw),
    ("zstd", "zstd", zstd)
  )

  def written(bytes: Array[Byte])(to: ByteArrayOutputStream => java.io.OutputStream): Array[Byte] = {
    val out = new ByteArrayOutputStream
    val zip = to(out)
    zip.write(bytes)
    zip.close()
    out.toByteArray
  }
}
