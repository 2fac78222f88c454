// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows;

import org.apache.spark.sql.catalyst.json.JSONOptions;
import org.apache.spark.sql.catalyst.json.JacksonParser;
import org.apache.spark.sql.catalyst.util.ParseMode;
import org.apache.spark.sql.sources.Filter;
import org.apache.spark.sql.types.StructType;
import scala.collection.immutable.List;

/**
 * What Spark's JSON parser is made with. In Java because Spark 3.5 declares JSONOptions {@code private[sql]}, which Scala obeys
 * and the JVM does not know; for the same reason no signature here names that class.
 */
final class SparkJson {
  private SparkJson() {}

  /** The name under which a bad record is kept: the option's, or else the session's. */
  static String corruptColumn(JsonRowSettings settings) {
    return new JSONOptions(settings.options(), settings.timeZone(), settings.corruptColumn()).columnNameOfCorruptRecord();
  }

  static ParseMode mode(JsonRowSettings settings) {
    return new JSONOptions(settings.options(), settings.timeZone(), settings.corruptColumn()).parseMode();
  }

  /** @param noFilters the empty list: its type fits the constructors of Spark 3.5 and 4 alike */
  static JacksonParser parser(StructType schema, JsonRowSettings settings, List<Filter> noFilters) {
    return new JacksonParser(schema, new JSONOptions(settings.options(), settings.timeZone(), settings.corruptColumn()), true, noFilters);
  }
}
