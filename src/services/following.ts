/**
 * Follows a log that can only be read from a time on, and in which an event may appear late.
 *
 * Each round reads from a time that is `lateness` before the newest event. The ids of the events after that time are
 * remembered, so that no event is returned twice.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { AuditEvent, AuditPosition } from "../schemas/AuditEvent.js"

/** Options for following a log. */
interface Following {
  readonly from?: Date | AuditPosition | undefined
  readonly every?: Duration.DurationInput | undefined
  readonly lateness?: Duration.DurationInput | undefined
}

/**
 * Streams the events of a log as they appear, each with the position after it. `read` returns the events since a time.
 */
export const following = <E, R>(
  read: (since: string) => Stream.Stream<AuditEvent, E, R>,
  { every = "30 seconds", from, lateness = "10 minutes" }: Following
): Stream.Stream<{ readonly event: AuditEvent; readonly position: AuditPosition }, E, R> =>
  Stream.unwrap(
    Effect.map(Clock.currentTimeMillis, (now) => {
      const start = from === undefined ? new Date(now) : from
      const { seen: before, since: first } =
        start instanceof Date ? { since: start.toISOString(), seen: [] } : { since: start.since, seen: start.seen }
      const delay = Duration.toMillis(lateness)
      let since = first
      /**
       * The ids of the events since `since` that were already returned, in order, each with its time. The time of ids
       * from a position is not known.
       */
      let given = new Map<string, string | undefined>(before.map((id) => [id, undefined]))

      const round = Stream.suspend(() => {
        const asked = since
        const order = [...given.keys()]
        const times = new Map<string, string>()
        let newest = asked
        return read(asked).pipe(
          Stream.tap((event) =>
            Effect.sync(() => {
              times.set(event.id, event.occurred_at)
              if (Date.parse(event.occurred_at) > Date.parse(newest)) newest = event.occurred_at
            })
          ),
          Stream.filter((event) => !given.has(event.id)),
          Stream.map((event) => {
            given.set(event.id, event.occurred_at)
            const count = order.push(event.id)
            return {
              event,
              // Computed only on access, because a program may save one position of thousands.
              get position(): AuditPosition {
                return { since: asked, seen: order.slice(0, count) }
              }
            }
          }),
          Stream.concat(
            Stream.suspend(() => {
              const moment = new Date(Math.max(Date.parse(asked), Date.parse(newest) - delay)).toISOString()
              // Forgets the ids of events that the next round cannot read again.
              given = new Map(
                [...given].flatMap(([id]) => {
                  const time = times.get(id)
                  return time !== undefined && Date.parse(time) >= Date.parse(moment) ? [[id, time] as const] : []
                })
              )
              since = moment
              return Stream.empty
            })
          )
        )
      })

      return Stream.concat(
        round,
        Stream.forever(Stream.concat(Stream.drain(Stream.fromEffect(Effect.sleep(every))), round))
      )
    })
  )
