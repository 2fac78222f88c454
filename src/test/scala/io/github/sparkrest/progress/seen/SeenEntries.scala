// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import java.nio.charset.StandardCharsets.UTF_8

/** Files of records seen, by entries as objects. */
object SeenEntries {
  implicit final class InStore(store: SeenStore) {

    /** @param entries sorted, each identity once */
    def writeAll(entries: Iterator[SeenEntry]): SeenFile = store
      .write { w =>
        entries.foreach(e => w.add(e.high, e.low, e.seen.count, e.seen.rank, e.seen.key.getBytes(UTF_8)))
      }
      .getOrElse(throw new IllegalArgumentException("no entries"))

    def readAll(file: SeenFile): Vector[SeenEntry] = store.cursor(file).entries.toVector

    /** 0: it is not in the file. */
    def countOf(file: SeenFile, entry: SeenEntry): Int = store.find(file, entry.high, entry.low).fold(0)(_.count)
  }
}
