#!/usr/bin/env node
/**
 * `iru-sandbox`: the command `iru sandbox` as a program of its own.
 */
import { sandboxCommand } from "./sandbox/options.js"
import { makeProgram, runProgram } from "./shell/program.js"

await runProgram(sandboxCommand(makeProgram("iru-sandbox", "")), process.argv.slice(2))
process.exit()
