/**
 * Rules that check a call before it is sent, so that a mistake in a loop does not erase a fleet.
 *
 * A guard belongs to a session (`Iru.layer({ guard })`, `IRU_GUARD=read-only`) or to a part of a program
 * (`ApiClient.withGuard`). A call is sent only if all rules around it admit it, so one more guard never allows more
 * calls. A refused call fails with an `ApiClientError` with the reason `Refused`, and nothing is sent. A guard protects
 * against mistakes, not against an attacker who has the token.
 *
 * @example
 * const careful = Guard.all(Guard.noSecrets, Guard.limit({ destructive: 5, device: 200 }))
 * program.pipe(Effect.provide(Iru.layer({ tenantUrl, apiToken, guard: careful })))
 */
import * as Effect from "effect/Effect"
import type { Kind } from "../operation/Operation.js"
import type * as operations from "../operations/index.js"
import * as guard from "../session/guard.js"

/** A call that a rule checks before anything is sent. */
export type Call = guard.GuardedCall

/** One or more rules. `R` stands for the services that they need. */
export interface Guard<out R = never> extends guard.Guard<R> {}

type Operations = typeof operations

type NamesOf<Service extends keyof Operations & string> =
  | `${Service}.*`
  | `${Service}.${keyof Operations[Service] & string}`
  | (Operations[Service] extends { readonly stream: unknown } ? `${Service}.list` : never)

/** The name of an operation, or `Service.*` for all operations of a service. */
export type Name =
  | { readonly [Service in keyof Operations & string]: NamesOf<Service> }[keyof Operations & string]
  | `ApiClient.${"get" | "post" | "patch" | "delete" | "pages" | "*"}`

/** Checks literal names only. A name of type `string` is accepted, because it can name an operation of your own. */
type Checked<Names extends ReadonlyArray<string>> = {
  readonly [Index in keyof Names]: string extends Names[Index] ? string : Name
}

/** How many calls of each kind are admitted. A kind that you leave out has no limit. */
export type Limits = { readonly [K in Kind]?: number | undefined }

/** Admits only calls of the kind `read`. If the caller wrote the path, the method must also be GET. */
export const readOnly: Guard = guard.readOnly

/** Refuses calls of the kind `secret`, which read FileVault keys, recovery passwords, PINs and bypass codes. */
export const noSecrets: Guard = guard.noSecrets

/** The services that a guard needs. */
type NeedsOf<G> = G extends Guard<infer R> ? R : never

/** Joins the rules of several guards. */
export const all = <Guards extends ReadonlyArray<Guard<unknown>>>(...guards: Guards): Guard<NeedsOf<Guards[number]>> =>
  guard.makeGuard(() => guards.flatMap((one) => one.start()) as ReadonlyArray<guard.Watch<NeedsOf<Guards[number]>>>)

/**
 * Limits the number of calls of each kind. The count starts with the session, or with each run of the part of a program
 * that has the guard. For the kind `device` it counts devices, each once: three commands to one device count as one. An
 * admitted call counts even if it fails later; its retries do not count again.
 *
 * @example
 * Guard.limit({ destructive: 5, device: 200, fleet: 3, write: 1000 })
 */
export const limit = (limits: Limits): Guard =>
  guard.makeGuard(() => {
    const used = new Map<Kind, number>()
    const devices = new Map<string, number>()
    return [
      {
        asks: false,
        admit: (call) =>
          Effect.suspend(() => {
            const { kind } = call
            const most = limits[kind]
            if (most === undefined) return Effect.succeed(guard.keep)
            const wanted = kind === "device" ? devicesOf(call) : []
            const before = kind === "device" ? devices.size : (used.get(kind) ?? 0)
            const more =
              kind === "device" ? wanted.filter((id) => !devices.has(id)).length : (call.devices?.length ?? 1)
            // With this comparison, a limit of NaN admits nothing.
            if (!(before + more <= most)) return Effect.fail(overLimit(call, before, more, most))
            if (kind === "device") {
              for (const id of wanted) devices.set(id, (devices.get(id) ?? 0) + 1)
              return Effect.succeed(() => wanted.forEach((id) => release(devices, id)))
            }
            used.set(kind, before + more)
            return Effect.succeed(() => void used.set(kind, (used.get(kind) ?? 0) - more))
          })
      }
    ]
  })

/** The ids of the devices that a call affects. If the caller wrote the path, the whole path stands for the device. */
const devicesOf = ({ devices, ids, path }: Call): ReadonlyArray<string> => [
  ...new Set((devices ?? [ids["device_id"] ?? path]).map((id) => id.toLowerCase()))
]

const release = (counts: Map<string, number>, id: string): void => {
  const count = counts.get(id) ?? 0
  if (count <= 1) counts.delete(id)
  else counts.set(id, count - 1)
}

const overLimit = ({ kind }: Call, before: number, more: number, most: number): guard.Refusal => {
  const unit = kind === "device" ? "devices" : `${kind} calls`
  return {
    rule: "Guard.limit",
    detail: `The limit is ${most} ${unit}: ${before} were admitted before, and this call asks for ${more} more. If that is meant, raise the limit ({ ${kind}: ${before + more} }).`
  }
}

const unusual: ReadonlyArray<Kind> = ["fleet", "destructive"]

/**
 * Calls `ask` before each call of the given kinds (default `fleet` and `destructive`). If `ask` returns `false` or
 * fails, the call is refused; the failure is then the `cause`. Rules that do not ask anyone are checked first. The
 * services that `ask` needs must be provided to the session or the part of a program that has the guard.
 *
 * @example
 * Guard.confirm((call) => Prompt.run(Prompt.confirm({ message: `${call.operation}?` })))
 */
export const confirm = <E, R>(
  ask: (call: Call) => Effect.Effect<boolean, E, R>,
  kinds: ReadonlyArray<Kind> = unusual
): Guard<R> =>
  guard.makeGuard<R>(() => [
    {
      asks: true,
      admit: (call) =>
        kinds.includes(call.kind)
          ? Effect.matchEffect(
              Effect.suspend(() => ask(call)),
              {
                onFailure: (cause) =>
                  Effect.fail({
                    rule: "Guard.confirm",
                    detail:
                      "Whether it is meant could not be asked. Confirm the call, or use a session without that rule.",
                    cause
                  }),
                onSuccess: (isMeant) =>
                  isMeant
                    ? Effect.succeed(guard.keep)
                    : Effect.fail({
                        rule: "Guard.confirm",
                        detail: "It was not confirmed. If it is meant, confirm it when asked."
                      })
              }
            )
          : Effect.succeed(guard.keep)
    }
  ])

/**
 * Admits only the named operations. `Tags.*` names all operations of a service. A literal name that is not the name of
 * an operation does not compile; pass the name of an operation of your own (`Operation.make`) as a `string`.
 *
 * @example
 * Guard.only(["Tags.*", "Devices.get"])
 */
export const only = <const Names extends ReadonlyArray<string>>(names: Names & Checked<Names>): Guard => {
  const admitted = new Set<string>(names)
  return guard.makeGuard(() => [
    guard.looking(({ operation }) => {
      const isAdmitted =
        admitted.has(operation) ||
        admitted.has(operation.replace(/\.list$/, ".stream")) ||
        admitted.has(operation.replace(/\.stream$/, ".list")) ||
        admitted.has(operation.replace(/\..*$/, ".*"))
      return isAdmitted
        ? undefined
        : {
            rule: "Guard.only",
            detail: `Only ${[...admitted].join(", ")} are admitted. Name ${operation} if it is meant.`
          }
    })
  ])
}
