package peer;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Why a record is not emitted, with the product's own texts. */
enum Reason {
  CHANNEL_IGNORED, ACTION_IGNORED,
  MALFORMED_JSON("decode", "The value is not JSON text in UTF-8"),
  NOT_AN_OBJECT("check", "The event is JSON but not an object"),
  PROPERTIES_INVALID("check", "The properties field is not an object"),
  EVENT_SOURCE_INVALID("check", "The properties.event_source field is not a string"),
  ACTION_INVALID("check", "The action field is not a string"),
  CLIENT_CONTEXT_INVALID("check", "The context field is not an object"),
  CONTEXT_INVALID("check", "The properties.context field is neither an object nor a list of pairs"),
  USER_ID_MISSING("check", "Required user_id missing from context"),
  USER_ID_INVALID("check", "Unable to parse userId as an integer"),
  USER_UNKNOWN("resolve", "Specified user does not exist"),
  COURSE_ID_INVALID("translate", "The course_id field of the context is not a string"),
  TIMESTAMP_MISSING("translate", "Required timestamp field not found"),
  TIMESTAMP_INVALID("translate", "The timestamp field is not a time of a form that the rules read"),
  RECEIVED_AT_MISSING("translate", "Required receivedAt field not found"),
  RECEIVED_AT_INVALID("translate", "The receivedAt field is not a time of a form that the rules read"),
  EVENT_TYPE_MISSING("translate", "The event_type field must be specified in the properties dictionary");

  final boolean isIgnored;
  final byte[] code, stage, message;

  Reason() {
    this(null, null);
  }

  Reason(String stage, String message) {
    isIgnored = stage == null;
    code = utf8(name().toLowerCase(Locale.ROOT));
    this.stage = isIgnored ? null : utf8(stage);
    this.message = isIgnored ? null : utf8(message);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
