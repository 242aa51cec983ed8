package peer;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The rules of RULES=seed, and the event as Avro. One a task: it is not safe for use by several threads. */
final class Translator {
  private static final byte[] NO_OBJECT = {'{', '}'};

  private final Map<Long, byte[]> users;
  private final int schemaId;
  private final Event event = new Event();
  private final Avro avro = new Avro();
  private final Rules rules = new Rules();
  private final Map<String, byte[]> quotedNames = new HashMap<>();
  /** Of the last event: why it is not emitted, and whether it is only ignored; else its id and its bytes. */
  Reason reason;
  String id;
  byte[] value;

  Translator(Map<Long, byte[]> users, int schemaId) {
    this.users = users;
    this.schemaId = schemaId;
  }

  void translate(byte[] raw, byte[] path, byte[] host, String place) {
    reason = check(raw);
    if (reason != null) return;
    byte[] username = user == Rules.NONE ? null : users.get(user);
    reason = username == null ? Reason.USER_UNKNOWN : checkRest();
    if (reason != null) return;
    id = event.messageId.isString() && length(event.messageId) > 0 && length(event.messageId) <= 100 ? event.text(event.messageId) : place;
    encode(username, path, host);
  }

  private long user, time, receivedAt;
  private String course;

  private Reason check(byte[] raw) {
    try {
      if (!event.read(raw)) return Reason.NOT_AN_OBJECT;
    } catch (IOException e) {
      return Reason.MALFORMED_JSON;
    }
    if (event.properties.isThere() && !event.properties.isObject()) return Reason.PROPERTIES_INVALID;
    if (!event.isTruthy(event.source)) return Reason.CHANNEL_IGNORED;
    if (!event.source.isString()) return Reason.EVENT_SOURCE_INVALID;
    if (!Rules.CHANNELS.contains(event.text(event.source).toLowerCase(Locale.ROOT))) return Reason.CHANNEL_IGNORED;
    if (!event.isTruthy(event.action)) return Reason.ACTION_IGNORED;
    if (!event.action.isString()) return Reason.ACTION_INVALID;
    if (!Rules.ACTIONS.contains(event.text(event.action).toLowerCase(Locale.ROOT))) return Reason.ACTION_IGNORED;
    if (event.isTruthy(event.client) && !event.client.isObject()) return Reason.CLIENT_CONTEXT_INVALID;
    if (event.context.isThere() && !event.context.isObject()) return Reason.CONTEXT_INVALID;
    if (!event.isTruthy(event.userId)) return Reason.USER_ID_MISSING;
    int quote = event.userId.isString() ? 1 : 0;
    user = Rules.number(event.bytes, event.userId.start + quote, event.userId.end - quote);
    return user == Rules.NONE ? Reason.USER_ID_INVALID : null;
  }

  private Reason checkRest() {
    Span courseId = event.overlaid("course_id");
    course = null;
    if (event.isTruthy(courseId)) {
      if (!courseId.isString()) return Reason.COURSE_ID_INVALID;
      course = event.text(courseId);
    }
    if (!event.timestamp.isThere()) return Reason.TIMESTAMP_MISSING;
    time = timeOf(event.timestamp);
    if (time == Rules.NONE) return Reason.TIMESTAMP_INVALID;
    if (!event.receivedAt.isThere()) return Reason.RECEIVED_AT_MISSING;
    receivedAt = timeOf(event.receivedAt);
    if (receivedAt == Rules.NONE) return Reason.RECEIVED_AT_INVALID;
    return event.eventType.isThere() ? null : Reason.EVENT_TYPE_MISSING;
  }

  private long timeOf(Span span) {
    return span.isString() ? Rules.time(event.bytes, span.start + 1, span.end - 1) : Rules.NONE;
  }

  private static int length(Span string) {
    return string.end - string.start - 2;
  }

  private void encode(byte[] username, byte[] path, byte[] host) {
    Optional<String> organisation = course == null ? Optional.empty() : rules.organisation(course);
    Span client = event.overlaid("client"), ownPath = event.overlaid("path");
    if (client == null && event.isTruthy(event.client)) client = event.client;
    avro.begin(schemaId);
    avro.text(id);
    avro.bytes(username);
    field(event.eventType, null);
    field(event.name, "");
    field(event.source, null);
    avro.number(time);
    avro.number(user);
    field(event.overlaid("course_id"), path == null ? null : "");
    if (organisation.isPresent()) text(organisation.get());
    else field(event.overlaid("org_id"), path == null ? null : "");
    if (ownPath != null) field(ownPath, null);
    else optional(path);
    avro.number(receivedAt);
    avro.isThere(client != null);
    if (client != null) avro.slice(event.bytes, client.start, client.end);
    other();
    field(event.page, null);
    Span ownHost = event.overlaid("host");
    if (ownHost != null) field(ownHost, null);
    else optional(host == null ? new byte[0] : host);
    field(event.agent, "");
    field(event.ip, "");
    if (event.event.isThere()) avro.slice(event.bytes, event.event.start, event.event.end);
    else avro.bytes(NO_OBJECT);
    for (int i = 0; i < 4; i++) avro.isThere(false); // untyped, session, referer, accept_language
    value = avro.end();
  }

  /** A string or null; values of another type do not occur in the benchmark's events. */
  private void field(Span span, String absent) {
    if (span == null || !span.isThere()) {
      if (absent == null) avro.isThere(false);
      else text(absent);
      return;
    }
    avro.isThere(span.isString());
    if (!span.isString()) return;
    if (event.isPlain(span)) avro.slice(event.bytes, span.start + 1, span.end - 1);
    else avro.text(event.text(span));
  }

  private void text(String value) {
    avro.isThere(true);
    avro.text(value);
  }

  private void optional(byte[] value) {
    avro.isThere(value != null);
    if (value != null) avro.bytes(value);
  }

  /** The rest of the event's own context as the text of an object, each value as the sender spelled it. */
  private void other() {
    int length = 1;
    for (int i = 0; i < event.overlaySize; i++)
      if (isOther(i)) length += quoted(event.overlayNames[i]).length + 2 + event.overlay[i].end - event.overlay[i].start;
    avro.isThere(length > 1);
    if (length == 1) return;
    avro.number(length);
    char before = '{';
    for (int i = 0; i < event.overlaySize; i++) {
      if (!isOther(i)) continue;
      byte[] name = quoted(event.overlayNames[i]);
      avro.put(before);
      avro.put(name, 0, name.length);
      avro.put(':');
      avro.put(event.bytes, event.overlay[i].start, event.overlay[i].end);
      before = ',';
    }
    avro.put('}');
  }

  private boolean isOther(int i) {
    return !Rules.ELSEWHERE.contains(event.overlayNames[i]);
  }

  private byte[] quoted(String name) {
    if (quotedNames.size() > 10_000) quotedNames.clear();
    return quotedNames.computeIfAbsent(
        name, n -> ('"' + new String(JsonStringEncoder.getInstance().quoteAsString(n)) + '"').getBytes(StandardCharsets.UTF_8));
  }
}
