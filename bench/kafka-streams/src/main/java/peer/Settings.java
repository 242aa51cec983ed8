package peer;

/** From the environment. */
record Settings(
    String brokers, String raw, String output, String errors, String group, String version, int schemaId,
    String database, String user, String password, String threads, String commitMs, String compression, String stateDirectory,
    String lingerMs, String pollMs) {

  static Settings read() {
    return new Settings(
        env("BROKERS"), env("RAW_TOPIC"), env("OUTPUT_TOPIC"), env("ERROR_TOPIC"), env("GROUP"), env("VERSION"),
        Integer.parseInt(env("SCHEMA_ID")), env("DATABASE_JDBC"), env("DATABASE_USER"), env("DATABASE_PASSWORD"),
        env("THREADS"), env("COMMIT_MS"), env("COMPRESSION"), env("STATE_DIRECTORY"),
        env("LINGER_MS"), env("POLL_MS"));
  }

  private static String env(String name) {
    String value = System.getenv(name);
    if (value == null) throw new IllegalArgumentException(name + " is not set");
    return value;
  }
}
