// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector;

import io.github.sparkrest.connector.session.SparkLine;
import java.util.Map;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * What Spark finds for {@code format("rest")}: checks that this jar is for the running Spark, then hands over to
 * {@link RestTableProvider}. In Java, and without Scala's collections, because Scala code of one line ends in a
 * NoSuchMethodError on the other before it can say anything.
 */
public final class RestSource implements TableProvider, DataSourceRegister {
  private RestTableProvider provider;

  @Override
  public String shortName() {
    return "rest";
  }

  /** A schema of the user's is taken as it is. */
  @Override
  public boolean supportsExternalMetadata() {
    return true;
  }

  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    return checked().inferSchema(options);
  }

  @Override
  public Table getTable(StructType schema, Transform[] partitioning, Map<String, String> properties) {
    return checked().getTable(schema, properties);
  }

  private RestTableProvider checked() {
    if (provider == null) {
      SparkLine.checkThisJar();
      provider = new RestTableProvider();
    }
    return provider;
  }
}
