import type { outcomes } from '../../../dev/observability/alerts/outcomes.ts'
import type { AlertCase } from './case.ts'

const PROCESS = 'job="segedx-process",instance="p1"'
const CONSUMED = `segedx_records_consumed_total{${PROCESS},topic="segment.raw"}`
const OTHER_RULES = `segedx_records_of_other_rules_total{${PROCESS}}`
const processed = (outcome: string) => `segedx_records_processed_total{${PROCESS},outcome="${outcome}"}`

export const OUTCOMES: Record<keyof ReturnType<typeof outcomes>, AlertCase> = {
  RejectedShareHigh: {
    fires: {
      series: { [processed('emitted')]: '0+90x60', [processed('rejected')]: '0+10x60' },
      at: '40m',
      summary: '10% of records are rejected',
    },
    silent: [
      // Ignored records do not hide rejections, nor do they make them more.
      {
        series: {
          [processed('emitted')]: '0+97x60',
          [processed('rejected')]: '0+3x60',
          [processed('ignored')]: '0x60',
        },
        at: '40m',
      },
      { series: { [processed('emitted')]: '0x60', [processed('rejected')]: '0x30 3x30' }, at: '45m' },
    ],
  },
  RejectedShareCritical: {
    fires: {
      series: {
        [processed('emitted')]: '0+60x60',
        [processed('rejected')]: '0+40x60',
        [processed('ignored')]: '0+900x60',
      },
      at: '20m',
      summary: '40% of records are rejected',
    },
    silent: [
      { series: { [processed('emitted')]: '0+80x60', [processed('rejected')]: '0+20x60' }, at: '40m' },
    ],
  },
  NothingEmitted: {
    fires: {
      series: { [CONSUMED]: '0+10x60', [processed('emitted')]: '70x60', [processed('ignored')]: '0+10x60' },
      at: '40m',
      summary: '150 records were read in a quarter of an hour, and none became a tracking event',
    },
    silent: [
      { series: { [CONSUMED]: '0+10x60', [processed('emitted')]: '0+1x60' }, at: '40m' },
      { series: { [CONSUMED]: '9x60', [processed('emitted')]: '7x60' }, at: '40m' },
    ],
  },
  OtherRules: {
    fires: {
      series: { [OTHER_RULES]: '0+8x60', [processed('ignored')]: '0+8x60', [processed('emitted')]: '0+2x60' },
      at: '40m',
      summary: '80% of records have the form of events for the other rule set',
    },
    silent: [
      {
        series: {
          [OTHER_RULES]: '0+1x60',
          [processed('ignored')]: '0+1x60',
          [processed('emitted')]: '0+9x60',
        },
        at: '40m',
      },
      { series: { [OTHER_RULES]: '0x30 2x30', [processed('ignored')]: '0x30 2x30' }, at: '45m' },
    ],
  },
  IgnoredShareJump: {
    fires: {
      series: {
        [processed('emitted')]: '0+90x1200 108000+10x60',
        [processed('ignored')]: '0+10x1200 12000+90x60',
      },
      at: '1250m',
      summary: '90% of records are ignored: three times as many as in the day before',
    },
    silent: [
      {
        series: {
          [processed('emitted')]: '0+60x1200 72000+10x60',
          [processed('ignored')]: '0+40x1200 48000+90x60',
        },
        at: '1250m',
      },
    ],
  },
  BreakerOpen: {
    fires: {
      series: { [`segedx_breaker_open{${PROCESS}}`]: '0x5 1x5' },
      at: '6m',
      labels: { job: 'segedx-process', instance: 'p1' },
      summary: 'The circuit breaker of p1 holds the work: too much was rejected at once',
    },
    silent: [{ series: { [`segedx_breaker_open{${PROCESS}}`]: '0x20' }, at: '6m' }],
  },
  InternalError: {
    fires: {
      series: {
        [`segedx_records_rejected_total{${PROCESS},stage="translate",reason="internal_error"}`]: '0x5 3x20',
      },
      at: '6m',
      labels: { stage: 'translate' },
      summary: '3 records made the pipeline fail (translate)',
    },
    silent: [
      {
        series: {
          [`segedx_records_rejected_total{${PROCESS},stage="translate",reason="internal_error"}`]: '3x60',
          [`segedx_records_rejected_total{${PROCESS},stage="resolve",reason="user_unknown"}`]: '0+5x60',
        },
        at: '30m',
      },
    ],
  },
}
