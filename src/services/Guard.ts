/**
 * Rules that are asked before a call is sent, so that a mistake in a loop does not erase a fleet.
 *
 * A guard belongs to a session (`Iru.layer({ guard })`, `IRU_GUARD=read-only`) or to a part of a program
 * (`ApiClient.withGuard`). All rules around a call have to admit it: a guard makes things stricter, never looser. What is
 * refused is an `ApiClientError` with the reason `Refused`, and nothing of it is sent. It protects against mistakes, not
 * against somebody who has the token.
 *
 * @example
 * const careful = Guard.all(Guard.noSecrets, Guard.limit({ destructive: 5, device: 200 }))
 * program.pipe(Effect.provide(Iru.layer({ tenantUrl, apiToken, guard: careful })))
 */
import * as Effect from "effect/Effect"
import type { Kind } from "../operation/Operation.js"
import type * as operations from "../operations/index.js"
import * as guard from "../session/guard.js"

/** A call, as a rule sees it before anything of it is sent. */
export type Call = guard.GuardedCall

/** Rules. `R` is what they need where they are put in force. */
export interface Guard<out R = never> extends guard.Guard<R> {}

type Operations = typeof operations

type NamesOf<Service extends keyof Operations & string> =
  | `${Service}.*`
  | `${Service}.${keyof Operations[Service] & string}`
  | (Operations[Service] extends { readonly stream: unknown } ? `${Service}.list` : never)

/** The name of an operation, or `Service.*` for all of a service. */
export type Name =
  | { readonly [Service in keyof Operations & string]: NamesOf<Service> }[keyof Operations & string]
  | `ApiClient.${"get" | "post" | "patch" | "delete" | "pages" | "*"}`

/** A text that is not literal may be anything: the name of an operation of your own. */
type Checked<Names extends ReadonlyArray<string>> = {
  readonly [Index in keyof Names]: string extends Names[Index] ? string : Name
}

/** How many calls of a kind are admitted. A kind that is left out has no limit. */
export type Limits = { readonly [K in Kind]?: number | undefined }

/** Nothing but calls of the kind `read`; with a path that the caller wrote, nothing but GET. */
export const readOnly: Guard = guard.readOnly

/** No calls of the kind `secret`: FileVault keys, recovery passwords, PINs, bypass codes. */
export const noSecrets: Guard = guard.noSecrets

/** What a guard needs. */
type NeedsOf<G> = G extends Guard<infer R> ? R : never

/** All the rules of several guards. */
export const all = <Guards extends ReadonlyArray<Guard<unknown>>>(...guards: Guards): Guard<NeedsOf<Guards[number]>> =>
  guard.makeGuard(() => guards.flatMap((one) => one.start()) as ReadonlyArray<guard.Watch<NeedsOf<Guards[number]>>>)

/**
 * So many calls of a kind, counted for the session that the guard is given to, or for one run of the part of a program.
 * For `device`, it is devices that count, each once: three commands to one device are one. A call counts once it is
 * admitted, whatever comes of it; a retry of it does not count again.
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
            // Written so that a limit of NaN admits nothing.
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

/** The devices that a call reaches: by id, or by the whole path where the caller wrote it. */
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
 * Asks before a call of the kinds that are named (default `fleet` and `destructive`): `false` refuses it, and so does a
 * failure, which is the cause of the refusal. Rules that only look are asked first. What `ask` needs is needed where the
 * guard is put in force.
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
 * Only the operations that are named. `Tags.*` are all of a service. A literal name that no operation has does not
 * compile; the name of an operation of your own (`Operation.make`) is given as a `string`.
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
