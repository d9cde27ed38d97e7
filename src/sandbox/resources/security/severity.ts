/** The severities of a threat, the lowest first. */
export const severities = ["informational", "low", "medium", "high", "critical"] as const

/** The states of a detection that a team works on. */
export const managementStates = ["open", "closed"] as const

/** The tags of a threat. Their names are invented. */
export const tagsOf = (number: number): ReadonlyArray<string> =>
  ["reviewed", "escalated"].filter((_, place) => (number >>> (8 + 2 * place)) % 4 === 0)
