#!/usr/bin/env node
/**
 * `iru-sandbox`: a tenant from the command line.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { program } from "./program.js"

const fiber = Effect.runFork(program(process.argv))

// To be stopped is how it ends: that is no failure. Somebody who asks again a while later wants it gone, tidy or not.
let asked = Infinity
const stop = () => {
  if (Date.now() - asked > 1000) process.exit(130)
  asked = Math.min(asked, Date.now())
  fiber.unsafeInterruptAsFork(fiber.id())
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop)
// Whoever reads what it prints has gone.
process.stdout.on("error", stop)

fiber.addObserver(
  Exit.match({
    onSuccess: (code) => process.exit(code),
    onFailure: (cause) => {
      if (Cause.isInterruptedOnly(cause)) process.exit(0)
      process.stderr.write(`iru-sandbox: ${Cause.pretty(cause)}\n`)
      process.exit(1)
    }
  })
)
