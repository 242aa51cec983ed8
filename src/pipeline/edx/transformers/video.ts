import { jsonString, jsonText } from '../../json/json.ts'
import { KIND } from '../../json/scan.ts'
import { scalarIdentity } from '../python-equality.ts'
import { usageKeyHtmlId } from '../usage-key.ts'
import { isText, type Step, type Transformer, take } from './mapped-event.ts'

/* What apps say of videos, in the form of the player in the browser, whose field names are older. */

/** The legacy type of each event. */
export const VIDEO_EVENTS: ReadonlyMap<string, string> = new Map([
  ['edx.video.played', 'play_video'],
  ['edx.video.paused', 'pause_video'],
  ['edx.video.stopped', 'stop_video'],
  ['edx.video.loaded', 'load_video'],
  ['edx.video.position.changed', 'seek_video'],
  ['edx.video.seeked', 'seek_video'],
  ['edx.video.transcript.shown', 'show_transcript'],
  ['edx.video.transcript.hidden', 'hide_transcript'],
  ['edx.video.language_menu.shown', 'video_show_cc_menu'],
  ['edx.video.language_menu.hidden', 'video_hide_cc_menu'],
])

export const video: Transformer = event => {
  event.eventType = VIDEO_EVENTS.get(event.name as string) ?? event.eventType
  if (event.name === 'edx.video.seeked') event.name = 'edx.video.position.changed'
  return event.payload.size === 0 || STEPS.every(step => step(event))
}

const nameBlock: Step = ({ payload }) => {
  const module = payload.get('module_id')
  if (!module) return true
  // Python's None is no key, and any other value than a string is an error.
  if (!module.isString && module.kind !== KIND.null) return false
  const id = module.isString ? usageKeyHtmlId(module.string()) : null
  if (id !== null) payload.set('id', jsonString(id))
  payload.delete('module_id')
  return true
}

const renameTime: Step = ({ payload }) => {
  const time = take(payload, 'current_time')
  if (time) payload.set('currentTime', time)
  return true
}

const SKIP = jsonString('onSkipSeek')
const SLIDE = jsonString('onSlideSeek')

const nameSeek: Step = ({ payload }) => {
  const kind = take(payload, 'seek_type')
  if (isText(kind, 'slide')) payload.set('type', SLIDE)
  else if (isText(kind, 'skip')) payload.set('type', SKIP)
  return true
}

/** An Android app called everything a skip; only the button's 30 seconds are. */
const tellSkipFromSlide: Step = ({ payload }) => {
  const interval = payload.get('requested_skip_interval')
  if (!interval) return true
  const identity = scalarIdentity(interval)
  if (!identity?.startsWith('n') || interval.kind === KIND.null) return false
  if (identity !== 'n30' && identity !== 'n-30' && payload.has('type')) payload.set('type', SLIDE)
  return true
}

/** The page is the unit's, whose address the browser's begins with. */
const setPage: Step = event => {
  const url = take(event.context, 'open_in_browser_url')
  if (!url) return true
  if (!url.isString) return false
  const text = url.string()
  event.page = jsonString(text.slice(0, Math.max(0, text.lastIndexOf('/')))).loose()
  return true
}

const FIXED_INTERVAL = jsonText('-30')

/** Version 1.0.02 on iOS said 30 where it meant −30. */
const mendIosSkip: Step = ({ context, payload }) => {
  const application = context.get('application')
  if (!application) return true
  if (application.isArray || application.isString) {
    // edX looks for the two words, and fails where it finds both.
    const has = application.isString
      ? (word: string) => application.string().includes(word)
      : (word: string) => [...application.elements()].some(element => isText(element, word))
    return !(has('version') && has('name'))
  }
  if (!application.isObject) return false
  const isFaulty =
    isText(application.get('version'), '1.0.02') && isText(application.get('name'), 'edx.mobileapp.iOS')
  const interval = payload.get('requested_skip_interval')
  if (isFaulty && interval && scalarIdentity(interval) === 'n30' && isText(payload.get('type'), 'onSkipSeek'))
    payload.set('requested_skip_interval', FIXED_INTERVAL)
  return true
}

const STEPS: readonly Step[] = [nameBlock, renameTime, nameSeek, tellSkipFromSlide, setPage, mendIosSkip]
