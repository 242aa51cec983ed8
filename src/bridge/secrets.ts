import { createHmac, timingSafeEqual } from 'node:crypto'

/** A secret and, while it is being changed, the one before it. Empty is the same as not configured. */
export interface Secret {
  readonly current: string | undefined
  readonly previous: string | undefined
}

function known({ current, previous }: Secret): string[] {
  return current ? [current, ...(previous ? [previous] : [])] : []
}

const LENGTH_BYTES = 4
const LEAST_ROOM_BYTES = 256

/**
 * Whether a text is one of a few. All of them are compared, whole and in slots of one size, so that time tells nothing
 * of contents, lengths or which one it was.
 */
function createComparison(texts: readonly string[]): (text: string) => boolean {
  const room = Math.max(LEAST_ROOM_BYTES, ...texts.map(text => Buffer.byteLength(text)))
  const put = (text: string, slot: Buffer): Buffer => {
    slot.fill(0)
    slot.writeUInt32BE(slot.write(text, LENGTH_BYTES))
    return slot
  }
  const newSlot = () => Buffer.alloc(LENGTH_BYTES + room)
  const slots = texts.map(text => put(text, newSlot()))
  const asked = newSlot()
  return text => {
    if (Buffer.byteLength(text) > room) return false
    put(text, asked)
    return slots.map(slot => timingSafeEqual(slot, asked)).includes(true)
  }
}

type KeyCheck = (key: string) => boolean

/** Asked for a request: whether a text is the secret, as it is at the time. Null: no secret is configured. */
export function keyChecks(secret: Secret): () => KeyCheck | null {
  let seen: Secret = { current: undefined, previous: undefined }
  let check: KeyCheck | null = null
  return () => {
    const { current, previous } = secret
    if (current !== seen.current || previous !== seen.previous) {
      seen = { current, previous }
      check = keyCheck(seen)
    }
    return check
  }
}

function keyCheck(secret: Secret): KeyCheck | null {
  const secrets = known(secret)
  return secrets.length > 0 ? createComparison(secrets) : null
}

/**
 * Whether a signature is that of these bytes: HMAC-SHA1 in hex, as Segment's `X-Signature` holds it. Null: no
 * signing secret is configured. https://segment.com/docs/connections/destinations/catalog/webhooks/
 */
export function signatureCheck(secret: Secret): ((signature: string, bytes: Buffer) => boolean) | null {
  const keys = known(secret)
  if (keys.length === 0) return null
  return (signature, bytes) => {
    const right = keys.map(key => createHmac('sha1', key).update(bytes).digest('hex'))
    return createComparison(right)(signature.toLowerCase())
  }
}
