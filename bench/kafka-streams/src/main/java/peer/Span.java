package peer;

import com.fasterxml.jackson.core.JsonToken;

/** Where a value lies in the bytes of its event: nothing is decoded before it is asked for. */
final class Span {
  /** Null: the event has no such value. */
  JsonToken kind;
  /** Of a string: with its quotes. */
  int start, end;

  void clear() {
    kind = null;
  }

  boolean isThere() {
    return kind != null;
  }

  boolean isString() {
    return kind == JsonToken.VALUE_STRING;
  }

  boolean isObject() {
    return kind == JsonToken.START_OBJECT;
  }
}
