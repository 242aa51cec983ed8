package peer;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** A raw record to a tracking event or an explained rejection, with the product's own headers. */
final class Translate implements Processor<byte[], byte[], byte[], byte[]> {
  /** Of the record in hand: the sinks write to the same partition. */
  static final ThreadLocal<int[]> PARTITION = ThreadLocal.withInitial(() -> new int[1]);

  private static final byte[] SPEC = utf8("1.0"), TYPE = utf8("edx.tracking.event.v1"), AVRO = utf8("application/avro"), ZERO = utf8("0");

  private final Settings settings;
  private final Translator translator;
  private final byte[] topic, source, group, version;
  private ProcessorContext<byte[], byte[]> context;
  private int partition;
  private byte[] partitionText;

  Translate(Settings settings, Map<Long, byte[]> users) {
    this.settings = settings;
    translator = new Translator(users, settings.schemaId());
    topic = utf8(settings.raw());
    source = utf8("segment-to-edx/" + settings.raw());
    group = utf8(settings.group());
    version = utf8(settings.version());
  }

  @Override public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    partition = context.taskId().partition();
    partitionText = utf8(Integer.toString(partition));
  }

  @Override public void process(Record<byte[], byte[]> record) {
    String offset = Long.toString(context.recordMetadata().get().offset());
    Header path = record.headers().lastHeader("webhook-path"), host = record.headers().lastHeader("webhook-host");
    translator.translate(
        record.value(), path == null ? null : path.value(), host == null ? null : host.value(),
        settings.raw() + '-' + partition + '-' + offset);
    PARTITION.get()[0] = partition;
    if (translator.reason == null)
      context.forward(new Record<>(record.key(), translator.value, record.timestamp(), emitted(utf8(offset))), "output");
    else if (!translator.reason.isIgnored)
      context.forward(record.withHeaders(rejected(record, utf8(offset), translator.reason)), "errors");
  }

  private Headers emitted(byte[] offset) {
    RecordHeaders headers = new RecordHeaders();
    headers.add("ce_specversion", SPEC);
    headers.add("ce_id", utf8(translator.id));
    headers.add("ce_type", TYPE);
    headers.add("ce_source", source);
    headers.add("content-type", AVRO);
    headers.add("source-partition", partitionText);
    headers.add("source-offset", offset);
    return headers;
  }

  private Headers rejected(Record<byte[], byte[]> record, byte[] offset, Reason reason) {
    RecordHeaders headers = new RecordHeaders(record.headers());
    headers.add("__streams.errors.exception", reason.code);
    headers.add("__streams.errors.message", reason.message);
    headers.add("__streams.errors.topic", topic);
    headers.add("__streams.errors.partition", partitionText);
    headers.add("__streams.errors.offset", offset);
    headers.add("segedx.error.reason", reason.code);
    headers.add("segedx.error.stage", reason.stage);
    headers.add("segedx.error.group", group);
    headers.add("segedx.error.version", version);
    headers.add("segedx.error.replay-count", ZERO);
    headers.add("segedx.error.first-topic", topic);
    headers.add("segedx.error.first-partition", partitionText);
    headers.add("segedx.error.first-offset", offset);
    headers.add("segedx.error.first-timestamp", utf8(Long.toString(record.timestamp())));
    return headers;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
