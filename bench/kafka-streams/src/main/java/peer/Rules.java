package peer;

import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the rules need to know of times, numbers and course keys. */
final class Rules {
  static final Set<String> CHANNELS = Set.of("mobile");
  static final Set<String> ACTIONS = Set.of("track", "screen");
  /** Of an event's own context, what has a field of its own or is taken out. */
  static final Set<String> ELSEWHERE = Set.of(
      "client", "course_id", "org_id", "user_id", "received_at", "path", "username", "session", "ip", "agent", "host", "client_id");
  static final long NONE = Long.MIN_VALUE;

  private static final int COURSES_KEPT = 10_000;
  private static final Pattern PLUS = Pattern.compile("(?:course-v1|library-v1|ccx-v1):([\\w\\-~.:]+)\\+.*");
  private static final Pattern SLASH = Pattern.compile("([\\w\\-~.:]+)/[\\w\\-~.:]+/[\\w\\-~.:]+");

  private final Map<String, Optional<String>> organisations = new LinkedHashMap<>(256, 0.75f, true) {
    @Override protected boolean removeEldestEntry(Map.Entry<String, Optional<String>> eldest) {
      return size() > COURSES_KEPT;
    }
  };

  /** The organisation of a course key. */
  Optional<String> organisation(String course) {
    return organisations.computeIfAbsent(course, key -> {
      Matcher plus = PLUS.matcher(key), slash = SLASH.matcher(key);
      if (plus.matches()) return Optional.of(plus.group(1));
      return slash.matches() ? Optional.of(slash.group(1)) : Optional.empty();
    });
  }

  /** "%Y-%m-%dT%H:%M:%S.%fZ" as microseconds since the epoch, or NONE. */
  static long time(byte[] b, int from, int to) {
    int length = to - from;
    if (length < 22 || length > 27 || b[from + 19] != '.' || b[to - 1] != 'Z') return NONE;
    if (b[from + 4] != '-' || b[from + 7] != '-' || b[from + 10] != 'T' || b[from + 13] != ':' || b[from + 16] != ':') return NONE;
    int year = digits(b, from, 4), month = digits(b, from + 5, 2), day = digits(b, from + 8, 2);
    int hour = digits(b, from + 11, 2), minute = digits(b, from + 14, 2), second = digits(b, from + 17, 2);
    int places = length - 21, micros = digits(b, from + 20, places);
    if (year < 1 || month < 1 || month > 12 || day < 1 || hour < 0 || minute < 0 || second < 0 || micros < 0) return NONE;
    if (hour > 23 || minute > 59 || second > 59 || day > 28 && day > LocalDate.of(year, month, 1).lengthOfMonth()) return NONE;
    for (; places < 6; places++) micros *= 10;
    long seconds = LocalDate.of(year, month, day).toEpochDay() * 86_400 + hour * 3_600 + minute * 60 + second;
    return seconds * 1_000_000 + micros;
  }

  /** A user id in plain decimal, or NONE. */
  static long number(byte[] b, int from, int to) {
    if (to - from < 1 || to - from > 15) return NONE;
    long value = 0;
    for (int i = from; i < to; i++) {
      if (b[i] < '0' || b[i] > '9') return NONE;
      value = value * 10 + b[i] - '0';
    }
    return value;
  }

  private static int digits(byte[] b, int from, int count) {
    int value = 0;
    for (int i = from; i < from + count; i++) {
      if (b[i] < '0' || b[i] > '9') return -1;
      value = value * 10 + b[i] - '0';
    }
    return value;
  }
}
