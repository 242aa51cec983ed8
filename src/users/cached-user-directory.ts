import { LRUCache } from 'lru-cache'
import type { Metrics } from '../observe/metrics.ts'
import type { User } from '../pipeline/shapes.ts'
import type { UserDirectory } from '../ports.ts'

export interface UserCacheOptions {
  /** Known users kept at most; 0: none. */
  readonly max: number
  /** How long each is kept; 0: not at all. */
  readonly ttlMs: number
  readonly metrics?: Metrics
  /** A clock in milliseconds that never goes back; the process's own by default. */
  readonly now?: () => number
}

/**
 * Remembers known users for a while. An unknown id is asked for again each time: a user who has just been made
 * must not stay unknown because somebody asked too early.
 */
export function cachedUserDirectory(
  inner: UserDirectory,
  { max, ttlMs, metrics, now = () => performance.now() }: UserCacheOptions,
): UserDirectory {
  const cache =
    max > 0 && ttlMs > 0
      ? new LRUCache<number, User>({ max, ttl: ttlMs, ttlResolution: 0, perf: { now } })
      : null
  let known = 0
  return {
    known(id) {
      // Without a note that he was asked for, which costs time at each event: each is asked for anew after a while anyway.
      const user = cache?.peek(id)
      if (user !== undefined) known++
      return user
    },

    async find(ids) {
      const users = new Map<number, User>()
      const missing: number[] = []
      for (const id of new Set(ids)) {
        const user = cache?.get(id)
        if (user) users.set(id, user)
        else missing.push(id)
      }
      const hits = users.size
      if (missing.length > 0) {
        for (const [id, user] of await inner.find(missing)) {
          users.set(id, user)
          cache?.set(id, user)
        }
      }
      const found = users.size - hits
      metrics?.count('user_lookups_total', { result: 'cache_hit' }, known + hits)
      known = 0
      metrics?.count('user_lookups_total', { result: 'found' }, found)
      metrics?.count('user_lookups_total', { result: 'unknown' }, missing.length - found)
      return users
    },
  }
}
