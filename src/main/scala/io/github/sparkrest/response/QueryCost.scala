// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import io.github.sparkrest.options.values.FieldPath

/** The cost of a GraphQL query in points, as Shopify reports it in `extensions.cost`. The points come back with time. */
private[sparkrest] object QueryCost {
  val path: FieldPath = FieldPath(List("extensions", "cost"))
  private val MostMillis = 24L * 3600 * 1000

  /** Until there are enough points for the same query again; `None`: there are enough. */
  def waitMs(envelope: Envelope): Option[Long] = for {
    cost <- envelope(path).map(_.hcursor)
    status = cost.downField("throttleStatus")
    needed <- cost.get[Double]("requestedQueryCost").toOption
    left <- status.get[Double]("currentlyAvailable").toOption
    perSecond <- status.get[Double]("restoreRate").toOption
    if perSecond > 0 && left < needed
  } yield math.min(math.ceil((needed - left) / perSecond * 1000), MostMillis.toDouble).toLong
}
