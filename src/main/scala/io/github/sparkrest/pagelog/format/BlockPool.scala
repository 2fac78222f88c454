// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import java.lang.ref.SoftReference
import java.util.concurrent.ConcurrentLinkedDeque

import scala.annotation.tailrec

/** Blocks that nobody uses now. Their memory is used again instead of being allocated, zeroed and moved by the garbage collector:
  * at full speed that would be a gigabyte in some seconds. One pool per JVM; the collector may take its blocks if memory is
  * short.
  */
private[sparkrest] object BlockPool {
  private val free = new ConcurrentLinkedDeque[SoftReference[RecordBlock]]

  /** An empty block of [[PageFile.BlockBytes]]. */
  @tailrec def take(): RecordBlock = {
    val reference = free.pollFirst()
    if (reference == null) new RecordBlock(PageFile.BlockBytes)
    else {
      val block = reference.get()
      if (block == null) take() else block
    }
  }

  /** An empty block with room for so many bytes. */
  def take(bytes: Int): RecordBlock = if (bytes <= PageFile.BlockBytes) take() else new RecordBlock(bytes)

  /** The caller, and whoever got the block from the caller, must not use it any more. */
  def give(block: RecordBlock): Unit = if (block.bytes.length == PageFile.BlockBytes) {
    block.truncate(0)
    free.addFirst(new SoftReference(block))
  }
}
