/** What apps call an event in which a learner sees a screen, and its label where that is a thread of the forum. */
export const SCREEN_NAME = 'edx.bi.app.navigation.screen'
export const THREAD_LABEL = 'Forum: View Thread'
