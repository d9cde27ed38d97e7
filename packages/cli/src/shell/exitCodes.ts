/** The exit codes. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  /** An error in the arguments, or an action that a guard or the user refused. */
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
