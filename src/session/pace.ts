/**
 * Decides when a request may be sent. A tenant has one limit per second and one per hour, which all its clients share.
 * A pacer counts the requests of this process, and follows what the service says about its limits.
 */
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Random from "effect/Random"
import { parseRetryAfter } from "./answer.js"

/** When requests have to wait, interactive ones are sent before bulk ones. */
export type Priority = "interactive" | "bulk"

/**
 * The priority of requests in a part of a program. If none is set, listings are `bulk` and all other calls are
 * `interactive`.
 */
export class RequestPriority extends Context.Reference<RequestPriority>()("effect-iru/RequestPriority", {
  defaultValue: (): Priority | undefined => undefined
}) {}

/** The most requests that a pacer sends in a second and in an hour. */
export interface PaceLimits {
  readonly perSecond: number
  readonly perHour: number
}

/** The requests that a tenant has left, as far as this process knows. */
export interface Quota {
  /** The limit of requests per hour. */
  readonly limit: number
  /**
   * Requests left in this hour: the number that the service last reported, or the number that this process has not
   * used, whichever is lower.
   */
  readonly remaining: number
  /** How long a request made now would wait if no other request were waiting. */
  readonly wait: Duration.Duration
  /** The number of requests that are waiting. */
  readonly waiting: number
}

/** The parts of an answer that describe the limits. */
export interface Told {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
}

export interface Turn<E> {
  readonly priority: Priority
  /** The longest wait for a turn. */
  readonly maxWait: Duration.DurationInput
  /** Makes the failure if the wait would be longer than that. `wait` is how long the request would have to wait. */
  readonly tooLong: (wait: Duration.Duration) => E
  /** Makes the failure if the session closes during the wait. */
  readonly closed: () => E
  /** Calls `cut` when the session closes and stops its calls. Returns the function that ends this watch. */
  readonly watch: (cut: () => void) => () => void
  /** Called with the milliseconds that a request waited, if it had to wait. */
  readonly onWait?: ((millis: number) => void) | undefined
  /**
   * Asks the budget that several processes share, if there is one, before a request is sent. Returns `undefined` if the
   * request may be sent, else how long this process has to wait.
   */
  readonly admit?: Effect.Effect<Duration.Duration | undefined> | undefined
}

export interface Pacer {
  /** Waits for a turn, then runs `send`, which calls `learn` as soon as it has the status and headers of the answer. */
  readonly run: <A, E>(
    turn: Turn<E>,
    send: (learn: (told: Told) => Effect.Effect<void>) => Effect.Effect<A, E>
  ) => Effect.Effect<A, E>
  readonly quota: () => Quota
}

/** Why a request gets no turn: its wait would be too long (how long), or the session has closed. */
type TurnedAway = Duration.Duration | "closed"

interface Ticket {
  readonly granted: Deferred.Deferred<void, TurnedAway>
  readonly deadline: number
}

type Restore = <A, E>(wait: Effect.Effect<A, E>) => Effect.Effect<A, E>

const second = 1_000
const hour = 3_600_000

/** Monotonic milliseconds, independent of changes to the system time. */
export const monotonic = (clock: Clock.Clock): number => Number(clock.unsafeCurrentTimeNanos()) / 1e6

/** Makes a pacer. It calls `limits` every time, because the limits change when sessions open and close. */
export const makePacer = (clock: Clock.Clock, limits: () => PaceLimits): Pacer => {
  /** The times at which requests were sent, oldest first. Times that no limit has to count may be missing. */
  let sent: Array<number> = []
  let trimAt = 1_000
  const waiting: Record<Priority, Array<Ticket>> = { interactive: [], bulk: [] }
  let heldUntil = -Infinity
  let told: { readonly left: number; readonly until: number } | undefined
  let underWay = 0
  let alarm: { readonly at: number; readonly fiber: Fiber.RuntimeFiber<void> } | undefined

  /** Counts the requests that were sent after a moment. */
  const sentAfter = (moment: number): number => {
    let [low, high] = [0, sent.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sent[middle] ?? 0) > moment) high = middle
      else low = middle + 1
    }
    return sent.length - low
  }

  /** When a window has room again: it is full until the request `limit` places before the next one leaves it. */
  const opens = (limit: number, window: number): number => (sent.at(-limit) ?? -Infinity) + window

  /** Returns the moment from which a request may be sent. */
  const earliest = (now: number): number => {
    if (told !== undefined && told.until <= now) told = undefined
    const { perHour, perSecond } = limits()
    const exhausted = told !== undefined && told.left <= 0 ? told.until : -Infinity
    return Math.max(heldUntil, exhausted, opens(perSecond, second), opens(perHour, hour))
  }

  const take = (now: number): void => {
    if (sent.push(now) > trimAt) {
      const { perHour, perSecond } = limits()
      const window = perHour < Infinity ? hour : second
      sent = sent.slice(-Math.max(perHour < Infinity ? perHour : 0, perSecond)).filter((time) => time > now - window)
      trimAt = Math.max(1_000, 2 * sent.length)
    }
    if (told !== undefined) told = { ...told, left: told.left - 1 }
    underWay++
  }

  const queueLength = (): number => waiting.interactive.length + waiting.bulk.length

  /** Starts the waiting requests that may be sent now, and fails those that would have to wait too long. */
  const serve = (now: number): void => {
    while (queueLength() > 0 && earliest(now) <= now) {
      const ticket = waiting.interactive.shift() ?? waiting.bulk.shift()
      if (ticket === undefined) break
      take(now)
      Deferred.unsafeDone(ticket.granted, Effect.void)
    }
    const next = earliest(now)
    for (const priority of ["interactive", "bulk"] as const) {
      waiting[priority] = waiting[priority].filter((ticket) => {
        if (next <= ticket.deadline) return true
        Deferred.unsafeDone(ticket.granted, Effect.fail(Duration.millis(next - now)))
        return false
      })
    }
  }

  /** Sets the timer for the next request in the queue, or stops it if the queue is empty. */
  const setAlarm = (now: number): Effect.Effect<void> => {
    const at = queueLength() > 0 ? earliest(now) : undefined
    if (at === alarm?.at) return Effect.void
    const stop = alarm === undefined ? Effect.void : Fiber.interruptFork(alarm.fiber)
    alarm = undefined
    if (at === undefined) return stop
    const wake = Effect.suspend(() => {
      alarm = undefined
      return settle
    })
    const fork = Effect.forkDaemon(Effect.interruptible(Effect.delay(wake, Math.max(1, at - now))))
    return Effect.zipRight(
      stop,
      Effect.map(fork, (fiber) => {
        alarm = { at, fiber }
      })
    )
  }

  const settle: Effect.Effect<void> = Effect.uninterruptible(
    Effect.suspend(() => {
      const now = monotonic(clock)
      serve(now)
      return setAlarm(now)
    })
  )

  const settleIfWaiting = Effect.suspend(() => (queueLength() > 0 ? settle : Effect.void))

  const giveBack = (): void => {
    sent.pop()
    underWay--
  }

  /**
   * Removes a request from the queue because it will not be sent. If it has just been given a turn, it gives the turn
   * back.
   */
  const leave = (priority: Priority, ticket: Ticket) =>
    Effect.suspend(() => {
      const before = waiting[priority].length
      waiting[priority] = waiting[priority].filter((other) => other !== ticket)
      if (waiting[priority].length === before) giveBack()
      return settle
    })

  const wait = (
    { onWait, priority, watch }: Pick<Turn<unknown>, "onWait" | "priority" | "watch">,
    deadline: number,
    restore: Restore,
    isFirst: boolean
  ): Effect.Effect<void, TurnedAway> =>
    Effect.suspend(() => {
      const now = monotonic(clock)
      const opensAt = earliest(now)
      if (opensAt <= now && queueLength() === 0) {
        take(now)
        return Effect.void
      }
      const ahead = isFirst ? 0 : priority === "interactive" ? waiting.interactive.length : queueLength()
      const least = Math.max(0, opensAt - now) + Math.floor(ahead / limits().perSecond) * second
      if (now + least > deadline) return Effect.fail(Duration.millis(least))
      const ticket: Ticket = { granted: Deferred.unsafeMake(FiberId.none), deadline }
      if (isFirst) waiting[priority].unshift(ticket)
      else waiting[priority].push(ticket)
      const unwatch = watch(() => Deferred.unsafeDone(ticket.granted, Effect.fail("closed")))
      return setAlarm(now).pipe(
        Effect.zipRight(restore(Deferred.await(ticket.granted))),
        Effect.map(() => onWait?.(monotonic(clock) - now)),
        Effect.tapError((why) => (why === "closed" ? leave(priority, ticket) : Effect.void)),
        Effect.onInterrupt(() => leave(priority, ticket)),
        Effect.ensuring(Effect.sync(unwatch))
      )
    })

  /** Waits for a turn. If the shared budget then refuses the request, it waits again, at the front of the queue. */
  const turn = (
    asked: Pick<Turn<unknown>, "admit" | "onWait" | "priority" | "watch">,
    deadline: number,
    restore: Restore,
    isFirst = false
  ): Effect.Effect<void, TurnedAway> => {
    const { admit } = asked
    const granted = wait(asked, deadline, restore, isFirst)
    return admit === undefined
      ? granted
      : Effect.flatMap(granted, () =>
          restore(admit).pipe(
            Effect.onInterrupt(() => Effect.sync(giveBack)),
            Effect.flatMap((pause) => {
              if (pause === undefined) return Effect.void
              giveBack()
              return Effect.zipRight(hold(monotonic(clock), pause), turn(asked, deadline, restore, true))
            })
          )
        )
  }

  const hold = (now: number, wait: Duration.Duration): Effect.Effect<void> => {
    heldUntil = Math.max(heldUntil, now + Math.min(Duration.toMillis(wait), hour))
    return settleIfWaiting
  }

  const learn = ({ headers, status }: Told): Effect.Effect<void> => {
    const now = monotonic(clock)
    const { hourLeft, hourResets, left, resets } = readLimits(headers)
    if (hourLeft !== undefined) {
      // The service may not have counted the other requests that are under way.
      told = { left: hourLeft - (underWay - 1), until: now + (hourResets ?? untilFullHour(clock)) }
    }
    if (status === 429) {
      const asked = parseRetryAfter(headers, clock.unsafeCurrentTimeMillis())
      const wait = asked ?? Duration.millis(resets ?? second)
      return Effect.flatMap(Random.next, (random) => hold(now, Duration.sum(wait, jitter(wait, random))))
    }
    if (left === 0 && resets !== undefined) return hold(now, Duration.millis(resets))
    return hourLeft === undefined ? Effect.void : settleIfWaiting
  }

  return {
    run: (turnOf, send) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.matchEffect(turn(turnOf, monotonic(clock) + Duration.toMillis(turnOf.maxWait), restore), {
          onFailure: (why) => Effect.fail(why === "closed" ? turnOf.closed() : turnOf.tooLong(why)),
          onSuccess: () =>
            Effect.flatMap(Effect.exit(restore(send(learn))), (exit) => {
              underWay--
              return exit
            })
        })
      ),
    quota: () => {
      const now = monotonic(clock)
      const wait = Duration.millis(Math.max(0, earliest(now) - now))
      const { perHour } = limits()
      const own = perHour - sentAfter(now - hour)
      const remaining = Math.max(0, Math.min(own, told?.left ?? own))
      return { limit: perHour, remaining, wait, waiting: queueLength() }
    }
  }
}

/** After a 429, all processes wait until the same moment. A random delay keeps them from all sending at once. */
const jitter = (wait: Duration.Duration, random: number): Duration.Duration =>
  Duration.times(Duration.min(Duration.times(wait, 0.1), Duration.seconds(10)), random)

/**
 * `RateLimit-*` describes the window with the fewest requests left, which is either the second or the hour. The
 * requests left in the hour also have a header of their own, but the end of the hour has none. The gateway counts full
 * hours of the clock.
 */
const readLimits = (headers: Told["headers"]) => {
  const read = (name: string): number | undefined => {
    const text = headers[name]
    return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
  }
  const reset = read("ratelimit-reset")
  const resets = reset === undefined ? undefined : Math.min(reset * second, hour)
  const limit = read("ratelimit-limit")
  return {
    left: read("ratelimit-remaining"),
    resets,
    hourLeft: read("x-ratelimit-remaining-hour"),
    hourResets: limit !== undefined && limit === read("x-ratelimit-limit-hour") ? resets : undefined
  }
}

const untilFullHour = (clock: Clock.Clock): number => hour - (clock.unsafeCurrentTimeMillis() % hour)
