import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads topics with Kafka's own client, read_committed, and Avro with Avro's own library, so that no fault of the
 * clients that the product is made of can hide itself. Prints one JSON object a line.
 *
 * java -cp … ReadTopics.java BROKERS TOPIC[,TOPIC…] [option=value…]
 *   until=end | closed   to the ends as they are at the start (default), or on until standard input is closed, and
 *                        then to the ends as they are at that time
 *   registry=URL         the values are Avro in the Confluent wire format: prints them as JSON, by the schema that
 *                        the registry has for their id
 *   values=no            leaves the values out
 *   group=GROUP          prints what the group has committed, too
 */
public final class ReadTopics {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Base64.Encoder BASE64 = Base64.getEncoder();
  private static final PrintStream OUT = new PrintStream(System.out, false);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Map<Integer, GenericDatumReader<GenericRecord>> READERS = new HashMap<>();

  public static void main(String[] args) throws Exception {
    Map<String, String> options = new HashMap<>();
    for (int i = 2; i < args.length; i++) options.put(args[i].split("=", 2)[0], args[i].split("=", 2)[1]);
    List<String> topics = List.of(args[1].split(","));
    try (var consumer = consumer(args[0], "read_committed"); var plain = consumer(args[0], "read_uncommitted")) {
      List<TopicPartition> partitions = partitionsOf(consumer, topics);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      if ("closed".equals(options.get("until"))) {
        Thread closing = untilClosed();
        while (closing.isAlive()) printAll(consumer, options);
      }
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        printAll(consumer, options);
      }
      Map<TopicPartition, Long> highWatermarks = plain.endOffsets(partitions);
      for (TopicPartition partition : partitions) {
        print(Map.of("end", partition.topic(), "partition", partition.partition(),
            "lastStableOffset", ends.get(partition), "highWatermark", highWatermarks.get(partition)));
      }
    }
    if (options.containsKey("group")) printCommitted(args[0], options.get("group"));
    OUT.flush();
  }

  private static KafkaConsumer<byte[], byte[]> consumer(String brokers, String isolation) {
    Properties config = new Properties();
    config.put("bootstrap.servers", brokers);
    config.put("isolation.level", isolation);
    config.put("enable.auto.commit", "false");
    config.put("max.poll.records", "5000");
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static List<TopicPartition> partitionsOf(KafkaConsumer<?, ?> consumer, List<String> topics) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : topics) {
      consumer.partitionsFor(topic).forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    return partitions;
  }

  /** Lives until standard input is closed, as when whoever started this is gone. */
  private static Thread untilClosed() {
    Thread closing = new Thread(() -> {
      try {
        System.in.transferTo(OutputStream.nullOutputStream());
      } catch (IOException gone) {
        // As good as closed.
      }
    });
    closing.setDaemon(true);
    closing.start();
    return closing;
  }

  private static void printAll(KafkaConsumer<byte[], byte[]> consumer, Map<String, String> options) throws Exception {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("topic", record.topic());
      line.put("partition", record.partition());
      line.put("offset", record.offset());
      line.put("timestamp", record.timestamp());
      line.put("key", record.key() == null ? null : BASE64.encodeToString(record.key()));
      Map<String, String> headers = new TreeMap<>();
      for (Header header : record.headers()) {
        headers.put(header.key(), header.value() == null ? null : new String(header.value(), "UTF-8"));
      }
      line.put("headers", headers);
      if (options.containsKey("registry")) line.put("event", decode(record.value(), options.get("registry")));
      else if (!"no".equals(options.get("values"))) {
        line.put("value", record.value() == null ? null : BASE64.encodeToString(record.value()));
      }
      print(line);
    }
    OUT.flush();
  }

  private static Object decode(byte[] value, String registry) throws Exception {
    ByteBuffer bytes = ByteBuffer.wrap(value);
    if (bytes.get() != 0) throw new IOException("Not in the Confluent wire format: the first byte is not 0");
    int id = bytes.getInt();
    var reader = READERS.get(id);
    if (reader == null) {
      var request = HttpRequest.newBuilder(URI.create(registry + "/schemas/ids/" + id)).build();
      String answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
      String schema = JSON.readTree(answer).get("schema").asText();
      reader = new GenericDatumReader<>(new Schema.Parser().parse(schema));
      READERS.put(id, reader);
    }
    var decoder = DecoderFactory.get().binaryDecoder(value, bytes.position(), bytes.remaining(), null);
    GenericRecord event = reader.read(null, decoder);
    if (!decoder.isEnd()) throw new IOException("Bytes are left behind the record");
    return JSON.readTree(event.toString());
  }

  private static void printCommitted(String brokers, String group) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
      var committed = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
      for (var entry : committed.entrySet()) {
        print(Map.of("committed", entry.getKey().topic(), "partition", entry.getKey().partition(),
            "offset", entry.getValue().offset(), "metadata", entry.getValue().metadata()));
      }
    }
  }

  private static void print(Map<String, ?> line) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    JSON.writeValue(text, line);
    text.write('\n');
    text.writeTo(OUT);
  }
}
