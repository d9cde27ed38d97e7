#!/usr/bin/env node
/**
 * `iru`: the command line.
 */
import { makeIru } from "./root.js"
import { runProgram } from "./shell/program.js"

const args = process.argv.slice(2)
await runProgram(await makeIru(args[0]), args)
process.exit()
