import { secretTexts } from '../config/secrets.ts'
import { settingsWarnings } from '../config/warnings.ts'
import { readSettings, SettingsError, type SettingsOf } from '../config.ts'
import { type Examination, type Finding, fault, ok } from '../doctor/finding.ts'
import { withKafkaHint } from '../kafka/hints.ts'
import { describeError } from '../observe/describe-error.ts'
import { createLog } from '../observe/log.ts'
import { defineCommand, EXIT, UsageError } from './command.ts'
import { kafkaExaminations } from './examine-kafka.ts'
import { registryExamination, usersExamination } from './examine-others.ts'
import { JSON_OPTION, printReport, type Report } from './report.ts'

export const command = defineCommand({
  options: JSON_OPTION,
  details: `Looks at the settings, at Kafka (login, topics, permissions, the group's offsets and their totals, whether the
newest raw records are meant for the RULES that are set), at the registry and at the database, and says of each: ok,
warning or fault, and what mends it. It changes nothing. Exit code 1 where there is a fault.`,
  examples: [
    ['doctor', 'looks at everything'],
    ['doctor --json', 'the same for a script'],
  ],
  async run({ options, env, signal }) {
    const findings: Finding[] = []
    const settings = settingsOf(env, findings)
    if (settings) {
      const secrets = secretTexts(settings)
      const log = createLog({ command: 'doctor', level: settings.LOG_LEVEL, secrets })
      const kafka = await kafkaExaminations(settings, log, signal)
      try {
        for (const each of [
          ...kafka.examinations,
          registryExamination(settings),
          ...usersExamination(settings),
        ]) {
          signal.throwIfAborted()
          findings.push(...(await outcomeOf(each, secrets)))
        }
      } finally {
        await kafka.close()
      }
    }
    printReport(reportOf(findings), options)
    return findings.some(({ level }) => level === 'fault') ? EXIT.failed : EXIT.done
  },
})

/** Null where they are wrong: then there is nothing else to look at. */
function settingsOf(env: NodeJS.ProcessEnv, findings: Finding[]): SettingsOf<'doctor'> | null {
  try {
    const settings = readSettings(env, 'doctor')
    const doubts = settingsWarnings(env, 'doctor')
    findings.push(...doubts.map((says): Finding => ({ level: 'warning', what: 'settings', says })))
    if (doubts.length === 0) findings.push(ok('settings', 'can be used'))
    return settings
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    findings.push(
      ...error.faults.map(({ name, problem }) =>
        fault(`setting ${name}`, problem, 'docs/settings.md describes each'),
      ),
    )
    return null
  }
}

async function outcomeOf({ what, mend, examine }: Examination, secrets: readonly string[]) {
  try {
    return await examine()
  } catch (error) {
    const says = describeError(error instanceof UsageError ? error : withKafkaHint(error))
    return [
      fault(
        what,
        secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), says),
        mend,
      ),
    ]
  }
}

function reportOf(findings: readonly Finding[]): Report {
  const count = (level: Finding['level']) => findings.filter(finding => finding.level === level).length
  const lines = findings.map(({ level, what, says, mend }) => {
    const line = `${level.padEnd(7)}  ${what}: ${says}`
    return mend === undefined ? line : `${line}\n         mend: ${mend}`
  })
  return {
    facts: { faults: count('fault'), warnings: count('warning'), findings },
    parts: [...lines, `${count('fault')} faults, ${count('warning')} warnings, ${count('ok')} ok`],
  }
}
