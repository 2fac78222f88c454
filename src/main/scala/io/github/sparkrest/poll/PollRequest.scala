// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.pagelog.Endpoint
import io.github.sparkrest.progress.Progress

/** One poll of an endpoint, as the scheduler requests it from a task. */
final case class PollRequest(endpoint: Endpoint, state: Progress, limits: TaskBudget)
