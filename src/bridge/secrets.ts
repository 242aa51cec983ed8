import { createHmac, hash, timingSafeEqual } from 'node:crypto'

/** A secret and, while it is being changed, the one before it. Empty is the same as not configured. */
export interface Secret {
  readonly current: string | undefined
  readonly previous: string | undefined
}

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer')

function known({ current, previous }: Secret): string[] {
  return current ? [current, ...(previous ? [previous] : [])] : []
}

/** Compares hashes, and always all of them, so that time tells nothing of contents, lengths or which one it was. */
function isOneOf(text: string, digests: readonly Buffer[]): boolean {
  const digest = sha256(text)
  return digests.map(each => timingSafeEqual(each, digest)).includes(true)
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
  const digests = known(secret).map(sha256)
  return digests.length > 0 ? key => isOneOf(key, digests) : null
}

/**
 * Whether a signature is that of these bytes: HMAC-SHA1 in hex, as Segment's `X-Signature` holds it. Null: no
 * signing secret is configured. https://segment.com/docs/connections/destinations/catalog/webhooks/
 */
export function signatureCheck(secret: Secret): ((signature: string, bytes: Buffer) => boolean) | null {
  const keys = known(secret)
  if (keys.length === 0) return null
  return (signature, bytes) => {
    const right = keys.map(key => sha256(createHmac('sha1', key).update(bytes).digest('hex')))
    return isOneOf(signature.toLowerCase(), right)
  }
}
