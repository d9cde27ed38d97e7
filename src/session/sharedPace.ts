/**
 * All sessions of one tenant in this process share one pacer, even if their tokens differ.
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { makePacer, monotonic, type PaceLimits, type Pacer } from "./pace.js"

interface Shared {
  readonly pacer: Pacer
  readonly open: (limits: PaceLimits) => void
  readonly close: (limits: PaceLimits, now: number) => void
  /** When the tenant's last session closed, in monotonic milliseconds; `Infinity` while one is open. */
  readonly idleSince: () => number
}

/** The pacers by clock and by tenant. Each test has its own clock and so its own pacers. */
const shared = new WeakMap<Clock.Clock, Map<string, Shared>>()

/** Returns the tenant's pacer. If its sessions have different limits, the lowest limits apply to all of them. */
export const acquirePacer = (tenantUrl: string, limits: PaceLimits): Effect.Effect<Pacer, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.clockWith((clock) =>
        Effect.sync(() => {
          const own = { perSecond: atLeastOne(limits.perSecond), perHour: atLeastOne(limits.perHour) }
          const entry = sharedFor(tenantUrl, clock)
          entry.open(own)
          return { clock, entry, own }
        })
      ),
      ({ clock, entry, own }) =>
        Effect.sync(() => {
          entry.close(own, monotonic(clock))
        })
    ),
    ({ entry }) => entry.pacer
  )

/** Replaces a limit that is not at least 1: `NaN` would remove the limit for all sessions of the tenant. */
const atLeastOne = (limit: number): number => (limit >= 1 ? Math.floor(limit) : 1)

/**
 * Returns the tenant's entry, or makes it. An entry stays for an hour after its last session has closed, because the
 * service also counts for an hour.
 */
const sharedFor = (tenantUrl: string, clock: Clock.Clock): Shared => {
  const byTenant = shared.get(clock) ?? new Map<string, Shared>()
  shared.set(clock, byTenant)
  const longAgo = monotonic(clock) - 3_600_000
  for (const [tenant, { idleSince }] of byTenant) {
    if (idleSince() < longAgo) byTenant.delete(tenant)
  }
  const entry = byTenant.get(tenantUrl) ?? makeShared(clock)
  byTenant.set(tenantUrl, entry)
  return entry
}

const makeShared = (clock: Clock.Clock): Shared => {
  const sessions = new Set<PaceLimits>()
  let lowest: PaceLimits = { perSecond: Infinity, perHour: Infinity }
  let idleSince = Infinity
  const reckon = () => {
    const each = [...sessions]
    lowest = {
      perSecond: Math.min(...each.map(({ perSecond }) => perSecond)),
      perHour: Math.min(...each.map(({ perHour }) => perHour))
    }
  }
  return {
    pacer: makePacer(clock, () => lowest),
    open: (limits) => {
      sessions.add(limits)
      idleSince = Infinity
      reckon()
    },
    close: (limits, now) => {
      sessions.delete(limits)
      if (sessions.size === 0) idleSince = now
      reckon()
    },
    idleSince: () => idleSince
  }
}
