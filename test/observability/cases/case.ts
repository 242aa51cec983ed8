/** Series as promtool writes them: a sample a minute, unless `every` says otherwise. */
export interface Situation {
  readonly series: Readonly<Record<string, string>>
  /** When it is looked at. */
  readonly at: string
  readonly every?: string
}

export interface AlertCase {
  /** The alert fires once, with these labels beside its own. The summary is given where it is a template. */
  readonly fires: Situation & {
    readonly labels?: Readonly<Record<string, string>>
    readonly summary?: string
  }
  /** Situations that are close to it, and no reason to call anybody. */
  readonly silent: readonly Situation[]
}
