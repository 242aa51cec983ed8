import type { SettingsOf } from '../config.ts'
import { clockFindings } from '../doctor/clock.ts'
import type { Examination } from '../doctor/finding.ts'
import { registryFindings } from '../doctor/registry.ts'
import { userFindings } from '../doctor/users.ts'
import { createRegistry } from '../schemas/registry.ts'
import { subjectOf, TRACKING_EVENT_SCHEMA } from '../schemas/tracking-event.ts'
import { registeredId } from '../setup/schema.ts'
import { examineUsers } from '../users/examine-users.ts'
import { registryConnection } from './registry-connection.ts'
import { openUsers } from './users.ts'

type Settings = SettingsOf<'doctor'>

export const registryExamination = (settings: Settings): Examination => ({
  what: 'schema registry',
  mend: 'check that it runs, and SCHEMA_REGISTRY_URL',
  async examine() {
    const registry = createRegistry(registryConnection(settings))
    const subject = subjectOf(settings.OUTPUT_TOPIC)
    const id = await registeredId(registry, subject, TRACKING_EVENT_SCHEMA)
    return registryFindings({ subject, id, compatibility: await registry.compatibility(subject) })
  },
})

export function usersExamination(settings: Settings): Examination[] {
  const { USERS_TABLE: table, USERS_ID_COLUMN: idColumn, USERS_NAME_COLUMN: nameColumn } = settings
  const { DATABASE_URL: url, DATABASE_TIMEOUT_MS: timeoutMs, USER_GRACE_MS: userGraceMs } = settings
  const names = { table, idColumn, nameColumn }
  const mend = 'check that the database runs, and DATABASE_URL'
  return [
    {
      what: 'users',
      mend,
      async examine() {
        const { nowMs, ...state } = await examineUsers({ ...names, url, timeoutMs })
        const clock = clockFindings(Date.now(), nowMs)
        return [...userFindings({ ...names, ...state, userGraceMs }), ...clock]
      },
    },
    {
      what: 'users',
      mend,
      async examine() {
        const users = openUsers(settings)
        try {
          await users.find([0])
          return []
        } finally {
          await users.close()
        }
      },
    },
  ]
}
