export interface RecordingRule {
  readonly record: string
  readonly expr: string
}
