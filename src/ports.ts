/*
 * Every effect of the product as an interface, on one screen. Adapters implement them, shells use them, and
 * only `commands/` brings the two together. All of them throw when what stands behind is down or broken:
 * bad data is never an exception here.
 */
import type { User } from './pipeline/shapes.ts'

/** Finds users by primary key; an id without a user is missing from the map. */
export interface UserDirectory {
  find(ids: readonly number[]): Promise<ReadonlyMap<number, User>>
}
