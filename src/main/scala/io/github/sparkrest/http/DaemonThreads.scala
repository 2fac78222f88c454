// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.util.concurrent.ThreadFactory

/** Threads that do not keep the JVM alive. */
final class DaemonThreads(name: String) extends ThreadFactory {
  def newThread(task: Runnable): Thread = {
    val thread = new Thread(task, name)
    thread.setDaemon(true)
    thread
  }
}
