/**
 * The faults from a file and from the page. They all end together.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Ref from "effect/Ref"
import * as Scope from "effect/Scope"
import type { Fault } from "../Fault.js"
import type { Sandbox } from "../Sandbox.js"

/** Takes faults from a file and from the page. */
export interface FaultDesk {
  /** Adds faults until they are cleared. `Fault.parseRules` has checked them. */
  readonly add: (sandbox: Sandbox.Service, faults: ReadonlyArray<Fault>) => Effect.Effect<void>
  /** Ends all of them. */
  readonly clear: Effect.Effect<void>
}

/** No faults yet. */
export const makeFaultDesk: Effect.Effect<FaultDesk> = Effect.gen(function* () {
  const scope = yield* Ref.make(yield* Scope.make())
  return {
    add: (sandbox, faults) =>
      Effect.flatMap(Ref.get(scope), (scope) =>
        // `Fault.parseRules` has checked the rules.
        Scope.extend(Effect.orDie(Effect.forEach(faults, sandbox.fault, { discard: true })), scope)
      ),
    clear: Effect.gen(function* () {
      const before = yield* Ref.getAndSet(scope, yield* Scope.make())
      yield* Scope.close(before, Exit.void)
    })
  }
})
