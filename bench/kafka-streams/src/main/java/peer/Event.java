package peer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** One pass over an event with Jackson's streaming parser, which builds no tree: it leaves where the values are. */
final class Event {
  final Span properties = new Span(), action = new Span(), client = new Span(), userId = new Span();
  final Span timestamp = new Span(), receivedAt = new Span(), messageId = new Span(), agent = new Span();
  final Span source = new Span(), context = new Span(), eventType = new Span(), name = new Span();
  final Span page = new Span(), ip = new Span(), event = new Span();
  /** The members of `properties.context`, in their order. */
  Span[] overlay = new Span[0];
  String[] overlayNames = new String[0];
  int overlaySize;
  byte[] bytes;

  private static final Map<String, Span> NOTHING = Map.of();
  private final JsonFactory json = new JsonFactoryBuilder().build();
  private final Map<String, Span> inRoot = Map.of(
      "properties", properties, "action", action, "context", client, "userId", userId,
      "timestamp", timestamp, "receivedAt", receivedAt, "messageId", messageId);
  private final Map<String, Span> inProperties = Map.of(
      "event_source", source, "context", context, "event_type", eventType, "name", name, "page", page, "ip", ip, "event", event);
  private final Map<String, Span> inClient = Map.of("userAgent", agent);
  private final Span[] all = {
    properties, action, client, userId, timestamp, receivedAt, messageId, agent, source, context, eventType, name, page, ip, event
  };

  /** False: it is JSON, but no object. Throws where it is not JSON. */
  boolean read(byte[] value) throws IOException {
    bytes = value;
    overlaySize = 0;
    for (Span span : all) span.clear();
    try (JsonParser parser = json.createParser(value)) {
      JsonToken token = parser.nextToken();
      if (token == null) throw new IOException("empty");
      boolean isObject = token == JsonToken.START_OBJECT;
      if (isObject) members(parser, inRoot);
      else parser.skipChildren();
      if (parser.nextToken() != null) throw new IOException("something behind it");
      return isObject;
    }
  }

  private void members(JsonParser parser, Map<String, Span> wanted) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      Span span = wanted.get(parser.currentName());
      JsonToken token = parser.nextToken();
      if (span == null) parser.skipChildren();
      else value(parser, token, span);
    }
  }

  private void value(JsonParser parser, JsonToken token, Span span) throws IOException {
    span.kind = token;
    span.start = (int) parser.currentTokenLocation().getByteOffset();
    if (token == JsonToken.START_OBJECT) {
      if (span == context) overlay(parser);
      else members(parser, span == properties ? inProperties : span == client ? inClient : NOTHING);
    } else if (token == JsonToken.START_ARRAY) parser.skipChildren();
    else if (token.isNumeric()) {
      span.end = span.start + parser.getTextLength();
      return;
    } else parser.finishToken();
    span.end = (int) parser.currentLocation().getByteOffset();
  }

  private void overlay(JsonParser parser) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      if (overlaySize == overlay.length) {
        overlayNames = Arrays.copyOf(overlayNames, overlaySize + 8);
        overlay = Arrays.copyOf(overlay, overlaySize + 8);
        for (int i = overlaySize; i < overlay.length; i++) overlay[i] = new Span();
      }
      overlayNames[overlaySize] = parser.currentName();
      value(parser, parser.nextToken(), overlay[overlaySize++]);
    }
  }

  /** The last of that name counts. */
  Span overlaid(String wanted) {
    for (int i = overlaySize - 1; i >= 0; i--) if (overlayNames[i].equals(wanted)) return overlay[i];
    return null;
  }

  /** Python's bool(). */
  boolean isTruthy(Span span) {
    if (span == null || span.kind == null) return false;
    return switch (span.kind) {
      case VALUE_STRING, START_OBJECT, START_ARRAY -> span.end - span.start > 2;
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Double.parseDouble(source(span)) != 0;
      default -> span.kind == JsonToken.VALUE_TRUE;
    };
  }

  boolean isPlain(Span string) {
    for (int i = string.start + 1; i < string.end - 1; i++) if (bytes[i] == '\\') return false;
    return true;
  }

  String text(Span string) {
    if (isPlain(string)) return new String(bytes, string.start + 1, string.end - string.start - 2, StandardCharsets.UTF_8);
    try (JsonParser parser = json.createParser(bytes, string.start, string.end - string.start)) {
      parser.nextToken();
      return parser.getText();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  String source(Span span) {
    return new String(bytes, span.start, span.end - span.start, StandardCharsets.UTF_8);
  }
}
