/**
 * Asks rules before a call is sent: first the rules of the session, then those that parts of the program set around the
 * call, from the outermost to the innermost. The call is sent only if all of them admit it.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type { Facts, Kind, Method } from "../operation/Operation.js"

/** A call as a rule sees it, before anything is sent. */
export interface GuardedCall {
  /** The name of the operation: `DeviceActions.erase`, `ApiClient.post`. */
  readonly operation: string
  /** What the call does to the tenant. */
  readonly kind: Kind
  readonly method: Method
  /**
   * The path with the names of its ids: `/api/v1/devices/{device_id}/action/erase`. In a path that the caller wrote,
   * every id is called `{id}`.
   */
  readonly path: string
  /** The ids in the path, by name: `{ device_id: "…" }`. */
  readonly ids: Readonly<Record<string, string>>
  /** The ids of all devices, if one decision counts for a run over many of them (`Fleet.forEach`). */
  readonly devices?: ReadonlyArray<string> | undefined
  /** Whether the caller wrote the path (`ApiClient.post`). The library does not know what such a call does. */
  readonly isLiteral: boolean
  /** Whether the session has admitted the same operation with the same ids before. Always `false` for reads. */
  readonly isRepeat: boolean
}

/** Why a rule does not admit a call. */
export interface Refusal {
  /** The name of the rule: `Guard.limit`. */
  readonly rule: string
  /** The reason for the refusal with the rule's counts, and what to do. */
  readonly detail: string
  readonly cause?: unknown
  /** Whether the refusal is left out of the log. A dry run sets this, because it refuses every call. */
  readonly isQuiet?: boolean | undefined
}

/** Undoes the count of a rule for a call that another rule refused. */
export type Undo = () => void

/** A rule in force, with its own count. */
export interface Watch<out R = never> {
  /** Whether the rule asks a person. Such rules are asked after all others. */
  readonly asks: boolean
  readonly admit: (call: GuardedCall) => Effect.Effect<Undo, Refusal, R>
  /**
   * The rules that have already admitted this call as one of many, so they are not asked again. Rules of another
   * session are not among them.
   */
  readonly covers?: ((call: GuardedCall) => ReadonlyArray<Watch<unknown>>) | undefined
}

/** A set of rules that is not in force yet. */
export interface Guard<out R = never> {
  readonly _tag: "Guard"
  /** Starts the rules, each with a count of zero. */
  readonly start: () => ReadonlyArray<Watch<R>>
}

export const makeGuard = <R = never>(start: () => ReadonlyArray<Watch<R>>): Guard<R> => ({ _tag: "Guard", start })

/** The undo of a rule that counts nothing. */
export const keep: Undo = () => undefined

/** Makes a rule that counts nothing. */
export const looking = (admit: (call: GuardedCall) => Refusal | undefined): Watch => ({
  asks: false,
  admit: (call) => {
    const refusal = admit(call)
    return refusal === undefined ? Effect.succeed(keep) : Effect.fail(refusal)
  }
})

/** Admits only reads. For a path that the caller wrote, only GET counts as a read. */
export const readOnly: Guard = makeGuard(() => [
  looking(({ isLiteral, kind, method }) =>
    kind === "read" && (!isLiteral || method === "GET")
      ? undefined
      : {
          rule: "Guard.readOnly",
          detail: `The session is read-only (Guard.readOnly, IRU_GUARD), and this call is ${isLiteral && kind === "read" ? `a ${method} with a literal path` : `of the kind ${kind}`}. Use a session without that rule for it.`
        }
  )
])

/** Refuses to read secrets. */
export const noSecrets: Guard = makeGuard(() => [
  looking(({ kind }) =>
    kind === "secret"
      ? {
          rule: "Guard.noSecrets",
          detail: "The session reads no secrets (Guard.noSecrets, IRU_GUARD). Use a session without that rule for it."
        }
      : undefined
  )
])

/** The guards by their names in the variable `IRU_GUARD`. */
const named: Readonly<Record<string, Guard>> = { "read-only": readOnly, "no-secrets": noSecrets }

/**
 * Reads the variable `IRU_GUARD`. Returns its guard (`undefined` if the text is empty), or says what is wrong with the
 * text.
 */
export const parseGuard = (text: string): Either.Either<Guard | undefined, string> => {
  const guards = text
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "")
    .map((name) => (Object.hasOwn(named, name) ? named[name] : undefined))
  const isEmpty = text.trim() === ""
  if (guards.includes(undefined) || (guards.length === 0 && !isEmpty))
    return Either.left(`The guard must be ${Object.keys(named).join(" or ")}, or both with a comma between them.`)
  return Either.right(isEmpty ? undefined : makeGuard(() => guards.flatMap((guard) => guard?.start() ?? [])))
}

/** The rules that parts of the program set around a call. */
export class RulesAround extends Context.Reference<RulesAround>()("effect-iru/RulesAround", {
  defaultValue: (): ReadonlyArray<Watch> => []
}) {}

/** Returns options whose guard has the services of the current context, so that it needs none when it runs. */
export const withNeeds = <R, Options extends { readonly guard?: Guard<R> | undefined }>(
  options: Options & { readonly guard?: Guard<R> | undefined }
): Effect.Effect<Omit<Options, "guard"> & { readonly guard: Guard | undefined }, never, R> =>
  Effect.map(Effect.context<R>(), (context) => ({
    ...options,
    guard: options.guard === undefined ? undefined : provided(options.guard, context)
  }))

const provided = <R>(guard: Guard<R>, context: Context.Context<R>): Guard =>
  makeGuard(() =>
    guard.start().map(({ admit, ...watch }) => ({ ...watch, admit: (call) => Effect.provide(admit(call), context) }))
  )

/** Puts a guard in force. Its rules get their services from the current context. */
export const install = <R>(guard: Guard<R>): Effect.Effect<ReadonlyArray<Watch>, never, R> =>
  Effect.map(Effect.context<R>(), (context) => provided(guard, context).start())

/**
 * Asks rules whether they admit a call. If one refuses, or if this is interrupted, the counts of the others are undone.
 */
export const admit = (rules: ReadonlyArray<Watch>, call: GuardedCall): Effect.Effect<Undo, Refusal> => {
  const admitted = new Set(rules.flatMap(({ covers }) => covers?.(call) ?? []))
  const asked = rules.filter((rule) => !admitted.has(rule))
  const ordered = [...asked.filter(({ asks }) => !asks), ...asked.filter(({ asks }) => asks)]
  return Effect.suspend(() => {
    const undos: Array<Undo> = []
    const undo: Undo = () => undos.forEach((undo) => undo())
    return Effect.forEach(ordered, (rule) => Effect.map(rule.admit(call), (undo) => void undos.push(undo)), {
      discard: true
    }).pipe(
      Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : Effect.sync(undo))),
      Effect.as(undo)
    )
  })
}

/** Asks rules once for an operation on many devices. Returns the guard for the calls of that operation. */
export const admitAll = (
  session: ReadonlyArray<Watch>,
  around: ReadonlyArray<Watch>,
  { kind, method, name, template }: Pick<Facts, "kind" | "method" | "name" | "template">,
  devices: ReadonlyArray<string>
): Effect.Effect<Guard, Refusal> => {
  const rules = [...session, ...around]
  return Effect.as(
    admit(rules, {
      operation: name,
      kind,
      method,
      path: template,
      ids: {},
      devices,
      isLiteral: false,
      isRepeat: false
    }),
    onlyOn(name, new Set(devices.map((id) => id.toLowerCase())), rules)
  )
}

/** Admits reads, and the one operation on the devices that the rules have admitted, without asking these again. */
const onlyOn = (operation: string, devices: ReadonlySet<string>, admitted: ReadonlyArray<Watch>): Guard => {
  const isOne = (call: GuardedCall) =>
    call.operation === operation && devices.has((call.ids["device_id"] ?? "").toLowerCase())
  return makeGuard(() => [
    {
      ...looking((call) =>
        call.kind === "read" || isOne(call)
          ? undefined
          : {
              rule: "Fleet.forEach",
              detail: `Only ${operation} was confirmed, on ${devices.size} devices. Leave out the option confirm, or name this operation in it.`
            }
      ),
      covers: (call) => (isOne(call) ? admitted : [])
    }
  ])
}

/** A call that is about to be sent. */
interface Asked {
  readonly operation: string
  readonly kind: Kind
  readonly method: Method
  readonly template: string
  readonly path: string
  readonly ids: { readonly names: ReadonlyArray<string>; readonly values: ReadonlyArray<unknown> } | undefined
}

/**
 * Makes the function that asks the rules of a session and those around a call. If there are no rules, the function only
 * warns about unusually many calls that are hard to take back.
 */
export const makeGuarded = (session: ReadonlyArray<Watch>) => {
  const seen = new Set<string>()
  const alarm = makeAlarm()

  return (asked: Asked, around: ReadonlyArray<Watch>): Effect.Effect<void, Refusal> | undefined => {
    if (session.length + around.length === 0) return alarm(asked)
    const { ids, kind, method, operation, path, template } = asked
    const key = `${operation} ${path}`
    return Effect.suspend(() => {
      const call: GuardedCall = {
        operation,
        kind,
        method,
        path: template,
        ids: Object.fromEntries((ids?.names ?? []).map((name, index) => [name, String(ids?.values[index])])),
        isLiteral: ids === undefined,
        isRepeat: seen.has(key)
      }
      return Effect.map(admit([...session, ...around], call), () => {
        if (kind !== "read") seen.add(key)
      })
    })
  }
}

/** The largest usual number of calls of the kinds `destructive` and `fleet` in a minute. More are logged. */
const usual = 25

/**
 * Logs a warning the first time that more than 25 calls of the kinds `destructive` and `fleet` are made within a
 * minute.
 */
const makeAlarm = () => {
  let times: Array<number> = []
  let isTold = false
  return ({ kind, operation }: Asked): Effect.Effect<void> | undefined =>
    isTold || (kind !== "destructive" && kind !== "fleet")
      ? undefined
      : Effect.clockWith((clock) => {
          const now = clock.unsafeCurrentTimeMillis()
          times = [...times.filter((time) => now - time < 60_000), now]
          if (times.length <= usual) return Effect.void
          isTold = true
          times = []
          return Effect.logWarning(
            `More than ${usual} calls within a minute cannot be taken back or reach many devices, the last of them ${operation}. If that is not meant, a guard refuses them: Guard.limit, Guard.confirm, Guard.readOnly.`
          )
        })
}
