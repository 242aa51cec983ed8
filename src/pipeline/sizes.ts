const HEADROOM_BYTES = 64 * 1024

/**
 * `max.message.bytes` of the three topics: what the bridge accepts can be stored, and what is rejected can be
 * stored again with its reason. An event may grow in translation, but not to twice its size in practice; one
 * that does is rejected as `record_too_large`.
 */
export const topicSizes = (maxBodyBytes: number) => {
  const raw = maxBodyBytes + HEADROOM_BYTES
  return { raw, errors: raw + HEADROOM_BYTES, output: 2 * raw }
}
