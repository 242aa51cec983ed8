import type { processing } from '../../../dev/observability/alerts/processing.ts'
import type { AlertCase } from './case.ts'

const PROCESS = 'job="segedx-process",instance="p1"'
const PARTITION = 'topic="segment.raw",partition="0"'
const TOPIC = { topic: 'segment.raw' }
const GROUP_LAG = 'segedx_group_lag_records{job="segedx-bridge",instance="b1",topic="segment.raw"}'
const LAG = `segedx_consumer_lag_records{${PROCESS},${PARTITION}}`
const LAG_SECONDS = `segedx_consumer_lag_seconds{${PROCESS},${PARTITION}}`
const REPLAYING = `segedx_replay_records_remaining{${PROCESS},${PARTITION}}`
const ASSIGNED = `segedx_consumer_assigned_partitions{${PROCESS},topic="segment.raw"}`
const PARTITIONS = `segedx_topic_partitions{${PROCESS},topic="segment.raw"}`
const PAUSED = `segedx_consumer_paused_partitions{${PROCESS},topic="segment.raw"}`
const SKIPPED = `segedx_consumer_skipped_records_total{${PROCESS},topic="segment.raw",reason="retention"}`
const processed = (outcome: string) => `segedx_records_processed_total{${PROCESS},outcome="${outcome}"}`
const latency = (le: string) =>
  `segedx_end_to_end_latency_seconds_bucket{${PROCESS},outcome="emitted",le="${le}"}`
const LATENCIES = `segedx_end_to_end_latency_seconds_count{${PROCESS},outcome="emitted"}`
const late = (inTime: string, all: string) => ({
  [latency('5')]: inTime,
  [latency('+Inf')]: all,
  [LATENCIES]: all,
})

export const PROCESSING: Record<keyof ReturnType<typeof processing>, AlertCase> = {
  Stalled: {
    fires: {
      series: {
        [GROUP_LAG]: '0x10 10+10x40',
        [LAG]: '0x10 9+10x40',
        [processed('emitted')]: '0+60x10 600x40',
      },
      at: '25m',
      labels: TOPIC,
      summary: '150 records of segment.raw wait, and none was committed in the last five minutes',
    },
    silent: [
      { series: { [GROUP_LAG]: '0x60', [processed('emitted')]: '600x60' }, at: '40m' },
      { series: { [GROUP_LAG]: '500x60', [processed('ignored')]: '0+1x60' }, at: '40m' },
      // The first event after a quiet night.
      { series: { [GROUP_LAG]: '0x30 1 0x30', [processed('emitted')]: '600x30 600 601x30' }, at: '31m' },
    ],
  },
  LagHigh: {
    fires: {
      series: { [LAG_SECONDS]: '0x5 90x30' },
      at: '20m',
      labels: TOPIC,
      summary: 'The oldest record of segment.raw that waits is 1m 30s old',
    },
    silent: [
      { series: { [LAG_SECONDS]: '0x5 59x30' }, at: '20m' },
      { series: { [LAG_SECONDS]: '90x30', [REPLAYING]: '5000-10x30' }, at: '20m' },
      // A partition that another processor took over.
      { series: { [LAG_SECONDS]: '90x12 stale', [LAG_SECONDS.replace('p1', 'p2')]: '_x12 2x30' }, at: '14m' },
    ],
  },
  LagCritical: {
    fires: {
      series: { [LAG_SECONDS]: '0x5 400x30' },
      at: '12m',
      labels: TOPIC,
      summary: 'The oldest record of segment.raw that waits is 6m 40s old',
    },
    silent: [{ series: { [LAG_SECONDS]: '0x5 290x30' }, at: '30m' }],
  },
  LagGrowing: {
    fires: {
      series: { [GROUP_LAG]: '0+200x60' },
      at: '50m',
      labels: TOPIC,
      summary: '10k records of segment.raw wait, and they become more',
    },
    silent: [
      { series: { [GROUP_LAG]: '10000-100x60' }, at: '50m' },
      { series: { [GROUP_LAG]: '0+10x60' }, at: '50m' },
      { series: { [GROUP_LAG]: '0+200x60', [REPLAYING]: '9x60' }, at: '50m' },
    ],
  },
  FreshnessBurn: {
    fires: {
      series: late('0+80x120', '0+100x120'),
      at: '90m',
      summary: '20% of batches are later than 5 s: the budget of a month is gone in days',
    },
    silent: [
      { series: late('0+99x120', '0+100x120'), at: '90m' },
      { series: { ...late('0+80x120', '0+100x120'), [REPLAYING]: '9x120' }, at: '90m' },
    ],
  },
  PartitionsUncovered: {
    fires: {
      series: { [PARTITIONS]: '8x20', [ASSIGNED]: '8x3 6x20' },
      at: '12m',
      labels: { ...TOPIC, job: 'segedx-process' },
      summary: '2 partitions of segment.raw have no processor (less than 0: more than one)',
    },
    silent: [
      {
        series: { [PARTITIONS]: '8x20', [ASSIGNED]: '4x20', [ASSIGNED.replace('p1', 'p2')]: '4x20' },
        at: '12m',
      },
      { series: { [PARTITIONS]: '8x20', [ASSIGNED]: '8x3 0x2 8x20' }, at: '12m' },
    ],
  },
  HaltedPartition: {
    fires: {
      series: { [PAUSED]: '0x3 1x20', [`segedx_ready{${PROCESS},component="users"}`]: '1x30' },
      at: '12m',
      labels: { ...TOPIC, job: 'segedx-process', instance: 'p1' },
      summary: '1 partitions of segment.raw stand still at p1',
    },
    // Partitions that wait for the database go on by themselves.
    silent: [
      { series: { [PAUSED]: '4x30', [`segedx_ready{${PROCESS},component="users"}`]: '0x30' }, at: '12m' },
    ],
  },
  RecordsSkipped: {
    fires: {
      series: { [SKIPPED]: '0x9 7x120' },
      at: '60m',
      labels: { ...TOPIC, reason: 'retention' },
      summary: '7 records of segment.raw are lost unread (retention)',
    },
    silent: [
      { series: { [SKIPPED]: '0x9 7x120' }, at: '9m' },
      { series: { [SKIPPED]: '0x9 7x120' }, at: '85m' },
    ],
  },
  RetentionNear: {
    fires: {
      series: { [`segedx_consumer_retention_used_ratio{${PROCESS},${PARTITION}}`]: '0.5x5 0.9x5' },
      at: '7m',
      labels: TOPIC,
      summary: 'The oldest record of segment.raw that waits has used 90% of the retention',
    },
    silent: [
      { series: { [`segedx_consumer_retention_used_ratio{${PROCESS},${PARTITION}}`]: '0.7x9' }, at: '7m' },
    ],
  },
}
