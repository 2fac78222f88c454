// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.session;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.source.Source;

/** Numbers in the metrics system of the driver, from where its sinks read them. In Java, as {@link SessionArtifacts}. */
public final class DriverGauges {
  private DriverGauges() {}

  /**
   * @param name unique in the application
   * @param numbers called on threads of sinks; NaN if a number is not known
   * @return removes the numbers
   */
  public static Runnable register(String name, Map<String, DoubleSupplier> numbers) {
    MetricRegistry registry = new MetricRegistry();
    numbers.forEach((number, read) -> registry.register(number, (Gauge<Double>) read::getAsDouble));
    // Scala would look up the type if a signature named it, and reject it.
    Source source =
        new Source() {
          @Override
          public String sourceName() {
            return name;
          }

          @Override
          public MetricRegistry metricRegistry() {
            return registry;
          }
        };
    SparkEnv.get().metricsSystem().registerSource(source);
    return () -> {
      // The application may have ended before the query.
      if (SparkEnv.get() != null) SparkEnv.get().metricsSystem().removeSource(source);
    };
  }
}
