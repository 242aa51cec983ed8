import { LRUCache } from 'lru-cache'
import type { Metrics } from '../observe/metrics.ts'
import type { User } from '../pipeline/shapes.ts'
import type { UserDirectory } from '../ports.ts'

export interface UserCacheOptions {
  /** Known users kept at most; 0: none. */
  readonly max: number
  readonly ttlMs: number
  readonly metrics?: Metrics
}

/**
 * Remembers known users for a while. An unknown id is asked for again each time: a user who has just been made
 * must not stay unknown because somebody asked too early.
 */
export function cachedUserDirectory(
  inner: UserDirectory,
  { max, ttlMs, metrics }: UserCacheOptions,
): UserDirectory {
  const cache = max > 0 && ttlMs > 0 ? new LRUCache<number, User>({ max, ttl: ttlMs }) : null
  return {
    async find(ids) {
      const users = new Map<number, User>()
      const missing: number[] = []
      for (const id of new Set(ids)) {
        const user = cache?.get(id)
        if (user) users.set(id, user)
        else missing.push(id)
      }
      metrics?.count('user_lookups_total', { result: 'cache_hit' }, users.size)
      if (missing.length === 0) return users
      const found = await inner.find(missing)
      for (const [id, user] of found) {
        users.set(id, user)
        cache?.set(id, user)
      }
      metrics?.count('user_lookups_total', { result: 'found' }, found.size)
      metrics?.count('user_lookups_total', { result: 'unknown' }, missing.length - found.size)
      return users
    },
  }
}
