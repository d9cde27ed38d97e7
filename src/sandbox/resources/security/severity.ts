/** How bad a threat is, the least first. */
export const severities = ["informational", "low", "medium", "high", "critical"] as const

/** The states of what somebody has to look at. */
export const managementStates = ["open", "closed"] as const

/** What a team marks threats with. The names are invented. */
export const tagsOf = (number: number): ReadonlyArray<string> =>
  ["reviewed", "escalated"].filter((_, place) => (number >>> (8 + 2 * place)) % 4 === 0)
