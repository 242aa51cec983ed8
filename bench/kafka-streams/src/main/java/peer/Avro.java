package peer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Avro's binary encoding into one buffer that is used again and again. */
final class Avro {
  private byte[] out = new byte[1 << 14];
  private int size;

  void begin(int schemaId) {
    size = 0;
    room(5);
    out[size++] = 0;
    for (int shift = 24; shift >= 0; shift -= 8) out[size++] = (byte) (schemaId >>> shift);
  }

  byte[] end() {
    return Arrays.copyOf(out, size);
  }

  void number(long value) {
    room(10);
    long zigzag = value << 1 ^ value >> 63;
    while ((zigzag & ~0x7fL) != 0) {
      out[size++] = (byte) (zigzag & 0x7f | 0x80);
      zigzag >>>= 7;
    }
    out[size++] = (byte) zigzag;
  }

  void bytes(byte[] value) {
    slice(value, 0, value.length);
  }

  void text(String value) {
    bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  void slice(byte[] from, int start, int end) {
    number(end - start);
    put(from, start, end);
  }

  /** Without a length before it. */
  void put(byte[] from, int start, int end) {
    room(end - start);
    System.arraycopy(from, start, out, size, end - start);
    size += end - start;
  }

  void put(char c) {
    room(1);
    out[size++] = (byte) c;
  }

  /** Which branch of [null, string] follows. */
  void isThere(boolean there) {
    put(there ? (char) 2 : (char) 0);
  }

  private void room(int bytes) {
    if (out.length - size < bytes) out = Arrays.copyOf(out, Math.max(out.length * 2, size + bytes));
  }
}
