package peer;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;

/** The product's job on Kafka Streams, exactly once. It runs until SIGTERM. */
public final class Main {
  private static final int MOST_PARTITIONS = 1_000;

  public static void main(String[] args) throws Exception {
    Settings settings = Settings.read();
    KafkaStreams streams = new KafkaStreams(topology(settings, users(settings)), config(settings));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(10))));
    streams.start();
  }

  private static Topology topology(Settings settings, Map<Long, byte[]> users) {
    List<Optional<Set<Integer>>> partitions =
        IntStream.range(0, MOST_PARTITIONS).mapToObj(p -> Optional.of(Set.of(p))).toList();
    StreamPartitioner<byte[], byte[]> same = (topic, key, value, count) -> partitions.get(Translate.PARTITION.get()[0] % count);
    var bytes = Serdes.ByteArray();
    return new Topology()
        .addSource("raw", bytes.deserializer(), bytes.deserializer(), settings.raw())
        .addProcessor("translate", () -> new Translate(settings, users), "raw")
        .addSink("output", settings.output(), bytes.serializer(), bytes.serializer(), same, "translate")
        .addSink("errors", settings.errors(), bytes.serializer(), bytes.serializer(), same, "translate");
  }

  /** What was fastest of what was tried: see docs/performance.md. */
  private static Properties config(Settings settings) {
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.group());
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, settings.brokers());
    config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
    config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, settings.commitMs());
    config.put(StreamsConfig.POLL_MS_CONFIG, settings.pollMs());
    config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, "1");
    config.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateDirectory());
    config.put("consumer.auto.offset.reset", "earliest");
    config.put("consumer.max.poll.records", "3000");
    config.put("consumer.max.partition.fetch.bytes", "1048576");
    config.put("producer.linger.ms", settings.lingerMs());
    config.put("producer.batch.size", "262144");
    config.put("producer.buffer.memory", "67108864");
    config.put("producer.compression.type", settings.compression());
    config.put("producer.max.request.size", "16777216");
    return config;
  }

  /** All users, read once before the work begins: cheaper than any cache that fills while it goes on. */
  private static Map<Long, byte[]> users(Settings settings) throws Exception {
    Map<Long, byte[]> users = new HashMap<>();
    try (Connection database = DriverManager.getConnection(settings.database(), settings.user(), settings.password());
        Statement statement = database.createStatement();
        ResultSet rows = statement.executeQuery("SELECT id, username FROM auth_user")) {
      while (rows.next()) users.put(rows.getLong(1), rows.getString(2).getBytes(StandardCharsets.UTF_8));
    }
    return users;
  }
}
