/** A name or an address, at most as long as a name can be (RFC 1035), and an optional port. */
const HOST = /^(\[[\da-f:.]+\]|[^\s:/?#@[\]]{1,253})(?::\d*)?$/i

/** The Host header without its port; an IPv6 address keeps its brackets. Null: it holds no host. */
export function hostWithoutPort(header: string | undefined): string | null {
  return HOST.exec(header ?? '')?.[1] ?? null
}
