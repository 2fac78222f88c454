// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Bytes of JSON, eight at a time. In Java, because Scala 2.12 boxes the arguments of a {@link VarHandle}.
 *
 * <p>A word is a {@code long} of eight bytes, the first one in the lowest bits. Every access is checked against the
 * bounds of the array.
 */
public final class Words {
  private Words() {}

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle HALF =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;
  private static final long TWOS = ONES * 2;
  private static final long BACKSLASHES = ONES * '\\';
  private static final long ABOVE_BLANKS = ONES * '!';
  private static final long LINE_FEEDS = ONES * '\n';
  private static final long ZEROS = ONES * '0';

  /** The word at {@code i}. */
  public static long get(byte[] bytes, int i) {
    return (long) WORD.get(bytes, i);
  }

  /** The four bytes at {@code i}, the first one in the lowest bits. */
  public static int half(byte[] bytes, int i) {
    return (int) HALF.get(bytes, i);
  }

  /**
   * The high bit of each byte that ends a plain part of a string: a quote, a backslash or a control character. Only the
   * lowest bit is reliable, because a match may borrow from the bytes above it. Without a match the result is 0.
   */
  public static long special(long word) {
    // ^ 2 makes 0x20 of a quote, and leaves control characters below that and all others above.
    return ((word ^ TWOS) - ABOVE_BLANKS | (word ^ BACKSLASHES) - ONES) & ~word & HIGHS;
  }

  private static long zeros(long word) {
    return (word - ONES) & ~word;
  }

  /** How many digits the word begins with: 0 to 8. */
  public static int digits(long word) {
    long value = word ^ ZEROS;
    // A byte that is not a digit may carry into higher bytes, which no longer count then.
    long others = (value + 0x7676767676767676L | value) & HIGHS;
    return Long.numberOfTrailingZeros(others) >>> 3;
  }

  /** The number that the first {@code digits} bytes of a word spell: 1 to 8. */
  public static long parse(long word, int digits) {
    // Zeros in front.
    return parseEight((word << (64 - 8 * digits)) | (0x0030303030303030L >>> (8 * digits - 8)));
  }

  /** The number that eight digits spell. */
  private static long parseEight(long word) {
    long pairs = (word - ZEROS) * 10 + ((word - ZEROS) >>> 8);
    long high = (pairs & 0x000000FF000000FFL) * (100 + (1000000L << 32));
    long low = ((pairs >>> 16) & 0x000000FF000000FFL) * (1 + (10000L << 32));
    return (high + low) >>> 32;
  }

  /** The first quote, backslash or control character in {@code [from, stop)}; {@code stop} without one. */
  public static int plainEnd(byte[] bytes, int from, int stop) {
    int i = from;
    int lastWord = bytes.length - 8;
    // A word may reach beyond `stop`, so that a short string needs no loop over its bytes.
    while (i < stop && i <= lastWord) {
      long ends = special(get(bytes, i));
      if (ends != 0) return Math.min(stop, i + (Long.numberOfTrailingZeros(ends) >>> 3));
      i += 8;
    }
    while (i < stop && !endsPlain(bytes[i])) i++;
    return Math.min(i, stop);
  }

  private static boolean endsPlain(byte b) {
    return b == '"' || b == '\\' || b >= 0 && b < ' ';
  }

  /** The first line feed in {@code [from, stop)}; {@code stop} without one. */
  public static int lineEnd(byte[] bytes, int from, int stop) {
    int i = from;
    int lastWord = bytes.length - 8;
    while (i < stop && i <= lastWord) {
      long ends = zeros(get(bytes, i) ^ LINE_FEEDS) & HIGHS;
      if (ends != 0) return Math.min(stop, i + (Long.numberOfTrailingZeros(ends) >>> 3));
      i += 8;
    }
    while (i < stop && bytes[i] != '\n') i++;
    return Math.min(i, stop);
  }

  /** Whether {@code [from, to)} is UTF-8 by RFC 3629: no surrogates, nothing overlong, nothing beyond U+10FFFF. */
  public static boolean utf8(byte[] bytes, int from, int to) {
    int i = from;
    while (i >= 0 && i < to) {
      if (bytes[i] >= 0) {
        i++;
        while (i + 8 <= to && (get(bytes, i) & HIGHS) == 0) i += 8;
      } else {
        i = afterCharacter(bytes, i, to);
      }
    }
    return i >= 0;
  }

  /** One past the character of several bytes at {@code i}; -1: it is malformed. */
  private static int afterCharacter(byte[] bytes, int i, int to) {
    int first = bytes[i] & 0xff;
    int length = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (length == 0 || i + length > to) return -1;
    int second = bytes[i + 1] & 0xff;
    // RFC 3629 §4: these bounds of the second byte exclude overlong forms, surrogates and values that are too large.
    int lowest = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    int highest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    boolean valid = second >= lowest && second <= highest;
    for (int k = 2; k < length; k++) valid &= (bytes[i + k] & 0xc0) == 0x80;
    return valid ? i + length : -1;
  }
}
