import type { Json } from '../../json/json.ts'
import { jsonString, jsonText } from '../../json/json.ts'
import type { Transformer } from './mapped-event.ts'

const MAX_TITLE_CHARACTERS = 1000

/**
 * The view of a forum thread in an app. What edX adds from its forum's database (category, address, roles, team)
 * is not added.
 */
export const threadViewed: Transformer = event => {
  const { context, payload } = event
  event.name = event.eventType = 'edx.forum.thread.viewed'
  payload.delete('context')
  stringOf(context, 'course_id')
  rename(payload, 'thread_id', 'id')
  rename(payload, 'topic_id', 'commentable_id')
  const title = stringOf(payload, 'action')
  if (title) {
    const characters = [...title.string()]
    payload.delete('action')
    payload.set('title_truncated', jsonText(String(characters.length > MAX_TITLE_CHARACTERS)))
    payload.set('title', jsonString(characters.slice(0, MAX_TITLE_CHARACTERS).join('')))
  }
  const author = stringOf(payload, 'author')
  if (author) {
    payload.delete('author')
    payload.set('target_username', author)
  }
  return true
}

/** The member where it is a string; any other value is taken out. */
function stringOf(members: Map<string, Json>, key: string): Json | undefined {
  const value = members.get(key)
  if (value?.isString) return value
  members.delete(key)
  return undefined
}

/** An empty string keeps its name. */
function rename(members: Map<string, Json>, from: string, to: string): void {
  const value = stringOf(members, from)
  if (!value?.isTruthy) return
  members.delete(from)
  members.set(to, value)
}
