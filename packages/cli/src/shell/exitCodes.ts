/** What a command ends with. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  /** A mistake in what was typed, or an action that a guard or a person refused. */
  usage: 2,
  authentication: 3,
  notFound: 4,
  forbidden: 5,
  rateLimited: 6,
  /** `iru repo plan --exit-code`: the plan has changes. */
  changes: 8,
  interrupted: 130
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
